/** Says that a picture has not arrived. */

import { h } from "../../dom.js";

/** @param {Error} error @param {() => void} again */
export function lost(error, again) {
  return h(
    "p",
    { class: "wrong", role: "alert" },
    `${error.message} `,
    h("button", { type: "button", class: "small", onclick: again }, "Send it again"),
  );
}
