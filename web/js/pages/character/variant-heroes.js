/** The strip of heroes: the one picture of each type that generations go by. */

import { get } from "../../api.js";
import { fill, h } from "../../dom.js";
import { words } from "../../format.js";
import { openLargeView } from "../../ui/large-view.js";
import { frame } from "../../ui/pictures.js";
import { scoreBadge } from "../../ui/badges.js";
import { besideSource, named } from "./variant-words.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */
/** @typedef {import("../../api-types.d.ts").VariantListView} Heroes */
/** @typedef {import("../../api-types.d.ts").SourceImageView} Source */

/**
 * @param {string} characterId
 * @param {{source: () => Source | null, signal: AbortSignal}} way
 */
export function heroStrip(characterId, { source, signal }) {
  const row = h("ul", { class: "plain" });
  const strip = h("section", { class: "heroes", "aria-label": "Heroes", hidden: true }, row);
  /** @type {Map<string, Variant>} by type */
  const heroes = new Map();
  let shown = "";

  /** It stays as it was where it cannot be read: the cards tell the same. */
  async function refresh() {
    /** @type {Heroes | null} */
    const answer = await get(`/characters/${characterId}/heroes`, { query: { limit: 100 }, signal })
      .catch(() => null);
    if (!answer || signal.aborted) return;
    heroes.clear();
    for (const hero of answer.data) heroes.set(hero.variant_type, hero);
    show();
  }

  /** What a review made of it. @param {Variant} variant */
  function reviewed(variant) {
    const { id, variant_type, hero } = variant;
    if (hero) heroes.set(variant_type, variant);
    else if (heroes.get(variant_type)?.id === id) heroes.delete(variant_type);
    show();
  }

  function show() {
    const all = [...heroes.values()].filter(({ image }) => image !== null)
      .sort((one, other) => one.variant_type.localeCompare(other.variant_type));
    const next = JSON.stringify(all.map(({ id, image }) => [id, image?.thumb_256 !== null]));
    strip.hidden = all.length === 0;
    if (next === shown) return;
    shown = next;
    fill(row, all.map((hero, place) => h("li", {}, face(hero, () => enlarge(all, place)))));
  }

  /** @param {Variant[]} all @param {number} first */
  function enlarge(all, first) {
    const pictures = all.flatMap((hero) =>
      hero.image ? [{ image: hero.image, title: named(hero), note: scoreBadge(hero.similarity) }] : []
    );
    openLargeView(pictures, { first, beside: besideSource(source()) });
  }

  return Object.assign(strip, { refresh, reviewed });
}

/** @param {Variant} hero @param {() => void} open */
function face(hero, open) {
  const type = words(hero.variant_type);
  return [
    frame(hero.image, { alt: `the hero of ${type}`, size: "thumb_256", open }),
    h("span", {}, "★ ", type),
  ];
}
