/** What can be done with a generation: stop it, try again what failed, save all of it, delete it. */

import { newKey, post, remove } from "../../api.js";
import { fill, h } from "../../dom.js";
import { counted } from "../../format.js";
import { confirmed } from "../../ui/dialogs.js";
import { run } from "../../ui/notices.js";
import { download } from "../../ui/pictures.js";
import { fileName } from "./frames.js";

/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */
/** @typedef {import("../../api-types.d.ts").CancelView} Receipt */

/**
 * @param {Generation} first
 * @param {import("./generation.js").Way & {told: HTMLElement}} way `told` takes the focus of a button that goes
 */
export function actionsOf(first, { retried, gone, told }) {
  let now = first;
  const path = `/generations/${first.id}`;
  const receipt = h("div", { role: "status" });
  const failures = h("div", { role: "status" });
  const retryKey = newKey();
  const stop = button("Stop", cancel);
  const all = button("Download all", downloadAll);
  const away = button("Delete", erase, "danger");
  const again = button("Try the failed ones again", retry, "primary");
  const failed = h("p", {});
  const notice = h("div", { class: "notice warn", hidden: true }, failed, again);
  failures.append(notice);

  async function cancel() {
    /** @type {Receipt} */
    const { stopped, will_arrive, charged } = await post(`${path}/cancel`);
    fill(receipt, h("p", { class: "notice" }, receiptWords(stopped, will_arrive, charged)));
    show(stop, false);
  }

  async function retry() {
    /** @type {Generation} */
    const { id } = await post(`${path}/retry`, undefined, { key: retryKey });
    retried(id);
  }

  /** One after another: a browser refuses many at once. */
  async function downloadAll() {
    const there = now.items.filter(({ image }) => image !== null);
    for (const [place, item] of there.entries()) {
      all.firstChild?.replaceWith(`Saving ${place + 1} of ${there.length}`);
      try {
        await download(/** @type {any} */ (item.image), fileName(now, item));
      } finally {
        all.firstChild?.replaceWith("Download all");
      }
    }
  }

  async function erase() {
    const yes = await confirmed({
      title: "Delete this job?",
      text: `${counted(now.progress.completed, "image")} and its record are deleted for good. ${
        now.completed_at ? "" : "What still runs is stopped. "
      }Images that became variants of a character stay with it.`,
      action: "Delete",
    });
    if (!yes) return;
    await remove(path);
    gone();
  }

  /** @param {HTMLElement} element @param {boolean} visible */
  function show(element, visible) {
    if (!visible && element.contains(document.activeElement)) told.focus();
    element.hidden = !visible;
  }

  /** @param {Generation} generation */
  function draw(generation) {
    now = generation;
    const closed = now.completed_at !== null;
    const { failed: lost, total, completed } = now.progress;
    show(stop, !closed && now.status !== "cancelled");
    show(all, completed > 1);
    show(away, now.mode !== "reference");
    if (closed && lost > 0) failed.textContent = failureWords(lost, total);
    show(notice, closed && lost > 0);
  }

  return {
    element: h("div", { class: "actions" }, stop, all, away),
    notices: h("div", { class: "notices-of-job" }, receipt, failures),
    draw,
  };
}

/** @param {string} text @param {() => Promise<void>} work @param {string} [kind] */
function button(text, work, kind = "") {
  const made = h("button", { type: "button", class: kind, onclick: () => run(made, work) }, text);
  return made;
}

/** @param {number} failed @param {number} total */
const failureWords = (failed, total) =>
  `${failed} of ${counted(total, "image")} failed. ${
    failed < total ? "The others stay as they are. " : ""
  }Why is told below.`;

/** @param {number} stopped @param {number} arriving @param {number} charged */
function receiptWords(stopped, arriving, charged) {
  const more = arriving > 0
    ? ` ${counted(arriving, "image")} could not be stopped any more and will still arrive.`
    : "";
  return `${counted(stopped, "image")} stopped.${more} ${counted(charged, "image")} count${
    charged === 1 ? "s" : ""
  } for this month.`;
}
