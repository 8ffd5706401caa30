/** First question of the studio: what is to be made. */

import { h } from "../../dom.js";
import { icon } from "./icons.js";

/** @typedef {import("./kinds.js").Offered} Offered */

/**
 * @param {Offered[]} kinds
 * @param {string | null} chosen
 */
export function kindChooser(kinds, chosen) {
  return h(
    "fieldset",
    { class: "kinds", "data-field": "mode" },
    h("legend", {}, "What do you want to make?"),
    kinds.map(({ name, title, text }) =>
      h(
        "label",
        { class: "kind" },
        h("input", { type: "radio", name: "kind", value: name, checked: name === chosen }),
        icon(name),
        h("span", {}, h("strong", {}, title), h("span", { class: "soft" }, text)),
      )
    ),
  );
}
