/** Which variants are known: read page by page, and read again while any of them is unfinished. */

import { get } from "../../api.js";
import { poll } from "../../poll.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */
/** @typedef {import("../../api-types.d.ts").CharacterVariantsView} Page */
/** @typedef {{variant_type: string, status: string}} Filter an empty word leaves all */

const PAGE = 24;
const MOST = 100;
const EVERY_SECONDS = 3;

/** It is still to be drawn, or being drawn. @param {Variant} variant */
export const awaitsImage = ({ status }) => status === "pending" || status === "generating";

/** Its picture is still being looked at. @param {Variant} variant */
const awaitsFindings = ({ image, qa, similarity }) =>
  image !== null && (qa.status === "pending" || similarity.status === "pending");

/** @param {Variant} variant */
const unfinished = (variant) => awaitsImage(variant) || awaitsFindings(variant);

/** A hero after another one was approved. @param {Variant} hero @returns {Variant} */
const replaced = (hero) => ({
  ...hero,
  hero: false,
  status: hero.status === "approved" ? "generated" : hero.status,
});

/** Ids tell the time: the newest first. @param {Variant} one @param {Variant} other */
const newestFirst = (one, other) => (one.id < other.id ? 1 : -1);

/** The variants of one character. What changes is told to `changed`, what cannot be read to `failed`. */
export class VariantList {
  /** @type {Map<string, Variant>} */
  #known = new Map();
  /** All that have turned up, whatever the filter leaves of them. @type {Set<string>} */
  types = new Set();
  /** @type {string | null} */
  #cursor = null;
  /** The oldest that has been read by the filter: what is older waits for `more`. */
  #oldest = "";
  /** @type {AbortController | undefined} */
  #watching;

  /**
   * @param {string} path of the character's variants
   * @param {{filter: Filter, signal: AbortSignal, changed: () => void, failed: (problem: Error) => void}} way
   */
  constructor(path, { filter, signal, changed, failed }) {
    this.path = path;
    this.filter = filter;
    this.signal = signal;
    this.changed = changed;
    this.failed = failed;
  }

  /** What the filter leaves, as far as it has been read, newest first. */
  get shown() {
    return [...this.#known.values()].filter((one) => this.#fits(one) && one.id >= this.#oldest)
      .sort(newestFirst);
  }

  get hasMore() {
    return this.#cursor !== null;
  }

  get known() {
    return [...this.#known.values()];
  }

  /** From the beginning; as many as there are, so that nobody loses their place. */
  async load() {
    this.#watching?.abort();
    await this.#read(null, Math.max(PAGE, Math.min(MOST, this.shown.length)));
    const narrowed = this.filter.variant_type || this.filter.status;
    if (narrowed || this.shown.some(unfinished)) this.watch();
  }

  /** The next older ones. */
  more() {
    return this.#read(this.#cursor, PAGE);
  }

  /** Other ones of what there is. @param {Filter} filter */
  async narrow(filter) {
    this.filter = filter;
    this.#known.clear();
    await this.load();
  }

  /** What an answer told of a variant. A type has one hero. @param {Variant} variant */
  put(variant) {
    for (const one of variant.hero ? this.#known.values() : []) {
      if (one.hero && one.variant_type === variant.variant_type) this.#known.set(one.id, replaced(one));
    }
    this.#learn(variant);
    this.#goOn();
  }

  /** @param {string} id */
  drop(id) {
    this.#known.delete(id);
    this.#goOn();
  }

  /** Of an answer that was on its way meanwhile nothing is taken: it would tell of before. */
  #goOn() {
    this.#watching?.abort();
    this.changed();
    if ([...this.#known.values()].some(unfinished)) this.watch();
  }

  /** Reads what is newest, whatever the filter, until all that is on its way has arrived. */
  watch() {
    this.#watching?.abort();
    this.#watching = new AbortController();
    const signal = AbortSignal.any([this.signal, this.#watching.signal]);
    const query = { limit: Math.max(PAGE, Math.min(MOST, this.#known.size)) };
    /** @type {(page: Page) => void} */
    const got = (page) => this.#merge(page);
    const way = { query, signal, got, failed: this.failed, every: EVERY_SECONDS };
    poll(this.path, { ...way, unfinished: ({ data }) => data.some(unfinished) });
  }

  /** @param {string | null} cursor @param {number} limit */
  async #read(cursor, limit) {
    const { filter } = this;
    /** @type {Page} */
    const { data, next_cursor } = await get(this.path, {
      query: { ...filter, limit, cursor },
      signal: this.signal,
    });
    if (filter !== this.filter) return;
    if (cursor === null) this.#known.clear();
    for (const one of data) this.#learn(one);
    this.#cursor = next_cursor;
    this.#oldest = next_cursor === null ? "" : data.at(-1)?.id ?? "";
    this.changed();
  }

  /** What a page does not hold, though it reaches further back, is gone. @param {Page} page */
  #merge({ data, next_cursor }) {
    const reach = next_cursor === null ? "" : data.at(-1)?.id ?? "";
    for (const id of [...this.#known.keys()]) if (id >= reach) this.#known.delete(id);
    for (const one of data) this.#learn(one);
    this.changed();
  }

  /** @param {Variant} variant */
  #learn(variant) {
    this.#known.set(variant.id, variant);
    this.types.add(variant.variant_type);
  }

  /** @param {Variant} variant */
  #fits({ variant_type, status }) {
    const { filter } = this;
    return (!filter.variant_type || variant_type === filter.variant_type) &&
      (!filter.status || status === filter.status);
  }
}
