/** The image generator: what to make, of whom, how; what it costs; and the pictures as they arrive. */

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { counted } from "../format.js";
import { models, modes } from "../offering.js";
import { keepDraft } from "../ui/drafts.js";
import { submits, ticked, typed } from "../ui/fields.js";
import { readCapsules } from "./studio/capsules.js";
import { kindChooser } from "./studio/chooser.js";
import { corrected } from "./studio/corrections.js";
import { estimates } from "./studio/estimate.js";
import { offered } from "./studio/kinds.js";
import { missing, missingWords } from "./studio/missing.js";
import { partsOf } from "./studio/parts.js";
import { explain } from "./studio/refusal.js";
import { requestOf, seenBy } from "./studio/request.js";
import { results } from "./studio/results.js";
import { refuseUnfinished, sendRequest } from "./studio/sending.js";

/** @typedef {import("../api-types.d.ts").KitView} Kit */

/** @param {import("../router.js").View} view */
export async function show({ root, query, signal }) {
  const [known, drawn, looks] = await Promise.all([modes(), models(), readCapsules(signal)]);
  const kinds = offered(known);
  const fewest = known.limits.min_input_images;
  const form = h("form", { class: "wish", novalidate: true });
  const parts = partsOf(form, { known, drawn, looks }, { signal, input, refresh });
  const estimate = estimates({ signal, arrived: ({ model }) => parts.drawing.priceOf(model) });
  const submit = h("button", { type: "submit", class: "primary" }, "Make it");
  const asked = [parts.identity, parts.subject, parts.drawing, parts.options];
  const rest = h("div", { class: "stack" }, asked.map(({ element }) => element), estimate.details);
  const actions = h("div", { class: "actions send" }, estimate.line, submit);
  form.append(kindChooser(kinds, null), rest, actions);
  const made = results({ signal });

  const chosen = () => kinds.find(({ name }) => name === typed(form, "kind"));

  /** A picture that was chosen or went is a change of the form like any other. @param {string} name of the field */
  function input(name) {
    corrected(form, form.querySelector(`[data-field="${name}"]`));
    form.dispatchEvent(new Event("input"));
  }

  /** Brings what is shown in line with what is chosen. */
  function refresh() {
    const kind = chosen();
    rest.hidden = actions.hidden = kind === undefined;
    if (!kind) return;
    parts.identity.show(kind);
    parts.subject.show(kind);
    const seen = seenBy(parts, kind);
    parts.drawing.show(seen);
    parts.options.show(seen);
    const body = requestOf(parts, kind);
    submit.textContent = `Make ${counted(Number(body.image_count), "image")}`;
    estimate.ask({
      body,
      missing: missing(kind, body, fewest).map(missingWords),
      waits: seen.sent.some(({ id }) => id === null),
    });
  }

  /** @param {string} key */
  async function send(key) {
    const kind = chosen();
    if (!kind) return;
    try {
      refuseUnfinished(missing(kind, requestOf(parts, kind), fewest));
      const { id } = await sendRequest(() => requestOf(parts, kind), seenBy(parts, kind).sent, key);
      forget();
      made.add(id);
    } catch (error) {
      await explain(form, /** @type {Error} */ (error));
      throw error;
    }
  }

  const forget = keepDraft(form, "studio");
  await preselect(parts, query, signal);
  form.addEventListener("input", ({ target }) => {
    const name = target instanceof HTMLInputElement ? target.name : "";
    if (name === "kind") parts.drawing.startWith(chosen());
    if (name === "poses") parts.drawing.atLeast(ticked(form, "poses").length);
    corrected(form, target instanceof Element ? target.closest("[data-field]") : null);
    refresh();
  });
  parts.drawing.startWith(chosen());
  submits(form, send);
  fill(
    root,
    h("div", { class: "page-head" }, h("h1", {}, "Studio")),
    h("div", { class: "studio" }, form, made.element),
  );
  refresh();
}

/** What the address names is chosen, over what was chosen before. @param {import("./studio/parts.js").Parts} parts @param {URLSearchParams} query @param {AbortSignal} signal */
async function preselect({ form, identity }, query, signal) {
  const [character, kit, mode] = ["character", "kit", "kind"].map((name) => query.get(name));
  /** @type {Kit | null} */
  const found = kit
    ? await get(`/reference-kits/${encodeURIComponent(kit)}`, { signal }).catch(() => null)
    : null;
  identity.preselect({ character, kit: found?.id ?? null });
  const name = mode ?? (character || found?.character_id ? "portrait" : found ? "imagine" : null);
  const radio = name && form.querySelector(`input[name="kind"][value="${CSS.escape(name)}"]`);
  if (radio instanceof HTMLInputElement) radio.checked = true;
}
