/** What a page shows where there is nothing yet, or something went wrong. */

import { h } from "../dom.js";

/** @param {string} [text] */
export const loading = (text = "Loading …") => h("p", { class: "loading", role: "status" }, text);

/**
 * @param {string} title
 * @param {string} text
 * @param {...import("../dom.js").Child} actions
 */
export function empty(title, text, ...actions) {
  return h(
    "div",
    { class: "state" },
    h("h2", {}, title),
    h("p", {}, text),
    actions.length > 0 && h("p", {}, actions),
  );
}

/**
 * @param {Error} error
 * @param {(() => void) | null} [retry]
 */
export function failure(error, retry = null) {
  return h(
    "div",
    { class: "notice bad", role: "alert" },
    h("p", {}, error.message),
    retry && h("button", { type: "button", onclick: retry }, "Try again"),
  );
}
