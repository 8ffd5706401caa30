/** How it is drawn: how many, which quality and shape, by which model. */

import { h } from "../../dom.js";
import { money, words } from "../../format.js";
import { choiceField, numberField, selectField, typed, typedNumber } from "../../ui/fields.js";

/** @typedef {import("../../api-types.d.ts").ModelsView} Models */
/** @typedef {import("../../api-types.d.ts").ModelView} Model */
/** @typedef {import("../../api-types.d.ts").LimitsView} Limits */
/** @typedef {{person: boolean, lora: boolean, pictures: number}} Seen what the model is to be shown */

const PROVIDERS = { gemini: "Gemini", replicate: "Replicate", comfyui: "ComfyUI" };
const QUALITIES = /** @type {const} */ (["draft", "standard", "high"]);
const EXACT = "exact";
const ANY = "";
const PACK = 4;

/**
 * @param {HTMLFormElement} form
 * @param {Models} offered
 * @param {Limits} limits
 */
export function drawing(form, offered, limits) {
  const count = numberField({
    label: "How many",
    name: "image_count",
    value: 1,
    min: 1,
    max: limits.max_image_count,
    required: true,
  });
  const number = /** @type {HTMLInputElement} */ (count.querySelector("input"));
  let given = 1;
  const quality = choiceField({
    label: "Quality",
    name: "quality",
    kind: "radio",
    value: "standard",
    options: QUALITIES.map((one) => [one, words(one)]),
    hint: "Price of one picture, as far as the model is known.",
  });
  const shape = selectField({
    label: "Shape",
    name: "aspect_ratio",
    options: [[ANY, "As it fits"], ...ratios(offered.models), [EXACT, "Exact size …"]],
  });
  const side = { min: limits.min_side, max: limits.max_side };
  const exact = h(
    "div",
    { class: "fields" },
    numberField({ label: "Width in pixels", name: "width", value: 1024, ...side }),
    numberField({ label: "Height in pixels", name: "height", value: 1024, ...side }),
  );
  const model = modelField(offered);
  const element = h(
    "section",
    { class: "part", "aria-label": "Drawing" },
    h("h2", {}, "How"),
    h("div", { class: "fields" }, count, shape),
    exact,
    quality,
    model,
  );
  const options = /** @type {HTMLOptionElement[]} */ ([...model.querySelectorAll("option")]);
  const byValue = new Map(offered.models.map((one) => [valueOf(one), one]));

  /** @param {Seen} seen */
  function show(seen) {
    exact.hidden = typed(form, "aspect_ratio") !== EXACT;
    for (const option of options) {
      const one = byValue.get(option.value);
      if (one) option.disabled = !fits(one, seen);
    }
    const chosen = byValue.get(typed(form, "model") ?? "");
    if (chosen) price(chosen);
  }

  /** Tells what the qualities cost at a model. @param {Model | undefined} model */
  function price(model) {
    quality.querySelectorAll("label").forEach((label, place) => {
      const known = model?.qualities.find((one) => one.quality === QUALITIES[place]);
      const text = `${words(QUALITIES[place])}${known ? ` · ${money(known.usd)}` : ""}`;
      const told = /** @type {HTMLElement} */ (label.querySelector("span"));
      if (told.textContent !== text) told.textContent = text;
    });
  }

  function body() {
    const [provider, id] = (typed(form, "model") ?? "auto").split("|");
    const ratio = typed(form, "aspect_ratio");
    return {
      image_count: typedNumber(form, "image_count") ?? 1,
      quality: typed(form, "quality") ?? "standard",
      provider,
      model: id ?? null,
      aspect_ratio: ratio === EXACT ? null : ratio,
      width: ratio === EXACT ? typedNumber(form, "width") : null,
      height: ratio === EXACT ? typedNumber(form, "height") : null,
    };
  }

  return {
    element,
    show,
    body,
    /** @param {string} id of the model that an estimate names */
    priceOf: (id) => price(offered.models.find((one) => one.id === id)),
    /** Every pose gets its image. @param {number} poses */
    atLeast: (poses) => {
      number.value = String(Math.min(Math.max(Number(number.value), poses), limits.max_image_count));
    },
    /** A pack has several pictures, unless another number was chosen. @param {import("./kinds.js").Offered | undefined} kind */
    startWith: (kind) => {
      if (Number(number.value) !== given) return;
      given = kind?.name === "portrait" ? PACK : 1;
      number.value = String(given);
    },
  };
}

/** @param {Models} offered */
function modelField({ models, providers }) {
  const field = selectField({
    label: "Model",
    name: "model",
    options: [["auto", "The best one for this"]],
    hint: "Models that cannot draw this are greyed out.",
  });
  const select = /** @type {HTMLSelectElement} */ (field.querySelector("select"));
  select.append(...providers.map((provider) =>
    h(
      "optgroup",
      { label: PROVIDERS[provider] ?? provider },
      h("option", { value: provider }, `Any of ${PROVIDERS[provider] ?? provider}`),
      models.filter((one) => one.provider === provider).map((one) =>
        h("option", { value: valueOf(one) }, one.id)
      ),
    )
  ));
  return field;
}

/** @param {Model} model */
const valueOf = ({ provider, id }) => `${provider}|${id}`;

/** @param {Model} model @param {Seen} seen */
function fits(model, { person, lora, pictures }) {
  if (lora && !model.takes_lora) return false;
  const shown = pictures + (person && !lora ? 1 : 0);
  if (model.pictures === "person" && pictures > 0) return false;
  if (model.pictures === "input" && person && !lora) return false;
  return model.min_pictures <= shown && shown <= model.max_pictures;
}

/** All shapes that some model draws, from wide to tall. @param {Model[]} models @returns {[string, string][]} */
function ratios(models) {
  const known = [...new Set(models.flatMap(({ aspect_ratios }) => aspect_ratios))];
  const part = (/** @type {string} */ ratio) => ratio.split(":").map(Number);
  const wide = (/** @type {string} */ ratio) => part(ratio)[0] / part(ratio)[1];
  const name = (/** @type {string} */ ratio) =>
    wide(ratio) === 1 ? "Square" : wide(ratio) > 1 ? "Landscape" : "Portrait";
  return known
    .sort((one, other) => wide(other) - wide(one))
    .map((ratio) => [ratio, `${name(ratio)} ${ratio}`]);
}
