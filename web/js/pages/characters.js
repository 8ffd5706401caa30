/** The characters there are, as faces; with `?new` the form that makes another. */

import { fill, h } from "../dom.js";
import { pagedList } from "../ui/paged-list.js";
import { empty } from "../ui/states.js";
import { card } from "./characters/card.js";
import { createForm } from "./characters/create.js";

/** @param {import("../router.js").View} view */
export function show(view) {
  if (view.query.has("new")) return create(view);
  fill(
    view.root,
    h(
      "div",
      { class: "page-head" },
      h("h1", {}, "Characters"),
      h("div", { class: "actions" }, newCharacter()),
    ),
    h("h2", { class: "visually-hidden" }, "All, newest first"),
    pagedList("/characters", {
      query: { limit: 24 },
      signal: view.signal,
      row: (one) => card(one, view.signal),
      none,
      holder: grid(),
    }),
  );
}

/** @param {import("../router.js").View} view */
function create(view) {
  view.title("New character");
  fill(
    view.root,
    h("p", { class: "back" }, h("a", { href: "#/characters" }, "← Characters")),
    h("div", { class: "page-head" }, h("h1", {}, "New character")),
    createForm(view),
  );
}

const grid = () => h("ul", { class: "plain grid character-grid" });
const newCharacter = () => h("a", { class: "button primary", href: "#/characters?new" }, "New character");

function none() {
  return empty(
    "No characters yet",
    "A character is a person who stays recognisable in every picture. Begin with one clear photo, or with a few words.",
    newCharacter(),
  );
}
