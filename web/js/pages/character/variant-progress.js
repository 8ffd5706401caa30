/** How far the drawing is, in words that change as pictures arrive. */

import { counted } from "../../format.js";
import { awaitsImage } from "./variant-list.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */

/**
 * @param {HTMLElement} line a live region
 * @returns {(known: Variant[]) => void}
 */
export function drawingProgress(line) {
  /** @type {Set<string>} of those that were on the way since it last stood still */
  const awaited = new Set();

  return (known) => {
    const drawing = known.filter(awaitsImage);
    for (const { id } of drawing) awaited.add(id);
    if (awaited.size === 0) return;
    const failed = known.filter(({ id, error }) => error !== null && awaited.has(id)).length;
    const text = [
      drawing.length > 0 && `${counted(drawing.length, "picture")} on the way …`,
      drawing.length === 0 && failed === 0 && "All pictures have arrived.",
      failed > 0 && `${counted(failed, "picture")} could not be drawn.`,
    ].filter(Boolean).join(" ");
    if (line.textContent !== text) line.textContent = text;
    if (drawing.length === 0) awaited.clear();
  };
}
