/** What a kit costs, told before it is begun: per picture in each quality, and in all. */

import { h } from "../../dom.js";
import { counted, money, words } from "../../format.js";
import { choiceField, typed, typedNumber } from "../../ui/fields.js";
import { pictureCount } from "./slot-choices.js";

/** @typedef {import("../../api-types.d.ts").ModelView} Model */
/** @typedef {import("../../offering.js").Models} Models */

const SHOWN_WITH_ANCHOR = 1;
const SHOWN_WITH_OTHERS = 2;

/** Models that can draw a person after the photo and the anchor. @param {Models} offered */
export const kitModels = ({ models, providers }) =>
  models.filter(({ max_pictures, provider }) =>
    max_pictures >= SHOWN_WITH_OTHERS && providers.includes(provider)
  );

/** The one that is taken where none is named. @param {Models} offered */
export function usualModel(offered) {
  const able = kitModels(offered);
  for (const provider of offered.providers) {
    const own = able.filter((model) => model.provider === provider);
    if (own.length > 0) return own.find(({ default_for }) => default_for.includes("person")) ?? own[0];
  }
  return null;
}

/** @param {Models} priced */
export function priceLine(priced) {
  const line = h("p", { class: "kit-price", role: "status" });
  const quality = choiceField({
    label: "Quality, and what a picture costs",
    name: "quality",
    kind: "radio",
    value: "standard",
    options: [["draft", "Draft"], ["standard", "Standard"], ["high", "High"]],
  });

  /** @param {HTMLFormElement} form */
  function update(form) {
    const model = chosenModel(form, priced);
    for (const input of quality.querySelectorAll("input")) {
      const price = model && priceOf(model, input.value, SHOWN_WITH_OTHERS);
      const text = `${words(input.value)}${price === null ? "" : ` · ${money(round(price))}`}`;
      const label = /** @type {HTMLElement} */ (input.nextElementSibling);
      if (label.textContent !== text) label.textContent = text;
    }
    const told = model ? total(form, model) : "";
    if (line.textContent !== told) line.textContent = told;
  }

  return { line, quality, update };
}

/** @param {HTMLFormElement} form @param {Models} priced */
function chosenModel(form, priced) {
  const named = typed(form, "model");
  return kitModels(priced).find((model) => `${model.provider} ${model.id}` === named) ?? usualModel(priced);
}

/** @param {Model} model @param {string} quality @param {number} shown pictures shown to it */
function priceOf(model, quality, shown) {
  const drawn = model.qualities.find((one) => one.quality === quality);
  return drawn ? drawn.usd + shown * drawn.usd_per_picture : null;
}

/** @param {HTMLFormElement} form @param {Model} model */
function total(form, model) {
  const quality = typed(form, "quality") ?? "standard";
  const count = pictureCount(form);
  const first = priceOf(model, quality, SHOWN_WITH_ANCHOR);
  const other = priceOf(model, quality, SHOWN_WITH_OTHERS);
  if (first === null || other === null) return counted(count, "picture");
  const usd = first + (count - 1) * other;
  const draws = typed(form, "accept") === "on" ? typedNumber(form, "accept.max_attempts") ?? 3 : 1;
  const most = draws > 1 ? `, at most ${money(round(usd * draws))} if each is drawn ${draws} times` : "";
  return `${counted(count, "picture")}, about ${money(round(usd))}${most}.`;
}

/** To a tenth of a cent. @param {number} usd */
const round = (usd) => Math.round(usd * 1000) / 1000;
