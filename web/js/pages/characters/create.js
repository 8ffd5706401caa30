/** The form for a new character: words, and at once a photo and a first pack of images where they are wished. */

import { post } from "../../api.js";
import { h } from "../../dom.js";
import { counted } from "../../format.js";
import { keepDraft } from "../../ui/drafts.js";
import { dropZone } from "../../ui/drop-zone.js";
import { numberField, selectField, submits, typed, typedNumber } from "../../ui/fields.js";
import { attributeFields, more, nameField, styleFields, typedAttributes, typedStyle } from "./form-fields.js";
import { setUp } from "./set-up.js";

/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../api-types.d.ts").CharacterBody} CharacterBody */

const LAST_SEED = 2 ** 31 - 1;
const LARGEST_PACK = 10;

/** @param {import("../../router.js").View} view */
export function createForm({ signal, go }) {
  const photo = dropZone({ label: "Photo (optional)", chosen: () => {} });
  const rare = more("More: seed, style, what to avoid", seedField(), ...styleFields());
  const form = h(
    "form",
    { class: "stack", "aria-label": "New character" },
    h(
      "div",
      { class: "columns side-right" },
      h("div", { class: "sheet" }, nameField(), attributeFields(), rare),
      h("div", { class: "sheet their-face" }, h("h2", {}, "Their face"), photoWords(), photo, packField()),
    ),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "submit", class: "primary" }, "Create character"),
      h("a", { class: "button", href: "#/characters" }, "Cancel"),
    ),
  );
  /** @param {string} id @param {string | null} packId of the generation that draws the first images */
  const arrive = (id, packId) => go(`/characters/${id}${packId === null ? "" : `?pack=${packId}`}`);
  const forget = keepDraft(form, "character.new");
  rare.openWhereFilled();
  submits(form, async (key) => {
    /** @type {Character} */
    const character = await post("/characters", body(form, photo.file), { key }).catch((error) => {
      rare.openWhereFilled();
      throw error;
    });
    forget();
    if (signal.aborted) return;
    if (photo.file === null) return arrive(character.id, character.generation_id);
    const rest = { file: photo.file, packOf: packOf(form), signal };
    const steps = setUp(character, rest, (packId) => arrive(character.id, packId));
    form.replaceWith(steps);
    steps.querySelector("h2")?.focus();
  });
  return form;
}

/**
 * With a photo the pack waits until the photo is there: it is what the person is recognised by.
 * @param {HTMLFormElement} form
 * @param {File | null} photo
 * @returns {CharacterBody}
 */
function body(form, photo) {
  const seed = typedNumber(form, "consistency.seed");
  const image_count = packOf(form);
  return {
    name: typed(form, "name") ?? "",
    attributes: typedAttributes(form),
    consistency: { seed, ...typedStyle(form) },
    generate: photo === null && image_count !== null ? { image_count } : null,
  };
}

/** @param {HTMLFormElement} form */
const packOf = (form) => typedNumber(form, "generate.image_count");

function photoWords() {
  return h(
    "p",
    { class: "soft" },
    "One person, upright, turned to the camera, evenly lit. Every picture is compared with it. You can also give it later.",
  );
}

function packField() {
  /** @type {[string, string][]} */
  const counts = Array.from({ length: LARGEST_PACK }, (_, place) => [
    String(place + 1),
    counted(place + 1, "image"),
  ]);
  return selectField({
    label: "First pack",
    name: "generate.image_count",
    options: [["", "Draw nothing yet"], ...counts],
    hint: "Portraits in different poses, drawn at once: from the photo, or without one from the words.",
  });
}

function seedField() {
  return numberField({
    label: "Seed",
    name: "consistency.seed",
    min: 0,
    max: LAST_SEED,
    placeholder: "Drawn for you",
    hint:
      "Where every drawing of this person begins, so that the same wish gives a similar picture again. It is locked once the character is created.",
  });
}
