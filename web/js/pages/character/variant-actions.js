/** What can be done with a variant, by its state, and the doing. */

import { newKey, post, Problem, remove } from "../../api.js";
import { h } from "../../dom.js";
import { words } from "../../format.js";
import { confirmed } from "../../ui/dialogs.js";
import { tell } from "../../ui/notices.js";
import { download } from "../../ui/pictures.js";
import { openHistory } from "./variant-history.js";
import { menu } from "./variant-menu.js";
import { openReimport } from "./variant-upload.js";
import { fileName, named } from "./variant-words.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */
/** @typedef {import("../../api-types.d.ts").ExportedVariantView} Exported */
/**
 * @typedef {object} Desk what cards work with
 * @property {import("../../api-types.d.ts").CharacterView} character
 * @property {() => import("../../api-types.d.ts").SourceImageView | null} source
 * @property {import("./variant-list.js").VariantList} list
 * @property {AbortSignal} signal
 * @property {(variant: Variant) => void} enlarge
 * @property {(variant: Variant) => void} reviewed it may be a hero now, or no more
 * @property {(type: string) => void} started pictures of a type are on their way
 */
/** @typedef {"approve" | "reject" | "again" | "export" | "reimport" | "withdraw" | "download" | "history" | "delete"} Action */
/** @typedef {(desk: Desk, variant: Variant) => Promise<void> | void} Deed */

/** @type {Record<Action, [title: string, deed: Deed]>} */
const DEEDS = {
  approve: ["Approve", reviewing("approve")],
  reject: ["Reject", reviewing("reject")],
  again: ["Draw again", drawAgain],
  export: ["Export to edit", exportOriginal],
  reimport: ["Re-import", openReimport],
  withdraw: ["Withdraw", withdraw],
  download: ["Download original", saveOriginal],
  history: ["Version history", openHistory],
  delete: ["Delete", destroy],
};

/** Those at hand and those behind “More”. @param {Variant} variant @returns {[near: Action[], far: Action[]]} */
function fitting({ status, image }) {
  switch (status) {
    case "generated":
      return [["approve", "reject"], ["again", "export", "download", "history", "delete"]];
    case "approved":
      return [["reject"], ["again", "export", "download", "history", "delete"]];
    case "rejected":
      return [["again"], image ? ["download", "history", "delete"] : ["delete"]];
    case "editing":
      return [["reimport", "withdraw"], ["approve", "reject", "download", "again", "history", "delete"]];
    default:
      return [[], []];
  }
}

/**
 * @param {Variant} variant
 * @param {(deed: () => Promise<void> | void) => void} run
 * @param {Desk} desk
 */
export function actionsOf(variant, run, desk) {
  const [near, far] = fitting(variant);
  /** @param {Action} name @param {string} kind */
  const button = (name, kind) => {
    const [title, deed] = DEEDS[name];
    return h("button", {
      type: "button",
      class: `small ${kind}`,
      "data-action": name,
      "aria-label": `${title}: ${named(variant)}`,
      onclick: () => run(() => deed(desk, variant)),
    }, title);
  };
  return [
    ...near.map((name) => button(name, ["approve", "reimport"].includes(name) ? "main" : "")),
    far.length > 0 &&
    menu(`More for ${named(variant)}`, far.map((name) => button(name, name === "delete" ? "danger" : ""))),
  ];
}

/** @param {Variant} variant */
const pathOf = ({ character_id, id }) => `/characters/${character_id}/variants/${id}`;

/** @param {"approve" | "reject"} verdict @returns {Deed} */
function reviewing(verdict) {
  return async ({ list, reviewed }, variant) => {
    /** @type {Variant} */
    const decided = await post(`${pathOf(variant)}/${verdict}`);
    list.put(decided);
    reviewed(decided);
  };
}

/** One key per variant until its answer has come: a lost answer is asked for anew, not drawn and paid anew. @type {Map<string, string>} */
const unanswered = new Map();

/** @param {Desk} desk @param {Variant} variant */
async function drawAgain({ started }, variant) {
  const key = unanswered.get(variant.id) ?? newKey();
  unanswered.set(variant.id, key);
  try {
    await post(`${pathOf(variant)}/regenerate`, undefined, { key });
    unanswered.delete(variant.id);
  } catch (error) {
    if (error instanceof Problem && !error.passing) unanswered.delete(variant.id);
    throw error;
  }
  tell(`Another picture of the type “${words(variant.variant_type)}” is being drawn.`);
  started(variant.variant_type);
}

/** @param {Desk} desk @param {Variant} variant */
async function exportOriginal({ character, list }, variant) {
  /** @type {Exported} */
  const { download_url, download_expires_at, ...exported } = await post(`${pathOf(variant)}/export`);
  list.put(exported);
  if (!exported.image || !download_url) return;
  const original = { ...exported.image, url: download_url, url_expires_at: download_expires_at };
  await download(original, fileName(character.name, exported));
  tell("The original is being saved to this device. Edit it, then re-import it here as a new version.");
}

/** @param {Desk} desk @param {Variant} variant */
async function withdraw({ list }, variant) {
  list.put(await remove(`${pathOf(variant)}/export`));
}

/** @param {Desk} desk @param {Variant} variant */
async function destroy({ list, reviewed }, variant) {
  const type = words(variant.variant_type);
  const sure = await confirmed({
    title: variant.hero ? "Delete the hero?" : "Delete this variant?",
    text: variant.hero
      ? `This picture is the hero of the type “${type}”. Without it the type has none, and generations that ask for it are refused until another one is approved. It cannot be brought back.`
      : `${
        named(variant)
      } is deleted with its picture. It cannot be brought back; versions made from it stay.`,
    action: variant.hero ? "Delete the hero" : "Delete",
  });
  if (!sure) return;
  await remove(pathOf(variant), { query: { force: variant.hero || null } });
  list.drop(variant.id);
  reviewed({ ...variant, hero: false });
}

/** @param {Desk} desk @param {Variant} variant */
async function saveOriginal({ character }, variant) {
  if (variant.image) await download(variant.image, fileName(character.name, variant));
}
