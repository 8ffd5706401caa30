/** After a character was created: its photo, then its first pack. Each may fail alone and be tried again. */

import { newKey, post } from "../../api.js";
import { fill, h } from "../../dom.js";
import { counted } from "../../format.js";
import { poll } from "../../poll.js";
import { failure } from "../../ui/states.js";
import { givesPhoto } from "./photo.js";
import { awaited } from "./source-badge.js";

/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */
/** @typedef {import("../../api-types.d.ts").SourceImageView} Source */
/** @typedef {(progress: (share: number | null) => void) => Promise<void>} Work */

/**
 * @param {Character} character
 * @param {{file: File, packOf: number | null, signal: AbortSignal}} rest
 * @param {(packId: string | null) => void} done
 */
export function setUp(character, { file, packOf, signal }, done) {
  /** @type {ReturnType<typeof givesPhoto> | null} */
  let give = null;
  const packKey = newKey();
  /** @type {string | null} */
  let packId = null;
  const made = step("The character is created", null);
  const photo = step("Send the photo", async (progress) => {
    give ??= givesPhoto(character.id, file, { progress, signal });
    await give();
  });
  const pack = packOf === null
    ? null
    : step(`Check the photo, then start ${counted(packOf, "image")}`, async () => {
      await passed(character.id, signal);
      const wish = { mode: "portrait", character_id: character.id, image_count: packOf };
      /** @type {Generation} */
      const { id } = await post("/generations", wish, { key: packKey, signal });
      packId = id;
    });
  made.tell("done");
  (async () => {
    // Without the photo the pack would show somebody else: whoever leaves the one out, leaves the other.
    if (await photo.run(signal)) await pack?.run(signal);
    if (!signal.aborted) done(packId);
  })();
  return h(
    "section",
    { class: "sheet set-up", "aria-label": `Setting up ${character.name}` },
    h("h2", { tabindex: -1 }, `Setting up ${character.name}`),
    h("ol", { class: "plain stack" }, made.row, photo.row, pack?.row),
  );
}

/**
 * Waits until the photo was looked at: nothing is spent on one that cannot be used.
 * @param {string} characterId
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function passed(characterId, signal) {
  return new Promise((done, failed) => {
    poll(`/characters/${characterId}/source-image`, {
      signal,
      failed,
      unfinished: awaited,
      got: (/** @type {Source} */ source) => {
        if (source.qa.status === "failed") failed(new Error(UNUSABLE));
        else if (!awaited(source)) done();
      },
    });
  });
}

const UNUSABLE =
  "The photo did not pass its checks, so nothing was drawn. Go on to see why, and to give another photo.";

/** @type {Record<string, string>} */
const MARKS = { waiting: "○", running: "…", done: "✓", failed: "✕" };
/** @type {Record<string, string>} */
const WORDS = { waiting: "waits", running: "is being done", done: "done", failed: "failed" };

/** @param {string} title @param {Work | null} work */
function step(title, work) {
  const mark = h("span", { "aria-hidden": true, class: "mark" });
  const state = h("span", { class: "visually-hidden", role: "status" });
  const bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": `${title}: progress` });
  const trouble = h("div", {});
  const row = h("li", {}, h("p", {}, mark, " ", title, " ", state), bar, trouble);

  /** @param {string} word */
  function tell(word) {
    row.dataset.state = word;
    mark.textContent = MARKS[word];
    state.textContent = `(${WORDS[word]})`;
  }

  /** @param {number | null} share */
  function progress(share) {
    bar.hidden = share === null;
    bar.value = share ?? 0;
  }

  /** Until it succeeds (true), is left out, or the page is left. @param {AbortSignal} signal */
  async function run(signal) {
    while (work && !signal.aborted) {
      tell("running");
      fill(trouble);
      try {
        await work(progress);
        tell("done");
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        tell("failed");
        if (await decided(/** @type {Error} */ (error)) === "leave") return false;
      }
    }
    return false;
  }

  /** @param {Error} error @returns {Promise<"again" | "leave">} */
  function decided(error) {
    return new Promise((answer) => {
      const notice = failure(error, () => answer("again"));
      notice.append(
        " ",
        h("button", { type: "button", class: "quiet", onclick: () => answer("leave") }, "Go on without"),
      );
      fill(trouble, notice);
    });
  }

  tell("waiting");
  return { row, run, tell };
}
