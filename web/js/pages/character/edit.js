/** Changes what is said of a character: only what was changed is sent. */

import { patch } from "../../api.js";
import { h } from "../../dom.js";
import { openDialog } from "../../ui/dialogs.js";
import { keepDraft } from "../../ui/drafts.js";
import { submits, typed } from "../../ui/fields.js";
import {
  attributeFields,
  nameField,
  styleFields,
  typedAttributes,
  typedStyle,
} from "../characters/form-fields.js";

/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../api-types.d.ts").CharacterChangeBody} Change */

/**
 * @param {Character} character
 * @param {(changed: Character) => void} saved
 */
export function openEditor(character, saved) {
  const form = h(
    "form",
    { "aria-label": "Edit character" },
    nameField(character),
    attributeFields(character),
    styleFields(character),
    lockedSeed(character),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", onclick: () => cancel() }, "Cancel"),
      h("button", { type: "submit", class: "primary" }, "Save changes"),
    ),
  );
  const forget = keepDraft(form, `character.${character.id}`);
  const dialog = openDialog("Edit character", [form], { kind: "wide" });
  const cancel = () => {
    forget();
    dialog.close();
  };
  submits(form, async () => {
    const change = changes(form, character);
    const changed = change === null ? null : /** @type {Character} */ (await patch(
      `/characters/${character.id}`,
      change,
    ));
    cancel();
    if (changed) saved(changed);
  });
}

/** @param {Character} character */
function lockedSeed({ consistency }) {
  return h(
    "p",
    { class: "locked" },
    h("span", { class: "label" }, "Seed "),
    h("code", {}, consistency.seed),
    h("span", { class: "soft" }, " · locked, so that earlier and later pictures begin at the same place."),
  );
}

/**
 * @param {HTMLFormElement} form
 * @param {Character} character
 * @returns {Change | null} null where nothing was changed
 */
function changes(form, { name, attributes, consistency }) {
  /** @type {Change} */
  const change = {};
  const newName = typed(form, "name") ?? name;
  if (newName !== name) change.name = newName;
  const words = differing(typedAttributes(form), attributes);
  if (words) change.attributes = words;
  const style = differing(typedStyle(form), consistency);
  if (style) change.consistency = style;
  return Object.keys(change).length > 0 ? change : null;
}

/**
 * @template {object} Values
 * @param {Values} now
 * @param {object} before
 * @returns {Values | null} those of `now` that are not as before
 */
function differing(now, before) {
  const kept = /** @type {Record<string, unknown>} */ (before);
  const changed = Object.entries(now).filter(([name, value]) => value !== kept[name]);
  return changed.length > 0 ? /** @type {Values} */ (Object.fromEntries(changed)) : null;
}
