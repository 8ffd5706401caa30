/** Who a character is, and what can be done with it as a whole. */

import { get, remove } from "../../api.js";
import { fill, h } from "../../dom.js";
import { counted, moment } from "../../format.js";
import { confirmed } from "../../ui/dialogs.js";
import { run, tell } from "../../ui/notices.js";
import { describedBy } from "../characters/attributes.js";
import { openEditor } from "./edit.js";

/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../api-types.d.ts").CharacterVariantsView} Variants */

const MOST_COUNTED = 100;

/**
 * @param {Character} character kept up to date in place, since others hold it too
 * @param {import("../../router.js").View} view
 */
export function characterHead(character, view) {
  const name = h("h1", {});
  const words = h("div", {});
  const draw = () => {
    name.textContent = character.name;
    view.title(character.name);
    fill(words, inWords(character));
  };
  const edit = () =>
    openEditor(character, (changed) => {
      Object.assign(character, changed);
      draw();
      tell("The changes are saved.", "good");
    });
  draw();
  const leave = h("button", {
    type: "button",
    class: "danger",
    onclick: () => run(leave, () => askAndDelete(character, view)),
  }, "Delete");
  const query = `character=${encodeURIComponent(character.id)}`;
  return h(
    "header",
    { class: "character-head" },
    h(
      "div",
      { class: "page-head" },
      name,
      h(
        "div",
        { class: "actions" },
        h("a", { class: "button primary", href: `#/studio?${query}` }, "Draw in the studio"),
        h("a", { class: "button", href: `#/kits?${query}` }, "Make a reference kit"),
        h("button", { type: "button", onclick: edit }, "Edit"),
        leave,
      ),
    ),
    words,
  );
}

/** @param {Character} character */
function inWords({ attributes, consistency, created_at }) {
  const described = describedBy(attributes);
  return [
    described.length > 0
      ? h(
        "dl",
        { class: "said" },
        described.map(({ label, words }) => h("div", {}, h("dt", {}, label), h("dd", {}, words))),
      )
      : h("p", { class: "soft" }, "Nothing is said of the person in words yet. “Edit” adds it."),
    h(
      "p",
      { class: "soft small" },
      [
        `Seed ${consistency.seed} (locked)`,
        consistency.style_strength !== null && `style strength ${consistency.style_strength}`,
        consistency.negative_prompt !== null && `never: ${consistency.negative_prompt}`,
        `created ${moment(created_at)}`,
      ].filter(Boolean).join(" · "),
    ),
  ];
}

/** @param {Character} character @param {import("../../router.js").View} view */
async function askAndDelete({ id, name, source_image }, { signal, go }) {
  const what = h("span", { role: "status" }, "Its photos and variants go with it.");
  whatGoes(id, source_image?.version ?? 0, signal).then(
    (counts) => (what.textContent = counts),
    () => {}, // Without the counts the question is the same.
  );
  const sure = await confirmed({
    title: `Delete ${name}?`,
    text: [
      what,
      " This cannot be undone. ",
      "Images that jobs have drawn of the person stay with their jobs, and reference kits stay.",
    ],
    action: "Delete character",
  });
  if (!sure) return;
  await remove(`/characters/${id}`);
  tell(`${name} is deleted.`);
  go("/characters");
}

/**
 * @param {string} id
 * @param {number} photos with the versions that were replaced
 * @param {AbortSignal} signal
 */
async function whatGoes(id, photos, signal) {
  /** @type {Variants} */
  const { data, next_cursor } = await get(`/characters/${id}/variants`, {
    query: { limit: MOST_COUNTED },
    signal,
  });
  const variants = next_cursor === null
    ? counted(data.length, "variant")
    : `more than ${counted(MOST_COUNTED, "variant")}`;
  const heroes = data.filter(({ hero }) => hero).length;
  const approved = heroes > 0 ? ` (${counted(heroes, "approved hero", "approved heroes")} among them)` : "";
  const pictures = photos > 1 ? `${photos} source photos, older versions included,` : "the source photo";
  const parts = [photos > 0 && pictures, data.length > 0 && `${variants}${approved}`].filter(Boolean);
  return parts.length === 0
    ? "The character goes for good."
    : `With the character ${parts.join(" and ")} ${photos > 1 || data.length > 0 ? "go" : "goes"} for good.`;
}
