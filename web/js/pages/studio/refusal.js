/** Why a request was not taken, where its own words do not say what to do next. */

import { get, Problem } from "../../api.js";
import { h } from "../../dom.js";
import { counted, moment } from "../../format.js";

/** @typedef {import("../../api-types.d.ts").UsageView} Usage */

/**
 * Opens what is closed over a refused field, and tells what can be done.
 * @param {HTMLFormElement} form
 * @param {Error} error
 */
export async function explain(form, error) {
  if (!(error instanceof Problem)) return;
  for (const { pointer } of error.errors) {
    const name = pointer.replace(/^#?\//, "").split("/")[0];
    const closed = form.querySelector(`[data-field="${CSS.escape(name)}"]`)?.closest("details");
    if (closed) closed.open = true;
  }
  const words = await advice(error);
  // After the refusal itself has been told.
  setTimeout(() => {
    if (words) form.querySelector(":scope > .actions")?.before(h("div", { class: "notice warn" }, words));
  });
}

/** @param {Problem} problem @returns {Promise<import("../../dom.js").Child[] | null>} */
async function advice({ code, told, retryAfter, status }) {
  if (code === "in_flight_limit") return running(/** @type {string[]} */ (told.generation_ids ?? []));
  if (code === "quota_exceeded") return [h("p", {}, await quota())];
  if (status === 429) {
    const seconds = retryAfter ?? 60;
    return [h("p", {}, `Press the button again in ${counted(seconds, "second")}. Nothing is lost.`)];
  }
  if (code === "content_blocked_input") {
    return [
      h(
        "p",
        {},
        "Change the words. What is forbidden is told in the policy of this deployment only in general.",
      ),
    ];
  }
  if (code === "source_not_ready") {
    return [h("p", {}, "The photo is being checked. Press the button again in a moment.")];
  }
  return null;
}

/** @param {string[]} ids */
function running(ids) {
  return [
    h("p", {}, "Wait until one of these has ended, or stop it, and press the button again:"),
    h(
      "ul",
      {},
      ids.map((id, place) => h("li", {}, h("a", { href: `#/jobs/${id}` }, `Running job ${place + 1}`))),
    ),
  ];
}

async function quota() {
  /** @type {Usage | null} */
  const usage = await get("/usage").catch(() => null);
  if (!usage) return "Ask for fewer images, or wait for the next month.";
  const { images_left, images_limit, resets_at } = usage;
  return `${images_left} of ${counted(images_limit, "image")} are left; the count begins anew on ${
    moment(resets_at)
  }. Ask for fewer.`;
}
