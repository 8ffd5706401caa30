/** Wishes that most requests leave to Likeness. */

import { h } from "../../dom.js";
import {
  checkField,
  longField,
  numberField,
  selectField,
  ticked,
  typed,
  typedNumber,
} from "../../ui/fields.js";

/** @typedef {import("../../api-types.d.ts").ImageFormat} Format */
/** @typedef {{body(): Record<string, unknown>, element: HTMLElement}} Capsules */

/**
 * @param {HTMLFormElement} form
 * @param {{formats: Format[], capsules: Capsules}} way
 */
export function options(form, { formats, capsules }) {
  const redraw = checkField({
    label: "Draw again what does not look like the person enough",
    name: "accept",
    hint: "Each further draw costs as much as the first; the best one is kept.",
  });
  const bar = h(
    "div",
    { class: "fields" },
    numberField({
      label: "Least likeness, 1 to 100",
      name: "accept.min_score",
      value: 85,
      min: 1,
      max: 100,
      step: "any",
    }),
    numberField({ label: "At most this many draws", name: "accept.max_attempts", value: 3, min: 1, max: 5 }),
  );
  const visibility = selectField({
    label: "Who may see it",
    name: "visibility",
    options: [["private", "Only you"], ["public", "Everybody"]],
    hint: "Pictures of a person always stay private.",
  });
  const element = h(
    "details",
    { class: "part more" },
    h("summary", {}, "More options"),
    capsules.element,
    longField({
      label: "What to avoid",
      name: "negative_prompt",
      maxlength: 1000,
      placeholder: "Text, watermarks",
    }),
    h(
      "div",
      { class: "fields" },
      numberField({ label: "Seed", name: "seed", min: 0, placeholder: "Drawn by lot" }),
      numberField({
        label: "Style strength, 0 to 1",
        name: "style_strength",
        min: 0,
        max: 1,
        step: 0.05,
        placeholder: "As it fits",
      }),
      numberField({
        label: "Spend at most, US$",
        name: "max_cost_usd",
        min: 0,
        max: 1000,
        step: "any",
        placeholder: "No limit",
      }),
      selectField({
        label: "File format",
        name: "output_format",
        options: [
          ["", "As the model gives it"],
          ...formats.map((one) => /** @type {[string, string]} */ ([one, one.toUpperCase()])),
        ],
      }),
      visibility,
    ),
    redraw,
    bar,
  );
  const redraws = () => ticked(form, "accept").length > 0;

  /** @param {{person: boolean, lora: boolean}} seen */
  function show({ person, lora }) {
    visibility.hidden = person;
    redraw.hidden = !person || lora;
    bar.hidden = redraw.hidden || !redraws();
  }

  function body() {
    return {
      ...capsules.body(),
      negative_prompt: typed(form, "negative_prompt"),
      seed: typedNumber(form, "seed"),
      style_strength: typedNumber(form, "style_strength"),
      max_cost_usd: typedNumber(form, "max_cost_usd"),
      output_format: typed(form, "output_format"),
      visibility: visibility.hidden ? "private" : typed(form, "visibility") ?? "private",
      accept: bar.hidden ? null : {
        min_score: typedNumber(form, "accept.min_score") ?? undefined,
        max_attempts: typedNumber(form, "accept.max_attempts") ?? undefined,
      },
    };
  }

  return { element, show, body };
}
