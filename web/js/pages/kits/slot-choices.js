/** Which pictures a kit has: ours as choices, the anchor face always. */

import { h } from "../../dom.js";
import { words } from "../../format.js";
import { choiceField, ticked } from "../../ui/fields.js";
import { ANCHOR } from "../kit/reading.js";
import { ownWishes } from "./own-slots.js";

/** @param {import("../../offering.js").Modes} offered */
export function slotChoices({ kit_slots, kit_expressions }) {
  const slots = kit_slots.filter((name) => name !== ANCHOR);
  return h(
    "div",
    {},
    choiceField({
      label: "Views",
      name: "slots",
      kind: "checkbox",
      options: slots.map((name) => [name, words(name)]),
      value: slots,
      hint:
        "The anchor face, straight on, is always drawn, and first: all other pictures are drawn after it.",
    }),
    choiceField({
      label: "Expressions",
      name: "expressions",
      kind: "checkbox",
      options: kit_expressions.map((name) => [name, words(name)]),
      value: kit_expressions,
    }),
  );
}

/** Views and expressions as the API takes them. @param {HTMLFormElement} form */
export function slotsBody(form) {
  const own = ownWishes(form);
  /** @param {string} kind */
  const of = (kind) =>
    own.filter((wish) => wish.kind === kind).map(({ name, prompt }) => (prompt ? { name, prompt } : name));
  return {
    slots: [...ticked(form, "slots"), ...of("view")],
    expressions: [...ticked(form, "expressions"), ...of("expression")],
  };
}

/** How many pictures are drawn, the anchor included. @param {HTMLFormElement} form */
export function pictureCount(form) {
  const { slots, expressions } = slotsBody(form);
  return 1 + slots.length + expressions.length;
}
