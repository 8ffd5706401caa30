/** The variants of a character: heroes, filters, the grid, and the ways to get more of them. */

import { fill, freshId, h } from "../../dom.js";
import { openLargeView } from "../../ui/large-view.js";
import { run, tell } from "../../ui/notices.js";
import { empty, failure, loading } from "../../ui/states.js";
import { variantCard } from "./variant-card.js";
import { filterOfAddress, filters } from "./variant-filters.js";
import { openGenerate } from "./variant-generate.js";
import { heroStrip } from "./variant-heroes.js";
import { VariantList } from "./variant-list.js";
import { openUpload } from "./variant-upload.js";
import { drawingProgress } from "./variant-progress.js";
import { besideSource, named, variantBadges } from "./variant-words.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */
/** @typedef {import("./variant-card.js").Card} Card */
/**
 * @typedef {object} Way
 * @property {import("../../api-types.d.ts").CharacterView} character
 * @property {() => import("../../api-types.d.ts").SourceImageView | null} source the current one
 * @property {AbortSignal} signal of the page
 */

/**
 * `refresh` reads all anew, such as after the source image was replaced.
 * @param {Way} way
 * @returns {HTMLElement & {refresh(): Promise<void>}}
 */
export function variantsPanel({ character, source, signal }) {
  const id = freshId("variants");
  const list = new VariantList(`/characters/${character.id}/variants`, {
    filter: filterOfAddress(),
    signal,
    changed: show,
    failed: (problem) => fill(trouble, failure(problem, refresh)),
  });
  const heroes = heroStrip(character.id, { source, signal });
  const bar = filters(list.filter, (filter) => reading(() => list.narrow(filter)));
  bar.hidden = true;
  const progressLine = h("p", { class: "soft told", role: "status" });
  const trouble = h("div", {});
  const grid = h("ul", { class: "plain grid variants-grid" });
  const place = h("div", {}, loading("Loading the variants …"));
  const more = h("button", { type: "button", hidden: true, onclick: () => run(more, onwards) }, "Show more");
  /** @type {Map<string, Card>} */
  const cards = new Map();
  /** @type {import("./variant-actions.js").Desk} */
  const desk = { character, source, list, signal, enlarge, reviewed: heroes.reviewed, started };

  const generate = () => {
    const button = h("button", {
      type: "button",
      class: "primary",
      onclick: () => run(button, () => openGenerate(desk, list.filter.variant_type)),
    }, "Generate variants");
    return button;
  };
  const first = generate();
  const progress = drawingProgress(progressLine);

  async function onwards() {
    const before = list.shown.length;
    await list.more();
    const next = grid.children[before]?.querySelector("button");
    next?.focus();
  }

  function show() {
    const { shown, filter } = list;
    bar.offer(list.types);
    fill(trouble);
    progress(list.known);
    more.hidden = !list.hasMore;
    bar.hidden = shown.length === 0 && !filter.variant_type && !filter.status;
    const focused = place.contains(document.activeElement);
    arrange(grid, cards, shown, desk);
    if (shown.length === 0) fill(place, nothing());
    else if (!place.contains(grid)) fill(place, grid);
    if (focused && !place.contains(document.activeElement)) first.focus();
  }

  function nothing() {
    const { variant_type, status } = list.filter;
    if (!variant_type && !status) {
      return empty(
        "No variants yet",
        "A variant is a picture of this person that you review. The best of each type becomes its hero.",
        generate(),
      );
    }
    const all = () => bar.choose({ variant_type: "", status: "" });
    return empty(
      "Nothing fits these filters",
      "There are no variants of this type and status.",
      h("button", { type: "button", onclick: all }, "Show all variants"),
    );
  }

  /** @param {Variant} variant */
  function enlarge(variant) {
    const pictured = list.shown.filter(({ image }) => image !== null);
    const pictures = pictured.flatMap((one) =>
      one.image
        ? [{ image: one.image, title: named(one), note: h("span", { class: "badges" }, variantBadges(one)) }]
        : []
    );
    const chosen = pictured.findIndex(({ id }) => id === variant.id);
    openLargeView(pictures, { first: chosen, beside: besideSource(source()) });
  }

  /** What was just asked for is to be seen: filters that would hide it are taken away. @param {string} type */
  function started(type) {
    if (signal.aborted) return;
    const { variant_type, status } = list.filter;
    const hides = status !== "" || (variant_type !== "" && variant_type !== type);
    if (hides) bar.choose({ variant_type: variant_type === type ? type : "", status: "" });
    else list.watch();
  }

  /** @param {() => Promise<void>} read */
  async function reading(read) {
    try {
      await read();
    } catch (error) {
      if (signal.aborted) return;
      place.querySelector(".loading")?.remove();
      fill(trouble, failure(/** @type {Error} */ (error), () => reading(read)));
    }
  }

  async function refresh() {
    await Promise.all([reading(() => list.load()), heroes.refresh()]);
  }

  refresh();
  const upload = h("button", {
    type: "button",
    onclick: () => openUpload(desk, list.filter.variant_type),
  }, "Upload a picture");
  const panel = h(
    "section",
    { class: "variants stack", "aria-labelledby": id },
    h(
      "div",
      { class: "variants-head" },
      h("h2", { id }, "Variants"),
      progressLine,
      h("div", { class: "actions" }, upload, first),
    ),
    heroes,
    bar,
    trouble,
    place,
    more,
  );
  return Object.assign(panel, { refresh });
}

/**
 * Puts the cards in order without touching one that stays: it would lose the focus.
 * @param {HTMLElement} grid
 * @param {Map<string, Card>} cards
 * @param {Variant[]} shown
 * @param {import("./variant-actions.js").Desk} desk
 */
function arrange(grid, cards, shown, desk) {
  const ids = new Set(shown.map(({ id }) => id));
  for (const [id, card] of cards) {
    if (ids.has(id)) continue;
    const neighbour = card.nextElementSibling ?? card.previousElementSibling;
    const focused = card.contains(document.activeElement);
    // What was refused at a card that goes is told elsewhere.
    const refused = card.querySelector(".refusal p")?.textContent;
    if (refused) tell(refused, "bad");
    card.remove();
    cards.delete(id);
    if (focused) /** @type {HTMLElement | null} */ (neighbour?.querySelector("button"))?.focus();
  }
  shown.forEach((variant, place) => {
    const card = cards.get(variant.id) ?? variantCard(variant, desk);
    if (cards.has(variant.id)) card.update(variant);
    cards.set(variant.id, card);
    if (grid.children[place] !== card) grid.insertBefore(card, grid.children[place] ?? null);
  });
}
