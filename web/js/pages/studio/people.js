/** Choose somebody by their face: characters or reference kits, read page by page, searched by name. */

import { get, Problem } from "../../api.js";
import { fill, h } from "../../dom.js";
import { counted } from "../../format.js";
import { whileBusy } from "../../ui/busy.js";
import { picture } from "../../ui/pictures.js";
import { failure, loading } from "../../ui/states.js";

/** @typedef {import("../../ui/pictures.js").Image} Image */
/**
 * @template {{id: string, name: string}} Row
 * @typedef {object} Way
 * @property {string} name of the hidden field that keeps the choice
 * @property {string} label
 * @property {string} path
 * @property {[one: string, many: string]} called
 * @property {(row: Row) => Image | null} face
 * @property {(row: Row) => string} note
 * @property {(row: Row) => boolean} [fits] others are not shown
 * @property {() => HTMLElement} none
 * @property {() => void} changed also when the chosen one has been read
 * @property {AbortSignal} signal
 */

/** Enter in a field submits its form; in a search, only the search is meant. @param {KeyboardEvent} event */
function drawNothing(event) {
  if (event.key === "Enter") event.preventDefault();
}

/**
 * @template {{id: string, name: string}} Row
 * @param {Way<Row>} way
 */
export function people(way) {
  /** @type {Map<string, Row>} */
  const rows = new Map();
  const kept = h("input", { type: "hidden", name: way.name });
  const list = h("ul", { class: "plain people" });
  const end = h("div", {});
  const found = h("span", { class: "soft", role: "status" });
  const search = h("input", {
    type: "search",
    "aria-label": `Search ${way.called[1]} by name`,
    placeholder: "Search by name",
    oninput: (/** @type {Event} */ event) => (event.stopPropagation(), narrow()),
    onkeydown: drawNothing,
  });
  const place = h("div", { class: "stack" }, loading());
  const group = h(
    "fieldset",
    { class: "field" },
    h("legend", { class: "visually-hidden" }, way.label),
    kept,
    place,
  );
  let begun = false;

  /** @param {string | null} cursor @returns {Promise<void>} */
  async function read(cursor) {
    try {
      /** @type {{data: Row[], next_cursor: string | null}} */
      const { data, next_cursor } = await get(way.path, { query: { limit: 50, cursor }, signal: way.signal });
      const pressed = end.contains(document.activeElement);
      const before = list.childElementCount;
      data.forEach(add);
      if (cursor === null) await readKept();
      fill(end, next_cursor && moreButton(() => read(next_cursor)));
      // Whoever pressed "Show more" stands at the first that came.
      if (pressed) list.children[before]?.querySelector("input")?.focus();
      if (cursor === null) {
        fill(place, ...(rows.size > 0 || next_cursor ? [search, list, found, end] : [way.none()]));
      }
      narrow();
    } catch (error) {
      if (way.signal.aborted) return;
      fill(cursor === null ? place : end, failure(/** @type {Error} */ (error), () => read(cursor)));
    }
  }

  /** The one that was chosen before may stand on a later page, or be gone. */
  async function readKept() {
    if (kept.value === "") return;
    try {
      if (!rows.has(kept.value)) add(await get(`${way.path}/${kept.value}`, { signal: way.signal }), true);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
    }
    if (!rows.has(kept.value)) kept.value = "";
    way.changed();
  }

  /** @param {Row} row @param {unknown} [first] */
  function add(row, first) {
    if (rows.has(row.id) || (way.fits && !way.fits(row))) return;
    rows.set(row.id, row);
    const card = personCard(row, way, row.id === kept.value, () => {
      kept.value = row.id;
      way.changed();
    });
    if (first === true) list.prepend(card);
    else list.append(card);
  }

  function narrow() {
    const wanted = search.value.trim().toLowerCase();
    const cards = /** @type {HTMLElement[]} */ ([...list.children]);
    for (const card of cards) card.hidden = !card.dataset.name?.includes(wanted);
    const seen = cards.filter((card) => !card.hidden).length;
    found.textContent = wanted ? `${counted(seen, ...way.called)} found among ${cards.length}.` : "";
    found.hidden = !wanted;
    search.hidden = cards.length < 2 && end.childElementCount === 0;
  }

  return {
    element: group,
    /** Reads the list, when it is first looked at. */
    begin() {
      if (begun) return;
      begun = true;
      read(null);
    },
    /** @param {string} id */
    choose: (id) => (kept.value = id),
    get id() {
      return kept.value || null;
    },
    get row() {
      return rows.get(kept.value) ?? null;
    },
  };
}

/**
 * @template {{id: string, name: string}} Row
 * @param {Row} row
 * @param {Way<Row>} way
 * @param {boolean} checked
 * @param {() => void} choose
 */
function personCard(row, { name, face, note }, checked, choose) {
  const image = face(row);
  return h(
    "li",
    { "data-name": row.name.toLowerCase() },
    h(
      "label",
      { class: "person" },
      h("input", { type: "radio", name: `${name}.choice`, value: row.id, checked, oninput: choose }),
      h("span", { class: "likeness-of" }, image && picture(image, { alt: "", size: "thumb_256" })),
      h("strong", {}, row.name),
      h("span", { class: "soft" }, note(row)),
    ),
  );
}

/** @param {() => Promise<void>} read */
function moreButton(read) {
  const button = h("button", {
    type: "button",
    class: "small",
    onclick: () => whileBusy(button, read),
  }, "Show more");
  return button;
}
