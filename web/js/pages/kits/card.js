/** A kit in the list: its face, how far it has come, how well it is met. */

import { fill, h } from "../../dom.js";
import { ago, counted, moment, money } from "../../format.js";
import { poll } from "../../poll.js";
import { badge, statusBadge } from "../../ui/badges.js";
import { picture } from "../../ui/pictures.js";
import { runs } from "../kit/reading.js";

/** @typedef {import("../../api-types.d.ts").KitSummaryView} Kit */

/** @param {Kit} kit @param {AbortSignal} signal while it is drawn, the card follows it until then */
export function kitCard(kit, signal) {
  const face = h("div", { class: "frame" });
  const status = h("div", { class: "badges" });
  const progress = h("div", { class: "kit-progress" });
  const facts = h("p", { class: "soft kit-facts-line" });
  let shown = "";

  /** @param {Kit} now */
  function update(now) {
    const image = now.anchor_image ?? now.source_image.image;
    if (image.id !== shown) fill(face, picture(image, { alt: "", size: "thumb_256" }));
    shown = image.id;
    fill(status, statusBadge(now.status), scores(now));
    const { completed, total } = now.progress;
    fill(
      progress,
      runs(now) && h("progress", { max: total, value: completed, "aria-label": `Pictures of ${now.name}` }),
      `${completed} of ${counted(total, "picture")}`,
    );
    const { actual_usd, estimated_usd } = now.cost;
    fill(
      facts,
      runs(now) ? `About ${money(estimated_usd)}` : money(actual_usd),
      " · ",
      h("time", { datetime: now.created_at, title: moment(now.created_at) }, ago(now.created_at)),
    );
  }

  update(kit);
  if (runs(kit)) poll(`/reference-kits/${kit.id}`, { signal, every: 4, got: update, failed: () => {} });
  return h(
    "li",
    { class: "card kit-card" },
    face,
    h(
      "div",
      { class: "body" },
      h("h3", {}, h("a", { href: `#/kits/${kit.id}` }, kit.name)),
      status,
      progress,
      facts,
    ),
  );
}

/** @param {Kit} kit */
function scores(kit) {
  const { mean, worst, consistent, measured } = kit.likeness;
  if (mean === null || worst === null) return null;
  const all = consistent === measured;
  return badge(
    `${all ? "✓" : "!"} Likeness ${mean.toFixed(1)}${worst < mean ? `, worst ${worst.toFixed(1)}` : ""}`,
    all ? "good" : "warn",
  );
}
