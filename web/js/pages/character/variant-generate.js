/** The dialog that has variants drawn from the source image. */

import { post, Problem } from "../../api.js";
import { fill, h } from "../../dom.js";
import { counted, words } from "../../format.js";
import { workflows } from "../../offering.js";
import { poll } from "../../poll.js";
import { checkList } from "../../ui/badges.js";
import { closeButton, openDialog } from "../../ui/dialogs.js";
import { keepDraft } from "../../ui/drafts.js";
import { longField, numberField, selectField, submits, typed, typedNumber } from "../../ui/fields.js";
import { tell } from "../../ui/notices.js";
import { typeField, typeOf } from "./variant-types.js";

/** @typedef {import("../../api-types.d.ts").SourceImageView} Source */
/** @typedef {import("../../api-types.d.ts").WorkflowView} Workflow */

const MOST = 10;

/** @param {import("./variant-actions.js").Desk} desk @param {string} type that is looked at now */
export async function openGenerate({ character, source, list, signal, started }, type) {
  const ready = h("div", { role: "status" }, readiness(source()));
  const types = typeField({ own: [...list.types], value: type });
  const offered = await drawing();
  if (signal.aborted) return;
  const form = wishForm([ready, types], offered);
  const sent = keepDraft(form, `variants.${character.id}`);
  types.follow();
  const leaving = new AbortController();
  const dialog = openDialog(`Generate variants of ${character.name}`, [form], {
    kind: "wide",
    closed: () => leaving.abort(),
  });
  /** @type {Promise<void> | null} */
  let following = null;
  const follow = () =>
    following ??= followSource(ready, character.id, leaving.signal).finally(() => following = null);
  if (source()?.qa.status === "pending") follow();
  submits(form, async (key) => {
    const wish = wishOf(form);
    try {
      await post(`/characters/${character.id}/variants/generate`, wish, { key });
    } catch (error) {
      if (error instanceof Problem && error.code === "source_not_ready") follow();
      throw error;
    }
    sent();
    dialog.close();
    tell(`${counted(wish.count, "variant")} of the type “${words(wish.variant_type)}” on the way.`, "good");
    started(wish.variant_type);
  });
}

/** @param {HTMLElement[]} first @param {Workflow[]} offered */
function wishForm(first, offered) {
  return h(
    "form",
    {},
    first,
    h("div", { class: "fields" }, countField(), workflowField(offered)),
    longField({
      label: "Prompt (optional)",
      name: "prompt",
      placeholder: "wearing a green raincoat, city street at dusk",
      hint:
        "What is to be special about them. The person comes from the source photo, the pose from the type.",
    }),
    h(
      "div",
      { class: "actions" },
      closeButton("Cancel"),
      h("button", { type: "submit", class: "primary" }, "Generate"),
    ),
  );
}

/** @param {HTMLFormElement} form */
const wishOf = (form) => ({
  variant_type: typeOf(form),
  count: typedNumber(form, "count") ?? 1,
  workflow_id: typed(form, "workflow_id"),
  prompt: typed(form, "prompt"),
});

/**
 * Says what stands in the way of drawing, until nothing does.
 * @param {HTMLElement} ready
 * @param {string} characterId
 * @param {AbortSignal} signal
 */
function followSource(ready, characterId, signal) {
  return poll(`/characters/${characterId}/source-image`, {
    signal,
    got: (/** @type {Source} */ source) => fill(ready, readiness(source)),
    // What is refused here is told when the form is sent.
    failed: () => {},
    unfinished: ({ qa }) => qa.status === "pending",
  });
}

/** What stands in the way of drawing. @param {Source | null} source */
function readiness(source) {
  if (!source) {
    return h(
      "div",
      { class: "notice warn" },
      h("p", {}, "There is no source photo yet. Add one first: variants are drawn after it."),
    );
  }
  const { status, checks } = source.qa;
  if (status === "pending") {
    return h(
      "div",
      { class: "notice" },
      h("p", {}, "The source photo is still being checked. This takes a few seconds; then generate."),
    );
  }
  if (status !== "failed") return null;
  const failed = checks.filter(({ outcome }) => outcome === "failed");
  return h(
    "div",
    { class: "notice bad" },
    h("p", {}, "The source photo did not pass its checks. Replace it with another one:"),
    checkList({ status, checks: failed }),
  );
}

const countField = () =>
  numberField({
    label: "How many",
    name: "count",
    value: 4,
    min: 1,
    max: MOST,
    step: 1,
    required: true,
    hint: `1 to ${MOST}. Each is drawn from another seed.`,
  });

/** Those that are shown the person. Where there are none, there is nothing to choose. */
async function drawing() {
  try {
    return (await workflows()).workflows.filter(({ inputs }) => inputs.includes("reference"));
  } catch {
    return [];
  }
}

/** @param {Workflow[]} offered */
function workflowField(offered) {
  if (offered.length === 0) return null;
  const field = selectField({
    label: "Workflow",
    name: "workflow_id",
    options: [
      ["", "Automatic"],
      ...offered.map((one) => /** @type {[string, string]} */ ([one.name, one.title])),
    ],
  });
  const description = h("span", { class: "hint" });
  const select = /** @type {HTMLSelectElement} */ (field.querySelector("select"));
  const follow = () =>
    description.textContent = offered.find(({ name }) => name === select.value)?.description ??
      "Chosen by this deployment.";
  select.addEventListener("change", follow);
  follow();
  field.append(description);
  return field;
}
