/** The fields that creating and changing a character share, and what was typed into them. */

import { h } from "../../dom.js";
import { longField, numberField, textField, typed, typedNumber } from "../../ui/fields.js";
import { ATTRIBUTES } from "./attributes.js";

/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../api-types.d.ts").AttributesBody} AttributesBody */

/** @param {Character} [character] */
export function nameField(character) {
  return textField({
    label: "Name",
    name: "name",
    value: character?.name,
    required: true,
    maxlength: 100,
    hint: "For you to find it again; no model is told it.",
  });
}

/** @param {Character} [character] */
export function attributeFields(character) {
  const fields = ATTRIBUTES.map(({ name, label, hint, suggestions }) =>
    textField({
      label,
      hint,
      name: `attributes.${name}`,
      value: character?.attributes[name] ?? "",
      maxlength: 80,
      list: suggestions,
    })
  );
  return h(
    "fieldset",
    { class: "field person-words" },
    h("legend", {}, "The person in words"),
    h(
      "p",
      { class: "soft" },
      "All of these are optional: choose a suggestion or write your own. With a photo, the face comes from the photo.",
    ),
    h("div", { class: "fields" }, fields),
  );
}

/** @param {Character} [character] */
export function styleFields(character) {
  const strength = character?.consistency.style_strength ?? undefined;
  return [
    numberField({
      label: "Style strength",
      name: "consistency.style_strength",
      value: strength,
      min: 0,
      max: 1,
      step: fine(strength) ? "any" : 0.01,
      placeholder: "Up to the model",
      hint: "From 0, close to a plain photograph, to 1, the style applied boldly.",
    }),
    longField({
      label: "Negative prompt",
      name: "consistency.negative_prompt",
      value: character?.consistency.negative_prompt ?? "",
      maxlength: 1000,
      hint: "What must not be seen in any picture of this person, such as “glasses, heavy make-up”.",
    }),
  ];
}

/** Whether a strength, set over the API, has more places than the field steps through. @param {number | undefined} strength */
function fine(strength = 0) {
  return Math.abs(strength * 100 - Math.round(strength * 100)) > 1e-9;
}

/** @param {HTMLFormElement} form @returns {AttributesBody} */
export function typedAttributes(form) {
  return Object.fromEntries(ATTRIBUTES.map(({ name }) => [name, typed(form, `attributes.${name}`)]));
}

/** @param {HTMLFormElement} form */
export function typedStyle(form) {
  return {
    style_strength: typedNumber(form, "consistency.style_strength"),
    negative_prompt: typed(form, "consistency.negative_prompt"),
  };
}

/**
 * Fields that are rarely needed; they open when one of them holds something or is to be corrected.
 * @param {string} title
 * @param {...HTMLElement} fields
 */
export function more(title, ...fields) {
  const details = h("details", { class: "rare" }, h("summary", {}, title), fields);
  details.addEventListener("invalid", () => (details.open = true), true);
  return Object.assign(details, {
    openWhereFilled() {
      const controls = details.querySelectorAll("input, textarea");
      details.open = [...controls].some((one) => /** @type {HTMLInputElement} */ (one).value !== "");
    },
  });
}
