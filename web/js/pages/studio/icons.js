/** A line drawing for each kind of picture. */

import { svg } from "../../dom.js";

/** @type {Record<string, string>} paths on a field of 24 × 24 */
const PATHS = {
  portrait:
    "M4 3h16v18H4zM12 12.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM6.5 21c.4-3.6 2.6-5.6 5.5-5.6s5.1 2 5.5 5.6",
  imagine: "M4 6h16M4 11h10M4 16h7M17.5 12.5l1.2 2.8 2.8 1.2-2.8 1.2-1.2 2.8-1.2-2.8-2.8-1.2 2.8-1.2z",
  face_swap:
    "M8 10.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 20c.3-3.7 2.3-6 5-6s4.700 2.300 5 6M15 7h6m0 0-2.500-2.500M21 7l-2.500 2.500M21 14h-5m0 0 2.200-2.200M16 14l2.200 2.200",
  redesign: "M3 21V9l9-6 9 6v12zM8 21v-5h8v5M8 12h8",
  staging:
    "M4 12V8a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v4M3 12a2 2 0 0 1 4 0v2h10v-2a2 2 0 0 1 4 0v6H3zM5 18v2M19 18v2",
  compose: "M3 3h10v10H3zM11 11h10v10H11z",
  master_asset: "M12 3l8 4.500v9L12 21l-8-4.500v-9zM4 7.500l8 4.500 8-4.500M12 12v9",
  frame: "M3 5h18v14H3zM7 5v14M17 5v14M3 9.700h4M3 14.300h4M17 9.700h4M17 14.300h4",
  inpaint:
    "M20 4 10 14M9 14.500c-2.500 0-3.500 1.500-3.500 3.500 0 1-.7 1.800-2 2 1.300.8 6.500 1 7.500-2.300M3 3h9M3 3v9",
};

/** @param {string} kind */
export function icon(kind) {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[kind] }),
  );
}
