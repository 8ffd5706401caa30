/** A kit's pictures: the anchor first and large, the others beside and below it. */

import { get } from "../../api.js";
import { fill, h } from "../../dom.js";
import { openLargeView } from "../../ui/large-view.js";
import { checkList, scoreBadge } from "../../ui/badges.js";
import { pictured, progressWords, runs, slotTitle } from "./reading.js";
import { redrawing } from "./redrawing.js";
import { slotCard } from "./slot-card.js";

/** @typedef {import("../../api-types.d.ts").KitView} Kit */

/** @param {Kit} kit @param {{signal: AbortSignal, changed: (kit: Kit | null) => void}} way */
export function slotGrid(kit, { signal, changed }) {
  let now = kit;
  const told = h("p", { class: "kit-ready", role: "status" });
  const bar = h("progress", { "aria-label": "Pictures of the kit" });
  const unfit = h("div", {});
  const redraw = redrawing(() => now, changed);
  const prompts = promptsOf(kit.id, signal);
  const cards = Object.keys(kit.slots).map((name) =>
    slotCard(name, {
      signal,
      kit: () => now,
      enlarge: () => enlarge(name),
      redraw: (button) => redraw(name, button),
      prompts,
    })
  );
  const grid = h("ul", { class: "plain kit-slots" }, cards);
  const section = h(
    "section",
    { "aria-label": "Pictures" },
    h("div", { class: "kit-progress-row" }, told, bar),
    unfit,
    grid,
  );

  /** @param {string} name */
  function enlarge(name) {
    const found = pictured(now);
    openLargeView(
      found.map((one) => ({
        image: one.image,
        title: slotTitle(one.name),
        note: scoreBadge(one.slot.similarity),
      })),
      {
        first: found.findIndex((one) => one.name === name),
        beside: { image: now.source_image.image, title: "The photo" },
      },
    );
  }

  /** @param {Kit} kit */
  function update(kit) {
    now = kit;
    const words = progressWords(kit);
    if (told.textContent !== words) told.textContent = words;
    const { completed, failed, cancelled, total } = kit.progress;
    bar.max = total;
    bar.value = completed + failed + cancelled;
    bar.hidden = !runs(kit);
    const refused = kit.source_image.qa.status === "failed";
    if (refused && unfit.childElementCount === 0) fill(unfit, unfitNotice(kit));
    grid.hidden = refused && pictured(kit).length === 0;
    cards.forEach((card) => card.update(kit));
  }

  return Object.assign(section, { update });
}

/** What the models are told, asked for once for all slots. @param {string} id @param {AbortSignal} signal */
function promptsOf(id, signal) {
  /** @type {Promise<Kit> | null} */
  let asked = null;
  return (/** @type {string} */ name) => {
    asked ??= get(`/reference-kits/${id}`, { query: { expand: "prompts" }, signal });
    asked.catch(() => (asked = null));
    return asked.then((kit) => kit.slots[name]?.prompt ?? null);
  };
}

/** @param {Kit} kit */
function unfitNotice(kit) {
  const { qa } = kit.source_image;
  const failed = qa.checks.filter(({ outcome }) => outcome === "failed");
  return h(
    "div",
    { class: "notice bad" },
    h("h2", {}, "The photo cannot be used"),
    h("p", {}, "Nothing was drawn and nothing was charged, because of what the checks found:"),
    checkList({ ...qa, checks: failed }),
    h(
      "p",
      {},
      "Take a photo of one person, upright and facing the camera. ",
      h("a", { href: "#/kits?new" }, "Begin another kit"),
      ".",
    ),
  );
}
