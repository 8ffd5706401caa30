/** One character: who it is, its photo and how well the face is kept at the left, its variants beside them. */

import { get, Problem } from "../api.js";
import { fill, h } from "../dom.js";
import { empty } from "../ui/states.js";
import { characterHead } from "./character/head.js";
import { packNotice } from "./character/pack.js";
import { scoresPanel } from "./character/scores.js";
import { sourcePanel } from "./character/source.js";
import { variantsPanel } from "./character/variants.js";

/** @typedef {import("../api-types.d.ts").CharacterView} Character */

/** @param {import("../router.js").View} view */
export async function show(view) {
  const character = await read(view);
  if (character === null) return;
  view.title(character.name);
  const source = sourcePanel({ character, signal: view.signal, changed: () => refresh() });
  const scores = scoresPanel({ character, signal: view.signal });
  const variants = variantsPanel({ character, source: source.current, signal: view.signal });
  const pack = view.query.get("pack");
  const refresh = () => {
    variants.refresh();
    scores.refresh();
  };
  fill(
    view.root,
    h("p", { class: "back" }, h("a", { href: "#/characters" }, "← Characters")),
    characterHead(character, view),
    pack && packNotice(pack, { signal: view.signal, done: refresh }),
    h("div", { class: "columns side-left" }, h("div", { class: "stack" }, source, scores), variants),
  );
}

/** @param {import("../router.js").View} view @returns {Promise<Character | null>} null where there is none, which is told */
async function read({ root, params: [id], signal, title }) {
  try {
    return await get(`/characters/${encodeURIComponent(id)}`, { signal });
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    title("No such character");
    fill(root, h("h1", { class: "visually-hidden" }, "Character"), gone());
    return null;
  }
}

function gone() {
  return empty(
    "There is no such character",
    "It may have been deleted, or belong to somebody else.",
    h("a", { class: "button", href: "#/characters" }, "To the characters"),
  );
}
