/** What most people leave as it is: the bar a score must reach, limits, the model. */

import { h } from "../../dom.js";
import { words } from "../../format.js";
import { checkField, numberField, selectField, typed, typedNumber } from "../../ui/fields.js";
import { kitModels, usualModel } from "./prices.js";

/** @typedef {import("../../api-types.d.ts").KitBody} KitBody */
/** @typedef {import("../../offering.js").Models} Models */

/** @param {Models} priced */
export function moreOptions(priced) {
  return h(
    "details",
    { class: "field" },
    h("summary", {}, "More options"),
    acceptFields(),
    limitFields(priced),
  );
}

function acceptFields() {
  return h(
    "div",
    {},
    checkField({
      label: "Draw a picture again when its likeness is too low",
      name: "accept",
      hint: "The best draw is kept. Every draw costs as much as the first.",
    }),
    h(
      "div",
      { class: "fields" },
      numberField({
        label: "Lowest likeness, 1 to 100",
        name: "accept.min_score",
        value: 85,
        min: 1,
        max: 100,
        step: "any",
      }),
      numberField({
        label: "Draws of a picture, at most",
        name: "accept.max_attempts",
        value: 3,
        min: 1,
        max: 5,
      }),
    ),
  );
}

/** @param {Models} priced */
function limitFields(priced) {
  const usual = usualModel(priced);
  return h(
    "div",
    { class: "fields" },
    selectField({
      label: "Model",
      name: "model",
      value: "",
      options: [
        ["", usual ? `The usual one (${usual.id})` : "The usual one"],
        ...kitModels(priced).map((
          { provider, id },
        ) => /** @type {[string, string]} */ ([`${provider} ${id}`, `${id} (${words(provider)})`])),
      ],
    }),
    numberField({
      label: "Cost at most, in USD",
      name: "max_cost_usd",
      min: 0,
      max: 1000,
      step: "any",
      placeholder: "No limit",
      hint: "A kit that would cost more is not begun.",
    }),
    numberField({
      label: "Pictures side by side",
      name: "max_concurrency",
      value: 10,
      min: 1,
      max: 40,
      hint: "1 draws them one after another.",
    }),
    numberField({ label: "Seed", name: "seed", min: 0, max: 2147483647, placeholder: "Any" }),
  );
}

/** @param {HTMLFormElement} form */
export function optionsBody(form) {
  const [provider, model] = (typed(form, "model") ?? "").split(" ");
  const accepts = typed(form, "accept") === "on";
  return {
    quality: /** @type {KitBody["quality"]} */ (typed(form, "quality") ?? "standard"),
    ...(model ? { provider: /** @type {KitBody["provider"]} */ (provider), model } : {}),
    max_cost_usd: typedNumber(form, "max_cost_usd"),
    max_concurrency: typedNumber(form, "max_concurrency") ?? 10,
    seed: typedNumber(form, "seed"),
    accept: accepts
      ? {
        min_score: typedNumber(form, "accept.min_score") ?? 85,
        max_attempts: typedNumber(form, "accept.max_attempts") ?? 3,
      }
      : null,
  };
}
