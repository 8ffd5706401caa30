/** A generation as it runs and when it has ended: beside the studio's form, and on its own page. */

import { get } from "../../api.js";
import { fill, h } from "../../dom.js";
import { poll } from "../../poll.js";
import { statusBadge } from "../../ui/badges.js";
import { empty, failure, loading } from "../../ui/states.js";
import { modeWords } from "../words.js";
import { actionsOf } from "./actions.js";
import { facts } from "./facts.js";
import { frames } from "./frames.js";
import { sheet } from "./sheet.js";
import { progressOf } from "./words.js";

/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */
/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/**
 * @typedef {object} Way
 * @property {AbortSignal} signal
 * @property {(id: string) => void} retried with the new generation
 * @property {() => void} gone it was deleted
 * @property {boolean} [page] whether it has the page to itself
 * @property {boolean} [contact] whether it opens as contact sheet
 * @property {(generation: Generation) => void} [got]
 */

/**
 * @param {string} id
 * @param {Way} way
 * @returns {HTMLElement}
 */
export function generation(id, way) {
  const element = h("article", { class: "generation" }, loading());
  /** @type {ReturnType<typeof parts> | null} */
  let shown = null;
  /** @type {Character | null} */
  let character = null;

  /** @param {Generation} now */
  function draw(now) {
    way.got?.(now);
    if (!shown) {
      shown = parts(now, way, () => character);
      fill(element, ...shown.children);
      if (now.character_id) readCharacter(now.character_id);
    }
    shown.draw(now);
  }

  /** @param {string} characterId */
  async function readCharacter(characterId) {
    character = await get(`/characters/${characterId}`, { signal: way.signal }).catch(() => null);
    if (character) shown?.drawCharacter(character);
  }

  /** Reads until nothing will change any more, late images and scores included. */
  function follow() {
    return poll(`/generations/${id}`, { signal: way.signal, got: draw, failed });
  }

  /** @param {Error} error */
  function failed(error) {
    const missing = "status" in error && error.status === 404;
    fill(
      element,
      missing
        ? empty(
          "There is no such job",
          "It was deleted, or belongs to somebody else.",
          h("a", { href: "#/jobs" }, "To the jobs"),
        )
        : failure(error, follow),
    );
    shown = null;
  }

  follow();
  return element;
}

/**
 * @param {Generation} first
 * @param {Way} way
 * @param {() => Character | null} character
 */
function parts(first, way, character) {
  const name = h(way.page ? "h1" : "h2", {}, modeWords(first.mode));
  const status = h("span", {});
  const bar = h("progress", { max: 100, "aria-label": "Progress" });
  const told = h("p", { class: "told", role: "status", tabindex: -1 });
  const summary = facts();
  const pictures = frames(() => sourceOf(character()), way.page ? "h2" : "h3");
  const actions = actionsOf(first, { ...way, told });
  const contact = sheet(pictures.element, way);
  const head = h(
    "div",
    { class: "page-head" },
    name,
    status,
    h(
      "div",
      { class: "actions" },
      !way.page && h("a", { href: `#/jobs/${first.id}` }, "Open its page"),
      contact.toggle,
    ),
  );
  let ended = "";

  /** @param {Generation} now */
  function draw(now) {
    if (ended !== now.status) fill(status, statusBadge(now.status));
    ended = now.status;
    const closed = now.completed_at !== null;
    bar.hidden = closed;
    bar.value = now.progress.percent;
    const words = progressOf(now);
    if (told.textContent !== words) told.textContent = words;
    summary.draw(now);
    pictures.draw(now);
    contact.draw(now);
    actions.draw(now);
  }

  /** @param {Character} person */
  function drawCharacter(person) {
    fill(name, `${modeWords(first.mode)} of `, h("a", { href: `#/characters/${person.id}` }, person.name));
    contact.drawSource(sourceOf(person));
  }

  const before = first.retry_of &&
    h(
      "p",
      { class: "told" },
      "A new try of what failed in ",
      h("a", { href: `#/jobs/${first.retry_of}` }, "an earlier job"),
      ".",
    );
  const children = [
    head,
    before,
    bar,
    told,
    actions.notices,
    summary.element,
    actions.element,
    contact.element,
  ];
  return { children, draw, drawCharacter };
}

/** @param {Character | null} character */
function sourceOf(character) {
  const image = character?.source_image?.image;
  return image && character ? { image, title: `${character.name}, source` } : null;
}
