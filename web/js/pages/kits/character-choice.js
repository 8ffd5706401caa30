/** Which character a kit shows: chosen by the face. */

import { get } from "../../api.js";
import { fill, h } from "../../dom.js";
import { picture } from "../../ui/pictures.js";
import { failure, loading } from "../../ui/states.js";

/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../api-types.d.ts").CharacterListView} Page */

/**
 * The chosen id stands in the hidden control `character_id`, so that a draft knows it before the faces are there.
 * @param {{preselected: Character | null, signal: AbortSignal, changed: () => void}} way
 */
export function characterChoice({ preselected, signal, changed }) {
  const chosen = h("input", { type: "hidden", name: "character_id", value: preselected?.id });
  const faces = h("div", { class: "faces" });
  const end = h("div", {}, loading("Reading the characters …"));

  /** @param {Character} character */
  const choice = (character) =>
    faceChoice(character, chosen.value === character.id, () => {
      chosen.value = character.id;
      changed();
    });

  /** @param {string | null} cursor */
  async function read(cursor) {
    try {
      /** @type {Page} */
      const { data, next_cursor } = await get("/characters", { query: { cursor, limit: 24 }, signal });
      faces.append(...data.filter(({ id }) => id !== preselected?.id).map(choice));
      if (faces.childElementCount === 0) fill(end, noCharacter());
      else fill(end, next_cursor && moreButton(() => read(next_cursor)));
    } catch (error) {
      if (!signal.aborted) fill(end, failure(/** @type {Error} */ (error), () => read(cursor)));
    }
  }

  // A draft fills in its choice after this: faces are drawn when that has happened.
  queueMicrotask(() => {
    if (preselected) faces.append(choice(preselected));
    read(null);
  });
  return h(
    "fieldset",
    { class: "field", "data-field": "character_id", hidden: true },
    h("legend", {}, "Character"),
    chosen,
    faces,
    end,
  );
}

/** @param {Character} character @param {boolean} checked @param {() => void} choose */
function faceChoice({ id, name, source_image }, checked, choose) {
  const unfit = source_image?.qa.status === "failed";
  const usable = source_image && !unfit;
  const why = unfit ? "Its photo cannot be used" : source_image ? "" : "Has no photo yet";
  return h(
    "label",
    { class: "face" },
    h("input", {
      type: "radio",
      name: "face",
      value: id,
      checked: checked && usable,
      disabled: !usable,
      onchange: choose,
    }),
    h(
      "span",
      { class: "frame" },
      source_image ? picture(source_image.image, { alt: "", size: "thumb_256" }) : "No photo",
    ),
    h("span", { class: "face-name" }, h("span", {}, name), why && h("small", {}, why)),
  );
}

/** @param {() => void} read */
const moreButton = (read) =>
  h("button", { type: "button", class: "small", onclick: read }, "Show more characters");

const noCharacter = () =>
  h(
    "p",
    { class: "soft" },
    "There is no character yet. ",
    h("a", { href: "#/characters" }, "Create one"),
    ", or draw the kit after a photo.",
  );
