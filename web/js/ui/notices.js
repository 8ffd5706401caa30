/** Short words at the edge of the page, read out by screen readers. */

import { h } from "../dom.js";
import { whileBusy } from "./busy.js";

const SHOWN_MS = 8000;

/**
 * @param {string} text
 * @param {"good" | "warn" | "bad" | ""} [kind]
 */
export function tell(text, kind = "") {
  const notice = h("div", { class: `notice ${kind}` }, h("p", {}, text));
  const close = () => notice.remove();
  notice.append(h("button", { type: "button", class: "small", onclick: close }, "Close"));
  document.getElementById("notices")?.append(notice);
  // What went wrong stays until it is read.
  if (kind !== "bad") setTimeout(close, SHOWN_MS);
}

/**
 * Runs what a button does: busy meanwhile, and what goes wrong is told.
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
export function run(button, work) {
  return whileBusy(button, async () => {
    try {
      await work();
    } catch (error) {
      tell(/** @type {Error} */ (error).message, "bad");
    }
  });
}
