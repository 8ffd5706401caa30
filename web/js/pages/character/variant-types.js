/** What a variant may show: the types Likeness knows how to frame and check, and any word of one's own. */

import { h } from "../../dom.js";
import { words } from "../../format.js";
import { choiceField, textField, typed } from "../../ui/fields.js";

/** @type {Record<string, string>} what each known type shows */
const FRAMINGS = {
  headshot: "Head and shoulders, facing the camera, neutral expression.",
  front: "Head and shoulders, facing the camera, neutral expression.",
  smile: "Head and shoulders, facing the camera, an open smile.",
  three_quarter: "Head and shoulders, turned forty-five degrees to the side.",
  profile: "Head and shoulders from the side.",
  half_body: "From the waist up, facing the camera.",
  full_body: "The whole figure from head to shoes.",
  action: "The whole figure in motion, the face in view.",
};
const OWN = "own type";

export const KNOWN_TYPES = Object.keys(FRAMINGS);

/** "Winter coat" as the API writes it, `winter_coat`. @param {string} text */
export const slug = (text) => text.trim().toLowerCase().replaceAll(/[^a-z0-9_-]+/g, "_").slice(0, 40);

/**
 * A row of types, the last of which is named by oneself. Read it with `typeOf`.
 * @param {{own?: string[], value?: string}} [way] `own`: types of one's own that are there already
 */
export function typeField({ own = [], value = "headshot" } = {}) {
  const types = [...KNOWN_TYPES, ...own.filter((one) => !(one in FRAMINGS))];
  const choices = choiceField({
    label: "What it shows",
    name: "variant_type",
    kind: "radio",
    options: [...types.map((one) => /** @type {[string, string]} */ ([one, words(one)])), [OWN, "Other …"]],
    value: types.includes(value) ? value : "headshot",
  });
  const name = textField({
    label: "Name of the type",
    name: "own_type",
    maxlength: 40,
    placeholder: "winter coat",
    hint: "A word or two that say what the picture shows. All pictures of a type stand for one hero.",
  });
  const framing = h("span", { class: "hint", role: "status" });
  choices.append(framing);
  const control = /** @type {HTMLInputElement} */ (name.querySelector("input"));

  function follow() {
    const chosen = /** @type {HTMLInputElement | null} */ (choices.querySelector("input:checked"))?.value ??
      "";
    name.hidden = chosen !== OWN;
    control.required = chosen === OWN;
    framing.textContent = FRAMINGS[chosen] ?? "";
  }

  const made = h("div", { onchange: follow }, choices, name);
  follow();
  return Object.assign(made, { follow });
}

/** The type that was chosen or named. @param {HTMLFormElement} form */
export function typeOf(form) {
  const chosen = typed(form, "variant_type");
  return chosen === OWN ? slug(typed(form, "own_type") ?? "") : chosen ?? "";
}
