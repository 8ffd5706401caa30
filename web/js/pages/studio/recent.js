/** What was made before this visit: a way back to it, and no empty half of a page. */

import { get } from "../../api.js";
import { fill, h } from "../../dom.js";
import { ago } from "../../format.js";
import { picture } from "../../ui/pictures.js";
import { empty } from "../../ui/states.js";

/** @typedef {import("../../api-types.d.ts").ImageListView} Images */

const SHOWN = 12;

/** @param {AbortSignal} signal */
export function recent(signal) {
  const element = h("div", { class: "recent" }, nothing());

  async function read() {
    /** @type {Images} */
    const { data } = await get("/images", { query: { limit: 50 }, signal });
    const made = data.filter(({ generation_id, provenance }) => generation_id && provenance === "generated");
    if (made.length === 0) return;
    fill(
      element,
      h("h2", {}, "Made lately"),
      h("ul", { class: "plain grid" }, made.slice(0, SHOWN).map((image) => h("li", {}, toJob(image)))),
    );
  }

  // It is only a convenience: without it, the page says where pictures will appear.
  read().catch(() => {});
  return element;
}

/** @param {Images["data"][number]} image */
function toJob(image) {
  return h(
    "a",
    {
      class: "card",
      href: `#/jobs/${image.generation_id}`,
      "aria-label": `To the job of a picture made ${ago(image.created_at)}`,
    },
    h("span", { class: "frame" }, picture(image, { alt: "", size: "thumb_256" })),
  );
}

const nothing = () =>
  empty(
    "Your pictures appear here",
    "One after another, as soon as each is there. Every job stays under Jobs.",
  );
