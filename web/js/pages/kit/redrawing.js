/** Drawing a slot again; for the anchor, asks first what is to be drawn with it. */

import { newKey, post, Problem } from "../../api.js";
import { h } from "../../dom.js";
import { counted } from "../../format.js";
import { closeButton, openDialog } from "../../ui/dialogs.js";
import { run, tell } from "../../ui/notices.js";
import { ANCHOR, runs, slotTitle } from "./reading.js";

/** @typedef {import("../../api-types.d.ts").KitView} Kit */

/** @type {Record<string, string>} */
const WHAT_TO_DO = {
  kit_busy: "Wait until that is done, then draw this slot again.",
  in_flight_limit: "Wait until one of your jobs is done, then try again.",
};

/**
 * @param {() => Kit} kit as it is now
 * @param {(kit: Kit | null) => void} changed
 */
export function redrawing(kit, changed) {
  /** @type {Map<string, string>} one key per wish, until it is answered */
  const keys = new Map();

  /** @param {string} name @param {boolean} cascade @returns {Promise<Kit>} */
  async function redraw(name, cascade) {
    const wish = `${name} ${cascade}`;
    const key = keys.get(wish) ?? newKey();
    keys.set(wish, key);
    try {
      const path = `/reference-kits/${kit().id}/regenerate/${encodeURIComponent(name)}`;
      /** @type {Kit} */
      const answer = await post(path, undefined, { key, query: { cascade: cascade || null } });
      keys.delete(wish);
      tell(`${cascade ? "All pictures are" : `${slotTitle(name)} is`} being drawn again.`);
      return answer;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!error.passing) keys.delete(wish);
      throw new Error([error.message, WHAT_TO_DO[error.code]].filter(Boolean).join(" "));
    }
  }

  /** @param {string} name @param {HTMLButtonElement} button */
  return async (name, button) => {
    if (runs(kit())) return tell("Something is being drawn for this kit. Wait until it is done.");
    const others = Object.keys(kit().slots).length - 1;
    const cascade = name === ANCHOR && others > 0 ? await askHowMuch(others) : false;
    if (cascade === null) return;
    /** @type {Kit | null} */
    let answer = null;
    await run(button, async () => {
      answer = await redraw(name, cascade);
    });
    if (document.activeElement === document.body) button.focus();
    changed(answer);
  };
}

/** @param {number} others @returns {Promise<boolean | null>} whether all are drawn again; null: nothing */
function askHowMuch(others) {
  return new Promise((answer) => {
    /** @type {boolean | null} */
    let chosen = null;
    const choose = (/** @type {boolean} */ cascade) => () => {
      chosen = cascade;
      dialog.close();
    };
    const dialog = openDialog(
      "Draw the anchor face again?",
      [
        h(
          "p",
          {},
          `The other ${counted(others, "picture")} ${
            others === 1 ? "was" : "were"
          } drawn after it. Drawn again together, they stay one person in one light; alone, only the face changes.`,
        ),
        h(
          "div",
          { class: "actions" },
          closeButton("Keep"),
          h("button", { type: "button", onclick: choose(false) }, "Only the anchor face"),
          h(
            "button",
            { type: "button", class: "primary", onclick: choose(true) },
            `All ${others + 1} pictures`,
          ),
        ),
      ],
      { closed: () => answer(chosen) },
    );
  });
}
