/** The pictures that a request starts from: one, its mask, or several in their order. */

import { fill, h } from "../../dom.js";
import { dropZone } from "../../ui/drop-zone.js";
import { sentOnce } from "../../ui/sent-once.js";
import { lost } from "./lost.js";
import { picturesField } from "./pictures-field.js";

/** @typedef {import("../../ui/sent-once.js").Sent} Sent */
/**
 * @typedef {object} Told what a field of pictures tells of itself
 * @property {() => void} changed another picture was chosen, or one went: the request is another
 * @property {() => void} arrived the request is the same, and can be priced
 */
/** @typedef {{element: HTMLElement, sent(): Sent[]}} Input */

const MASK =
  "White is drawn anew, black keeps every pixel. It has the size of the picture. PNG, JPEG or WebP, at most 20 MB";

/**
 * @param {{signal: AbortSignal, most: number, changed: (name: string) => void, arrived: () => void}} way
 * @returns {Map<string, Input>} by the field of the request
 */
export function inputs({ signal, most, changed, arrived }) {
  const way = (/** @type {string} */ name) => ({ name, signal, arrived, changed: () => changed(name) });
  return new Map([
    ["input_image", one(way("input_image"), "Picture to start from")],
    ["mask", one(way("mask"), "Mask", MASK)],
    ["input_images", picturesField({ ...way("input_images"), most })],
  ]);
}

/** @param {Told & {name: string, signal: AbortSignal}} way @param {string} label @param {string} [hint] @returns {Input} */
function one({ name, signal, changed, arrived }, label, hint) {
  /** @type {{sent: Sent, leaving: AbortController} | null} */
  let held = null;
  const trouble = h("div", {});
  const zone = dropZone({ label, name, hint, chosen: take, cleared: leave });

  /** @param {File} file */
  function take(file) {
    const leaving = new AbortController();
    const stopped = AbortSignal.any([signal, leaving.signal]);
    const progress = (/** @type {number | null} */ share) => stopped.aborted || zone.progress(share);
    held = { sent: sentOnce(file, { signal: stopped, progress }), leaving };
    changed();
    send(held.sent, stopped);
  }

  /** What is on its way is not sent to its end. */
  function leave() {
    held?.leaving.abort();
    held = null;
    fill(trouble);
    changed();
  }

  /** @param {Sent} sent @param {AbortSignal} stopped */
  async function send(sent, stopped) {
    fill(trouble);
    try {
      await sent.ready();
    } catch (error) {
      if (!stopped.aborted) fill(trouble, lost(/** @type {Error} */ (error), () => send(sent, stopped)));
    }
    if (!stopped.aborted) arrived();
  }

  return { element: h("div", { class: "field" }, zone, trouble), sent: () => (held ? [held.sent] : []) };
}
