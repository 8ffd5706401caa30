/** One slot of a kit: its picture as it comes, how well it is met, what can be done with it. */

import { fill, h } from "../../dom.js";
import { badge, scoreBadge } from "../../ui/badges.js";
import { run } from "../../ui/notices.js";
import { download, frame } from "../../ui/pictures.js";
import { drawList } from "./draws.js";
import { fileName } from "./head.js";
import { ANCHOR, runs, slotRuns, slotTitle } from "./reading.js";

/** @typedef {import("../../api-types.d.ts").KitView} Kit */
/** @typedef {import("../../api-types.d.ts").SlotView} Slot */
/**
 * @typedef {object} Way
 * @property {AbortSignal} signal
 * @property {() => Kit} kit as it is now
 * @property {() => void} enlarge
 * @property {(button: HTMLButtonElement) => void} redraw
 * @property {(name: string) => Promise<string | null>} prompts
 */

/** @param {string} name @param {Way} way */
export function slotCard(name, way) {
  const title = slotTitle(name);
  const place = h("div", { class: "slot-picture" });
  const badges = h("div", { class: "badges" });
  const error = h("div", {});
  const draws = h("div", {});
  const again = h(
    "button",
    { type: "button", class: "small", onclick: () => way.redraw(again) },
    "Draw again",
  );
  const save = h("button", {
    type: "button",
    class: "small",
    onclick: () =>
      run(save, async () => {
        const { image } = way.kit().slots[name];
        if (image) await download(image, `${fileName(way.kit().name)}-${fileName(name)}`);
      }),
  }, "Download");
  again.setAttribute("aria-label", `Draw again: ${title}`);
  save.setAttribute("aria-label", `Download: ${title}`);
  const card = h(
    "li",
    { class: `card slot ${name === ANCHOR ? "anchor" : ""}` },
    place,
    h(
      "div",
      { class: "body" },
      h("h3", {}, title),
      badges,
      error,
      h("div", { class: "actions" }, again, save),
      draws,
      promptDetails(name, way.prompts),
    ),
  );
  const changed = changes();

  /** @param {Kit} kit */
  function update(kit) {
    const slot = kit.slots[name];
    if (!slot) return;
    const running = slotRuns(slot);
    const words = stateWords(name, kit);
    changed("picture", [slot.image?.id, words], () => {
      fill(
        place,
        frame(slot.image, { alt: title, words, busy: isDrawn(slot), open: way.enlarge, size: sizeOf(name) }),
      );
    });
    place.firstElementChild?.classList.toggle("busy", isDrawn(slot));
    changed("badges", [slot.image?.id, running, slot.similarity, slot.verdict], () => {
      fill(
        badges,
        slot.image && scoreBadge(slot.similarity),
        verdictBadge(slot),
        running && slot.image && badge("Being drawn again", "busy"),
      );
    });
    changed("error", slot.error, () => fill(error, slot.error && errorWords(slot)));
    changed(
      "draws",
      slot.draws,
      () => fill(draws, slot.draws.length > 0 && drawList(slot, title, kit, way.signal)),
    );
    // Not disabled: that would take the focus from whoever has just pressed it.
    again.setAttribute("aria-disabled", String(runs(kit)));
    save.hidden = !slot.image;
  }

  return Object.assign(card, { update });
}

/** Redraws a part only where what it shows is another than before. */
function changes() {
  /** @type {Map<string, string>} */
  const shown = new Map();
  return (/** @type {string} */ part, /** @type {unknown} */ value, /** @type {() => void} */ draw) => {
    const now = JSON.stringify(value) ?? "";
    if (shown.get(part) === now) return;
    shown.set(part, now);
    draw();
  };
}

/** @param {string} name */
const sizeOf = (name) => (name === ANCHOR ? "web" : "thumb_512");

/** @param {Slot} slot */
const isDrawn = (slot) => slotRuns(slot) && slot.status !== "queued";

/** What stands where there is no picture. @param {string} name @param {Kit} kit */
function stateWords(name, kit) {
  const slot = kit.slots[name];
  if (slot.image) return "";
  if (slot.status === "failed") return "No picture";
  if (slot.status === "cancelled") return "Stopped before it was drawn";
  if (slot.draws.length > 0) return `Drawing again, ${slot.draws.length} on record`;
  if (slot.status !== "queued") return "Drawing …";
  const waits = name !== ANCHOR && !kit.slots[ANCHOR]?.image;
  if (slot.attempts > 0) return "Waiting to try again";
  return waits ? "Waits for the anchor face" : "Waiting";
}

/** @param {Slot} slot */
function verdictBadge({ verdict, image, draws }) {
  if (!verdict || !image) return null;
  if (verdict === "passed") return badge("Met the bar", "good");
  if (verdict === "best_effort") return badge(`Best of ${draws.length}, below the bar`, "warn");
  return null;
}

/** @param {Slot} slot */
function errorWords({ error, image }) {
  return h(
    "p",
    { class: "wrong" },
    error?.message,
    image && " The earlier picture stays.",
  );
}

/** @param {string} name @param {Way["prompts"]} prompts */
function promptDetails(name, prompts) {
  const place = h("p", { class: "soft prompt" }, "Reading …");
  const details = h("details", {}, h("summary", {}, "Prompt"), place);
  details.addEventListener("toggle", async () => {
    if (!details.open) return;
    try {
      place.textContent = (await prompts(name)) ?? "It is not on record any more.";
    } catch (error) {
      place.textContent = /** @type {Error} */ (error).message;
    }
  });
  return details;
}
