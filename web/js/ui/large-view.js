/** One picture as large as the window, alone or beside the picture it is compared with. */

import { fill, freshId, h } from "../dom.js";
import { showOverPage } from "./dialogs.js";
import { picture } from "./pictures.js";

/** @typedef {{image: import("./pictures.js").Image, title: string, note?: import("../dom.js").Child}} Shown */

/**
 * Arrows go on and back, Esc closes.
 * @param {Shown[]} pictures
 * @param {{first?: number, beside?: Shown | null}} [way] `beside` stands at the left of each
 */
export function openLargeView(pictures, { first = 0, beside = null } = {}) {
  let place = first;
  const id = freshId("view");
  const title = h("h2", { id, "aria-live": "polite" });
  const shown = h("div", { class: "pictures" });
  const dialog = h(
    "dialog",
    { class: "large-view", "aria-labelledby": id, onkeydown: key },
    h(
      "div",
      { class: "view" },
      h(
        "div",
        { class: "bar" },
        title,
        h("button", { type: "button", onclick: () => dialog.close() }, "Close"),
      ),
      shown,
      h(
        "div",
        { class: "bar" },
        h("button", { type: "button", disabled: pictures.length < 2, onclick: () => step(-1) }, "← Previous"),
        h("button", { type: "button", disabled: pictures.length < 2, onclick: () => step(1) }, "Next →"),
      ),
    ),
  );

  function show() {
    const { title: words } = pictures[place];
    title.textContent = pictures.length > 1 ? `${words} (${place + 1} of ${pictures.length})` : words;
    fill(shown, beside && figure(beside), figure(pictures[place]));
  }

  /** @param {number} by */
  function step(by) {
    place = (place + by + pictures.length) % pictures.length;
    show();
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.key === "ArrowRight") step(1);
    if (event.key === "ArrowLeft") step(-1);
  }

  show();
  showOverPage(dialog);
}

/** @param {Shown} shown */
function figure({ image, title, note }) {
  return h(
    "figure",
    {},
    picture(image, { alt: title, size: "web" }),
    h("figcaption", {}, title, note && [" ", note]),
  );
}
