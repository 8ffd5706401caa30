/** The first pack that was started together with a character, until its images are there. */

import { fill, h } from "../../dom.js";
import { counted } from "../../format.js";
import { poll } from "../../poll.js";

/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */

/**
 * @param {string} packId of the generation
 * @param {{signal: AbortSignal, done: () => void}} way
 */
export function packNotice(packId, { signal, done }) {
  const words = h("span", { role: "status" }, "The first pack is being drawn.");
  const bar = h("progress", { max: 100, value: 0, "aria-label": "First pack" });
  const link = h("a", { href: `#/jobs/${encodeURIComponent(packId)}` }, "See its images");
  const notice = h("div", { class: "notice" }, h("p", {}, words, " ", link), bar);
  poll(`/generations/${encodeURIComponent(packId)}`, {
    signal,
    got: (/** @type {Generation} */ generation) => {
      fill(words, inWords(generation));
      bar.value = generation.progress.percent;
      if (!generation.final) return;
      bar.remove();
      notice.classList.add(generation.progress.completed > 0 ? "good" : "bad");
      done();
    },
    // An address with a pack that is gone is no trouble of the character's.
    failed: () => notice.remove(),
  });
  return notice;
}

/** @param {Generation} generation */
function inWords({ final, progress: { total, completed, failed, cancelled } }) {
  const lost = failed + cancelled;
  if (!final) return `The first pack is being drawn: ${completed} of ${counted(total, "image")} there.`;
  if (lost === 0) return `The first pack is drawn: ${counted(total, "image")}.`;
  return `The first pack has ended: ${completed} of ${
    counted(total, "image")
  } drawn. The job tells why, and draws the rest again.`;
}
