/** One variant in the grid. It changes in place: what is the same stays, and so does the focus. */

import { Problem } from "../../api.js";
import { fill, h } from "../../dom.js";
import { ago, moment, words } from "../../format.js";
import { checkList } from "../../ui/badges.js";
import { frame } from "../../ui/pictures.js";
import { failure } from "../../ui/states.js";
import { actionsOf } from "./variant-actions.js";
import { awaitsImage } from "./variant-list.js";
import { checksTold, failureTold, named, variantBadges } from "./variant-words.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */
/** @typedef {HTMLElement & {update(variant: Variant): void}} Card */

/** @param {Variant} variant @param {import("./variant-actions.js").Desk} desk @returns {Card} */
export function variantCard(variant, desk) {
  let now = variant;
  const picture = place(h("div", { class: "variant-picture" }));
  const head = place(h("div", { class: "head" }));
  const notes = place(h("div", { class: "notes" }));
  const facts = place(h("div", { class: "facts-place" }));
  const refusal = h("div", { class: "refusal" });
  const actions = place(h("div", { class: "actions" }));
  const checks = h("div", {});
  const summary = h("summary", {});
  const details = h("details", {}, summary, checks, facts.element);
  const body = h("div", { class: "body" }, head.element, notes.element, details, refusal, actions.element);
  const card = h("li", { class: "card variant" }, picture.element, body);

  /** A second press while the first is at work does nothing. @param {() => Promise<void> | void} deed */
  async function run(deed) {
    if (card.ariaBusy === "true") return;
    fill(refusal);
    card.ariaBusy = "true";
    try {
      await deed();
    } catch (error) {
      if (desk.signal.aborted) return;
      fill(refusal, failure(/** @type {Error} */ (error)));
      // Somebody else may have changed it: what it is now is shown beside the refusal.
      if (error instanceof Problem && !error.passing) desk.list.watch();
    } finally {
      card.ariaBusy = "false";
    }
  }

  /** @param {Variant} variant */
  function update(variant) {
    now = variant;
    const { image, status, hero, qa, similarity, error, stale_identity } = variant;
    const sizes = image && [image.id, image.thumb_512 !== null];
    picture.show([sizes, status, hero], () => face(variant, () => desk.enlarge(now)));
    head.show([status, hero, similarity, image?.id], () => heading(variant));
    notes.show([error, stale_identity && image !== null], () => noted(variant));
    details.hidden = image === null;
    summary.textContent = checksTold(qa);
    checks.dataset.key !== JSON.stringify(qa) && fill(checks, checkList(qa));
    checks.dataset.key = JSON.stringify(qa);
    facts.show([variant.generation_params, image?.id], () => [drawnWith(variant)]);
    actions.show([status, hero, image === null], () => actionsOf(variant, run, desk));
  }

  update(variant);
  return Object.assign(card, { update });
}

/** @param {Variant} variant @param {() => void} open */
function face(variant, open) {
  const busy = awaitsImage(variant);
  const empty = busy
    ? (variant.status === "pending" ? "Waiting to be drawn" : "Being drawn …")
    : "No picture";
  return [
    frame(variant.image, { alt: named(variant), words: empty, busy, open }),
    variant.hero &&
    h("span", { class: "hero-star", title: "The hero of its type", "aria-hidden": true }, "★"),
  ];
}

/** @param {Variant} variant */
function heading(variant) {
  return [
    h(
      "div",
      { class: "name" },
      h("h3", {}, words(variant.variant_type)),
      h("span", { class: "soft" }, `Version ${variant.version}`),
    ),
    h(
      "div",
      { class: "badges" },
      variant.hero && h("span", { class: "badge good" }, "★ Hero"),
      variantBadges(variant),
    ),
  ];
}

/** @param {Variant} variant */
function noted(variant) {
  return [
    variant.stale_identity && variant.image &&
    h("p", { class: "note warn" }, "Made after an earlier source photo: it may show another face."),
    variant.error && h("p", { class: "note bad" }, failureTold(variant)),
  ];
}

/** @param {Variant} variant */
function drawnWith({ image, generation_params: drawn, created_at }) {
  /** @type {[string, string | number | null | undefined][]} */
  const facts = [
    ["Size", image && `${image.width} × ${image.height} ${image.format.toUpperCase()}`],
    ["Model", drawn?.model],
    ["Workflow", drawn?.workflow_id],
    ["Seed", drawn?.seed],
    ["Prompt", drawn?.prompt],
  ];
  return h(
    "dl",
    { class: "facts" },
    facts.filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]).flat(),
    h("dt", {}, "Made"),
    h("dd", {}, h("time", { datetime: created_at, title: moment(created_at) }, ago(created_at))),
  );
}

/**
 * A part of a card that is drawn anew only when what it shows has changed.
 * @param {HTMLElement} element
 */
function place(element) {
  let key = "";
  return {
    element,
    /** @param {unknown} shows @param {() => import("../../dom.js").Child[]} draw */
    show(shows, draw) {
      const next = JSON.stringify(shows);
      if (next === key) return;
      key = next;
      const focused = element.contains(document.activeElement);
      const action = focused && /** @type {HTMLElement} */ (document.activeElement).dataset.action;
      fill(element, ...draw());
      if (!focused) return;
      const again = /** @type {HTMLElement | null} */ (
        element.querySelector(`[data-action="${action}"]`) ?? element.querySelector("button")
      );
      again?.focus();
    },
  };
}
