/** What the request would cost and be, told while it is being filled in. */

import { call, Problem } from "../../api.js";
import { fill, h } from "../../dom.js";
import { counted, money, words } from "../../format.js";
import { rest } from "../../poll.js";
import { listed } from "./missing.js";

/** @typedef {import("../../api-types.d.ts").EstimateView} Estimate */
/** @typedef {{body: Record<string, unknown>, missing: string[], waits: boolean}} Draft `waits`: pictures are on their way */

const PAUSE_SECONDS = 0.6;

/**
 * @param {{signal: AbortSignal, arrived: (estimate: Estimate) => void}} way
 */
export function estimates({ signal, arrived }) {
  const sum = h("strong", { class: "sum" }, " ");
  const rest_of = h("span", { class: "soft" });
  const line = h("div", { class: "estimate", role: "status" }, sum, rest_of);
  const remarks = h("div", {});
  const brief = told();
  const details = h("div", {}, remarks, brief.element);
  /** @type {AbortController | null} */
  let asking = null;
  let last = "";

  /** Tells what is missing, or asks for the estimate once the typing pauses. @param {Draft} draft */
  function ask(draft) {
    const now = JSON.stringify(draft);
    if (now === last) return;
    last = now;
    asking?.abort();
    if (draft.missing.length > 0) return say("", `Still needed: ${listed(draft.missing)}.`);
    if (draft.waits) return say("", "The price comes once the pictures have arrived.");
    asking = new AbortController();
    return read(draft.body, AbortSignal.any([signal, asking.signal]));
  }

  /** @param {Record<string, unknown>} body @param {AbortSignal} stopped */
  async function read(body, stopped) {
    let pause = PAUSE_SECONDS;
    while (!stopped.aborted) {
      await rest(pause, stopped);
      if (stopped.aborted) return;
      line.setAttribute("aria-busy", "true");
      try {
        /** @type {import("../../api.js").Answer<Estimate>} */
        const { data } = await call("POST", "/estimates", { body, signal: stopped });
        return tell(data);
      } catch (error) {
        if (stopped.aborted) return;
        if (!(error instanceof Problem) || !error.passing) return refused(/** @type {Error} */ (error));
        say("", "The price cannot be told just now; it comes by itself.");
        pause = Math.max(error.retryAfter ?? 0, pause * 2, 2);
      } finally {
        line.removeAttribute("aria-busy");
      }
    }
  }

  /** @param {string} amount @param {string} text @param {...import("../../dom.js").Child} more */
  function say(amount, text, ...more) {
    sum.textContent = amount;
    rest_of.textContent = text;
    fill(remarks, ...more);
    if (amount === "") brief.element.hidden = true;
  }

  /** @param {Estimate} estimate */
  function tell(estimate) {
    const { estimated_usd, at_most_usd } = estimate.cost;
    const more = at_most_usd > estimated_usd ? `, at most ${money(at_most_usd)}` : "";
    const left = `${counted(estimate.quota_left, "image")} left this month`;
    const short = estimate.images.length > estimate.quota_left;
    say(
      `About ${money(estimated_usd)}${more}`,
      left,
      short && quotaWords(estimate),
      verdict(estimate),
    );
    brief.draw(estimate);
    arrived(estimate);
  }

  /** @param {Error} error */
  function refused(error) {
    const errors = error instanceof Problem ? error.errors : [];
    const told = errors.length > 0
      ? errors.map(({ pointer, detail }) => `${named(pointer)}: ${detail}`)
      : [error.message];
    say("", "No price yet.", h("ul", { class: "plain soft" }, told.map((text) => h("li", {}, text))));
  }

  return { line, details, ask };
}

/** @param {Estimate} estimate */
function quotaWords({ images, quota_left }) {
  return h(
    "p",
    { class: "notice warn" },
    `You ask for ${counted(images.length, "image")}, and ${quota_left} are left this month. Ask for fewer.`,
  );
}

/** @param {Estimate} estimate */
function verdict({ moderation }) {
  return moderation.verdict === "refused" &&
    h(
      "p",
      { class: "notice warn" },
      "These words would be refused: the policy on content forbids what they ask for. Change them.",
    );
}

/** Stays open while its text changes. */
function told() {
  const facts = h("dl", { class: "facts" });
  const list = h("ol", { class: "prompts" });
  const element = h(
    "details",
    { hidden: true },
    h("summary", {}, "What the model will be told"),
    facts,
    list,
  );

  /** @param {Estimate} estimate */
  function draw(
    { images, model, provider, aspect_ratio, quality, negative_prompt, effective, style_capsule },
  ) {
    const prompts = [...new Set(images.map(({ prompt }) => prompt))];
    const rows = [
      ["Model", `${model} (${words(provider)})`],
      ["Shape", `${aspect_ratio}, ${quality}`],
      ["To avoid", negative_prompt ?? "Nothing named"],
      ["Style capsule", style_capsule?.name ?? "None"],
      ["Seed", effective.seed === "ignored" ? "This model takes none" : "Taken by the model"],
    ];
    fill(facts, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]).flat());
    fill(list, prompts.map((prompt) => h("li", {}, prompt)));
    element.hidden = false;
  }

  return { element, draw };
}

/** @param {string} pointer */
const named = (pointer) => words(pointer.replace(/^#?\//, "").replaceAll("/", " "));
