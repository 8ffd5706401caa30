/** The generations of this visit beside the form, the latest first. */

import { fill, h } from "../../dom.js";
import { generation } from "../job/generation.js";
import { recent } from "./recent.js";

/** @param {{signal: AbortSignal}} way */
export function results({ signal }) {
  const before = recent(signal);
  const element = h("section", { class: "stack results", "aria-label": "Results" }, before);

  /** @param {string} id */
  function add(id) {
    before.remove();
    const leaving = new AbortController();
    const made = generation(id, {
      signal: AbortSignal.any([signal, leaving.signal]),
      retried: add,
      gone: () => (leaving.abort(), made.remove(), element.childElementCount === 0 && fill(element, before)),
    });
    element.prepend(made);
    made.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  return { element, add };
}
