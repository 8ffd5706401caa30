/** The head of a kit's page: its name, its state, and what is done with the whole of it. */

import { patch, remove } from "../../api.js";
import { fill, h } from "../../dom.js";
import { counted } from "../../format.js";
import { statusBadge } from "../../ui/badges.js";
import { confirmed } from "../../ui/dialogs.js";
import { run, tell } from "../../ui/notices.js";
import { download } from "../../ui/pictures.js";
import { pictured, runs, slotRuns } from "./reading.js";
import { renaming } from "./renaming.js";

/** @typedef {import("../../api-types.d.ts").KitView} Kit */

/** @param {Kit} kit @param {{changed: (kit: Kit | null) => void, go: (path: string) => void}} way */
export function kitHead(kit, { changed, go }) {
  let now = kit;
  const path = `/reference-kits/${kit.id}`;
  const status = h("span", { class: "kit-status" });
  const name = renaming(kit.name, async (wanted) => {
    /** @type {Kit} */
    const renamed = await patch(path, { name: wanted });
    changed(renamed);
  });
  const all = h("button", { type: "button", onclick: downloadAll }, "Download all");
  const use = h(
    "a",
    { class: "button primary", href: `#/studio?kit=${encodeURIComponent(kit.id)}` },
    "Use in the studio",
  );
  const leave = h("button", { type: "button", class: "danger", onclick: ask }, "Delete");

  function downloadAll() {
    return run(all, async () => {
      const found = pictured(now);
      for (const { name, image } of found) await download(image, `${fileName(now.name)}-${fileName(name)}`);
      tell(`${counted(found.length, "picture")} saved.`, "good");
    });
  }

  async function ask() {
    if (!(await confirmed(deletion(now)))) return;
    await run(leave, async () => {
      await remove(path);
      go("/kits");
      tell(`“${now.name}” is deleted.`);
    });
  }

  /** @param {Kit} kit */
  function update(kit) {
    now = kit;
    name.update(kit.name);
    if (status.dataset.shown !== kit.status) fill(status, statusBadge(kit.status));
    status.dataset.shown = kit.status;
    const some = pictured(kit).length > 0;
    all.hidden = !some;
    use.hidden = !kit.slots.anchor_face?.image;
  }

  const head = h(
    "div",
    { class: "page-head" },
    name.element,
    status,
    h("div", { class: "actions" }, use, all, leave),
  );
  return Object.assign(head, { update });
}

/** @param {Kit} kit */
function deletion(kit) {
  const drawn = Object.values(kit.slots).filter(slotRuns).length;
  const one = drawn === 1;
  const stops = runs(kit)
    ? `${counted(drawn, "picture")} ${one ? "is" : "are"} still being drawn: this stops ${
      one ? "it" : "them"
    }, and what has been paid stays paid. `
    : "";
  return {
    title: `Delete “${kit.name}”?`,
    text:
      `${stops}The kit goes with its photo and all pictures that were ever drawn for it. This cannot be undone.`,
    action: runs(kit) ? "Stop and delete" : "Delete the kit",
  };
}

/** @param {string} words */
export const fileName = (words) =>
  words.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-|-$/g, "");
