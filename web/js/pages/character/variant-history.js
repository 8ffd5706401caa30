/** The drawer with all versions of a variant, newest first. */

import { h } from "../../dom.js";
import { ago, moment, words } from "../../format.js";
import { closeButton, openDialog } from "../../ui/dialogs.js";
import { openLargeView } from "../../ui/large-view.js";
import { pagedList } from "../../ui/paged-list.js";
import { frame } from "../../ui/pictures.js";
import { empty } from "../../ui/states.js";
import { besideSource, named, variantBadges } from "./variant-words.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */

/** @param {import("./variant-actions.js").Desk} desk @param {Variant} variant */
export function openHistory({ source }, variant) {
  const leaving = new AbortController();
  /** @type {Map<string, HTMLElement[]>} */
  const children = new Map();

  /** Parents come after what was made from them. @param {Variant} one */
  function origin(one) {
    for (const note of children.get(one.id) ?? []) note.textContent = `Made from version ${one.version}`;
    if (one.parent_id === null) return null;
    const note = h("p", { class: "soft" }, "Made from a version that is not shown here");
    children.set(one.parent_id, [...children.get(one.parent_id) ?? [], note]);
    return note;
  }

  const versions = pagedList(`/characters/${variant.character_id}/variants/${variant.id}/history`, {
    signal: leaving.signal,
    holder: h("ol", { class: "plain versions" }),
    none: () => empty("No version is left", "All versions of this variant have been deleted."),
    row: (/** @type {Variant} */ one) => version(one, origin(one), source()),
  });
  openDialog(`Versions of “${words(variant.variant_type)}”`, [
    versions,
    h("div", { class: "actions" }, closeButton()),
  ], {
    kind: "drawer",
    closed: () => leaving.abort(),
  });
}

/**
 * @param {Variant} one
 * @param {HTMLElement | null} origin
 * @param {import("../../api-types.d.ts").SourceImageView | null} source
 */
function version(one, origin, source) {
  const { image, hero, created_at } = one;
  const shown = image && [{ image, title: named(one) }];
  return h(
    "li",
    {},
    frame(image, {
      alt: named(one),
      words: "No picture",
      size: "thumb_256",
      open: () => shown && openLargeView(shown, { beside: besideSource(source) }),
    }),
    h(
      "div",
      { class: "stack" },
      h("h3", {}, `Version ${one.version}`),
      h("div", { class: "badges" }, hero && h("span", { class: "badge good" }, "★ Hero"), variantBadges(one)),
      origin,
      h("time", { class: "soft", datetime: created_at }, `${moment(created_at)} (${ago(created_at)})`),
    ),
  );
}
