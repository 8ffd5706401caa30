/** What a kit tells, in the words and numbers of the pages. */

import { money, words } from "../../format.js";

/** @typedef {import("../../api-types.d.ts").KitView} Kit */
/** @typedef {import("../../api-types.d.ts").SlotView} Slot */

export const ANCHOR = "anchor_face";
const ENDED = ["completed", "failed", "cancelled"];

/** What a kit of the usual seven pictures is promised to take. */
export const PROMISED_MS = 180_000;
export const PROMISED_USD = `${money(0.2)}–${money(0.3)}`;

/** @param {Pick<Kit, "status">} kit */
export const runs = ({ status }) => status === "pending" || status === "generating";

/** @param {Slot} slot */
export const slotRuns = ({ status }) => !ENDED.includes(status);

/** "Expression: smile" of `expressions.smile`. @param {string} name of a slot */
export function slotTitle(name) {
  return name.startsWith("expressions.") ? `Expression: ${words(name).toLowerCase()}` : words(name);
}

/** The slots that show a picture, the anchor first. @param {Kit} kit */
export function pictured(kit) {
  const found = [];
  for (const [name, slot] of Object.entries(kit.slots)) {
    if (slot.image) found.push({ name, slot, image: slot.image });
  }
  return found;
}

/** "3 of 7 are ready". @param {Kit} kit */
export function progressWords(kit) {
  const slots = Object.values(kit.slots);
  const ready = slots.filter(({ image }) => image).length;
  const again = slots.filter((slot) => slot.image && slotRuns(slot)).length;
  const failed = slots.filter((slot) => !slot.image && slot.status === "failed").length;
  const told = [ready === slots.length ? `All ${ready} are ready` : `${ready} of ${slots.length} are ready`];
  if (again > 0) told.push(`${again} ${again === 1 ? "is" : "are"} being drawn again`);
  if (failed > 0) told.push(`${failed} failed`);
  if (kit.status === "cancelled") told.push("the others were stopped");
  return `${told.join("; ")}.`;
}

/** Whether something is still to be measured of what is drawn already. @param {Kit} kit */
export function isLookedAt(kit) {
  const pending = Object.values(kit.slots).some(({ similarity }) => similarity?.status === "pending");
  return pending || kit.source_image.qa.status === "pending";
}
