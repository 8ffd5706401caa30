/** The generations of this visit beside the form, the latest first. */

import { fill, h } from "../../dom.js";
import { generation } from "../job/generation.js";
import { recent } from "./recent.js";

const BESIDE = "(min-width: 64rem)";

/** @param {{signal: AbortSignal}} way */
export function results({ signal }) {
  const before = recent(signal);
  const element = h("section", { class: "stack results", "aria-label": "Results" }, before);

  /** @type {Map<string, HTMLElement>} */
  const shown = new Map();

  /** The column beside the form scrolls by itself; under the form, the page does. @param {HTMLElement} made */
  function look(made) {
    if (matchMedia(BESIDE).matches) element.scrollTop = made.offsetTop;
    else made.scrollIntoView({ block: "start" });
  }

  /** @param {string} id what is there already, such as a retry asked for twice, is shown again */
  function add(id) {
    const there = shown.get(id);
    if (there?.isConnected) return look(there);
    before.remove();
    const leaving = new AbortController();
    const made = generation(id, {
      signal: AbortSignal.any([signal, leaving.signal]),
      retried: add,
      gone: () => (leaving.abort(), made.remove(), element.childElementCount === 0 && fill(element, before)),
    });
    element.prepend(made);
    shown.set(id, made);
    look(made);
  }

  return { element, add };
}
