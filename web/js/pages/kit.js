/** One reference kit: its photo, its pictures as they are drawn, what can be done with it. */

import { get, Problem } from "../api.js";
import { fill, h } from "../dom.js";
import { poll } from "../poll.js";
import { empty, failure } from "../ui/states.js";
import { kitAside } from "./kit/aside.js";
import { kitHead } from "./kit/head.js";
import { isLookedAt } from "./kit/reading.js";
import { slotGrid } from "./kit/slot-grid.js";

/** @typedef {import("../api-types.d.ts").KitView} Kit */

const LOOKED_AT_WITHIN_MS = 120_000;

/** @param {import("../router.js").View} view */
export async function show(view) {
  const { root, params: [id], signal, title, go } = view;
  const path = `/reference-kits/${encodeURIComponent(id)}`;
  /** @type {((kit: Kit) => void) | null} */
  let update = null;
  let watching = false;
  let news = false;

  /** @param {Kit} kit */
  function got(kit) {
    title(kit.name);
    update ??= draw(root, kit, { signal, changed, go });
    update(kit);
  }

  /** @param {Error} error */
  function failed(error) {
    const gone = error instanceof Problem && error.status === 404;
    fill(root, gone ? noSuchKit() : failure(error, () => show(view)));
  }

  async function watch() {
    if (watching || signal.aborted) return;
    watching = true;
    do {
      news = false;
      await poll(path, { signal, got, failed, unfinished: waitsForScores });
    } while (news && !signal.aborted);
    watching = false;
  }

  /** What an action answered, and everything that comes of it. @param {Kit | null} kit */
  function changed(kit) {
    if (kit) got(kit);
    // The last answer of a poll that is about to end may be older.
    news = true;
    watch();
  }

  try {
    got(await get(path, { signal }));
  } catch (error) {
    if (!signal.aborted) failed(/** @type {Error} */ (error));
    return;
  }
  watch();
}

/** Scores of a kit that has ended come a moment later. @param {Kit} kit */
function waitsForScores(kit) {
  const age = kit.completed_at ? Date.now() - Date.parse(kit.completed_at) : 0;
  return isLookedAt(kit) && age < LOOKED_AT_WITHIN_MS;
}

/**
 * @param {HTMLElement} root
 * @param {Kit} kit
 * @param {{signal: AbortSignal, changed: (kit: Kit | null) => void, go: (path: string) => void}} way
 * @returns {(kit: Kit) => void} shows what has changed, and touches nothing else
 */
function draw(root, kit, way) {
  const parts = [kitHead(kit, way), kitAside(kit), slotGrid(kit, way)];
  const [head, aside, grid] = parts;
  fill(root, head, h("div", { class: "columns side-left kit" }, aside, grid));
  return (now) => parts.forEach((part) => part.update(now));
}

function noSuchKit() {
  return empty(
    "There is no such kit",
    "It may have been deleted.",
    h("a", { class: "button", href: "#/kits" }, "To the reference kits"),
  );
}
