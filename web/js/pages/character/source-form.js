/** Gives a photo: from this device, with its progress, or from an address on the web. */

import { h } from "../../dom.js";
import { dropZone } from "../../ui/drop-zone.js";
import { submits, textField, typed } from "../../ui/fields.js";
import { tabs } from "../../ui/tabs.js";
import { givesPhoto, setSource } from "../characters/photo.js";

/** @typedef {import("../../api-types.d.ts").SourceImageView} Source */

/** @typedef {{signal: AbortSignal, took: (source: Source) => void, leave?: () => void}} Way `signal` ends an upload that is under way */

/**
 * @param {string} characterId
 * @param {Way} way
 */
export function photoForm(characterId, way) {
  return tabs("Where the photo is", [
    ["file", "On this device", h("div", {}, fileForm(characterId, way))],
    ["url", "On the web", h("div", {}, addressForm(characterId, way))],
  ]);
}

/**
 * @param {string} characterId
 * @param {Way} way
 */
function fileForm(characterId, { signal, took, leave }) {
  /** @type {ReturnType<typeof givesPhoto> | null} */
  let give = null;
  const zone = dropZone({
    label: "Photo",
    cleared: () => (give = null),
    chosen: (file) => {
      give = givesPhoto(characterId, file, { progress: zone.progress, signal });
      button.disabled = false;
    },
  });
  const button = h("button", { type: "submit", class: "primary", disabled: true }, "Use this photo");
  const form = h("form", { "aria-label": "Photo from this device" }, zone, actions(button, leave));
  submits(form, async () => {
    if (give === null) throw new Error("Choose a photo first.");
    const source = await unlessLeft(give(), signal);
    if (source) took(source);
  });
  return form;
}

/**
 * @param {string} characterId
 * @param {Way} way
 */
function addressForm(characterId, { signal, took, leave }) {
  const address = textField({
    label: "Address of the photo",
    name: "url",
    required: true,
    maxlength: 2000,
    placeholder: "https://",
    hint: "A public https address that leads to the picture itself: PNG, JPEG or WebP.",
  });
  const form = h(
    "form",
    { "aria-label": "Photo from the web" },
    address,
    actions(h("button", { type: "submit", class: "primary" }, "Fetch and use"), leave),
  );
  submits(form, async (key) => {
    const given = setSource(characterId, { url: typed(form, "url") }, key, signal);
    const source = await unlessLeft(given, signal);
    if (source) took(source);
  });
  return form;
}

/** @param {HTMLElement} button @param {(() => void) | undefined} leave */
function actions(button, leave) {
  return h(
    "div",
    { class: "actions" },
    leave && h("button", { type: "button", onclick: leave }, "Cancel"),
    button,
  );
}

/**
 * What was stopped by leaving is no failure to tell.
 * @template T
 * @param {Promise<T>} work
 * @param {AbortSignal} signal
 * @returns {Promise<T | null>}
 */
async function unlessLeft(work, signal) {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}
