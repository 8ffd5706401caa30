/** The draws of a slot that are on record: those that were passed over beside the one that was kept. */

import { get } from "../../api.js";
import { h } from "../../dom.js";
import { openLargeView } from "../../ui/large-view.js";
import { run } from "../../ui/notices.js";

/** @typedef {import("../../api-types.d.ts").KitView} Kit */
/** @typedef {import("../../api-types.d.ts").SlotView} Slot */
/** @typedef {import("../../api-types.d.ts").DrawView} Draw */

/** @param {Slot} slot @param {string} title @param {Kit} kit @param {AbortSignal} signal */
export function drawList({ draws }, title, kit, signal) {
  const rows = draws.map((draw, place) => drawRow(draw, place + 1, title, kit, signal));
  return h(
    "details",
    {},
    h("summary", {}, draws.length === 1 ? "1 draw on record" : `${draws.length} draws on record`),
    h("ol", { class: "plain draws" }, rows),
  );
}

/** @param {Draw} draw @param {number} number @param {string} title @param {Kit} kit @param {AbortSignal} signal */
function drawRow(draw, number, title, kit, signal) {
  const score = draw.score === null ? "not measured" : draw.score.toFixed(1);
  const look = async () => {
    const image = await get(`/images/${draw.image_id}`);
    if (signal.aborted) return;
    openLargeView([{ image, title: `${title}, draw ${number}`, note: `Likeness ${score}` }], {
      beside: { image: kit.source_image.image, title: "The photo" },
    });
  };
  const button = h("button", {
    type: "button",
    class: "quiet small",
    "aria-label": `Look at draw ${number} of ${title}`,
    onclick: () => run(button, look),
  }, "Look");
  return h(
    "li",
    {},
    h("span", {}, `${number}: ${score}`, draw.kept && h("strong", {}, " (kept)")),
    button,
  );
}
