/** The generations of this visit beside the form, the latest first. */

import { fill, h } from "../../dom.js";
import { empty } from "../../ui/states.js";
import { generation } from "../job/generation.js";

/** @param {{signal: AbortSignal}} way */
export function results({ signal }) {
  const nothing = empty(
    "Your pictures appear here",
    "One after another, as soon as each is there. Every job stays under Jobs.",
  );
  const element = h("section", { class: "stack results", "aria-label": "Results" }, nothing);

  /** @param {string} id */
  function add(id) {
    nothing.remove();
    const leaving = new AbortController();
    const made = generation(id, {
      signal: AbortSignal.any([signal, leaving.signal]),
      retried: add,
      gone: () => (leaving.abort(), made.remove(), element.childElementCount === 0 && fill(element, nothing)),
    });
    element.prepend(made);
    made.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  return { element, add };
}
