/** The contact sheet of a pack: small, named, scored, beside the source, ready for print. */

import { fill, h } from "../../dom.js";
import { frame } from "../../ui/pictures.js";

/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */
/** @typedef {import("../../ui/large-view.js").Shown} Shown */

/**
 * @param {HTMLElement} frames the same frames, laid out more closely
 * @param {{page?: boolean, contact?: boolean}} way
 */
export function sheet(frames, { contact = false }) {
  let on = contact;
  const source = h("figure", { class: "source" });
  const print = h("button", { type: "button", class: "small", onclick: () => globalThis.print() }, "Print");
  const press = h(
    "button",
    { type: "button", class: "small", onclick: () => ((on = !on), show()) },
    "Contact sheet",
  );
  const toggle = h("span", { class: "actions", hidden: true }, print, press);
  const element = h("div", { class: "pack" }, source, frames);
  let known = false;

  function show() {
    press.setAttribute("aria-pressed", String(on));
    print.hidden = !on;
    source.hidden = !on || !known;
    element.classList.toggle("contact", on);
  }

  show();
  return {
    element,
    toggle,
    /** @param {Generation} generation */
    draw: ({ progress }) => (toggle.hidden = progress.completed < 2),
    /** @param {Shown | null} shown */
    drawSource(shown) {
      known = shown !== null;
      if (shown) {
        fill(
          source,
          frame(shown.image, { alt: shown.title, kind: "whole" }),
          h("figcaption", {}, shown.title),
        );
      }
      show();
    },
  };
}
