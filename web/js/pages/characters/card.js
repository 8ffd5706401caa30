/** One character in the list: face, name, what is said of the person, how far the photo is. */

import { fill, h } from "../../dom.js";
import { ago, moment } from "../../format.js";
import { poll } from "../../poll.js";
import { picture } from "../../ui/pictures.js";
import { describedBy } from "./attributes.js";
import { awaited, sourceBadge } from "./source-badge.js";

/** @typedef {import("../../api-types.d.ts").SourceImageView} Source */

/**
 * @param {import("../../api-types.d.ts").CharacterView} character
 * @param {AbortSignal} signal until then the card follows the photo's checks
 */
export function card({ id, name, attributes, source_image, created_at }, signal) {
  const state = h("div", { class: "badges" }, sourceBadge(source_image));
  if (source_image && awaited(source_image)) {
    const got = (/** @type {Source} */ now) => fill(state, sourceBadge(now));
    poll(`/characters/${id}/source-image`, { signal, got, unfinished: awaited, every: 4, failed: () => {} });
  }
  return h(
    "li",
    { class: "card character-card" },
    h(
      "div",
      { class: "frame" },
      source_image
        ? picture(source_image.image, { alt: "" })
        : h("span", { "aria-hidden": true }, initials(name)),
    ),
    h(
      "div",
      { class: "body" },
      h("h3", {}, h("a", { href: `#/characters/${id}` }, name)),
      h("p", { class: "soft told" }, inShort(attributes)),
      state,
      h(
        "small",
        {},
        "Created ",
        h("time", { datetime: created_at, title: moment(created_at) }, ago(created_at)),
      ),
    ),
  );
}

/** @param {import("./attributes.js").Attributes} attributes */
function inShort(attributes) {
  return describedBy(attributes).map(({ name, words }) => UNITS[name]?.(words) ?? words).join(" · ") ||
    "Nothing said of the person";
}

/** Words that say little without their noun. @type {Record<string, (words: string) => string>} */
const UNITS = {
  hair_color: (words) => `${words} hair`,
  hair_style: (words) => `hair ${words}`,
  eye_color: (words) => `${words} eyes`,
  body_type: (words) => `${words} build`,
};

/** @param {string} name */
function initials(name) {
  return name.split(/\s+/).slice(0, 2).map((part) => [...part][0]?.toLocaleUpperCase() ?? "").join("");
}
