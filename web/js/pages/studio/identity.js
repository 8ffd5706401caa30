/** Who is to be recognised in the picture: a character, a reference kit, or LoRA weights. */

import { get } from "../../api.js";
import { fill, h } from "../../dom.js";
import { words } from "../../format.js";
import { checkField, selectField, ticked, typed, typedNumber } from "../../ui/fields.js";
import { tabs } from "../../ui/tabs.js";
import { characterList, kitList, loraFields } from "./identity-sources.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */
/** @typedef {import("./kinds.js").Offered} Offered */

const SOURCE = /** @type {[string, string]} */ (["", "The source image"]);

/**
 * @param {HTMLFormElement} form
 * @param {{signal: AbortSignal, changed: () => void}} way
 */
export function identity(form, { signal, changed }) {
  const characters = characterList("identity.character", "Character", {
    signal,
    changed: () => (readHeroes(), changed()),
  });
  const portrayed = characterList("identity.portrayed", "Character whose words are used", {
    signal,
    changed,
  });
  const kits = kitList({ signal, changed });
  const type = h("input", { type: "hidden", name: "identity.type", value: "character" });
  const hero = selectField({ label: "Picture to go by", name: "identity.variant_type", options: [SOURCE] });
  const heroChoice = /** @type {HTMLSelectElement} */ (hero.querySelector("select"));
  // A draft knows the choice before there are options to choose from.
  const heroKept = h("input", { type: "hidden", name: heroChoice.name });
  heroChoice.removeAttribute("name");
  heroChoice.addEventListener("input", () => (heroKept.value = heroChoice.value));
  const wished = checkField({ label: "Show a person who stays recognisable", name: "identity.wanted" });
  const weights = loraFields();
  const place = h("div", { "data-field": "character_id" }, characters.element, kits.element, hero, weights);
  const also = h(
    "div",
    { class: "stack", hidden: true },
    h("h3", {}, "Character whose attributes, words and seed are used"),
    portrayed.element,
  );
  const chooser = h("div", { "data-field": "identity" }, place, also);
  const element = h(
    "section",
    { class: "part", "aria-label": "Person" },
    h("h2", {}, "Who"),
    type,
    heroKept,
    wished,
    chooser,
  );
  let heroesOf = "";

  /** Offers the heroes of the chosen character beside its source image. */
  async function readHeroes() {
    const id = characters.id ?? "";
    if (heroesOf === id) return;
    if (heroesOf !== "") heroKept.value = "";
    heroesOf = id;
    hero.hidden = true;
    const heroes = await heroTypes(id);
    if (heroesOf !== id) return;
    if (!heroes.includes(heroKept.value)) heroKept.value = "";
    const types = [SOURCE, ...heroes.map((one) => [one, `Hero: ${words(one).toLowerCase()}`])];
    fill(heroChoice, types.map(([value, text]) => h("option", { value }, text)));
    heroChoice.value = heroKept.value;
    hero.hidden = heroes.length === 0;
    changed();
  }

  /** Where they cannot be read, what was chosen stays. @param {string} id @returns {Promise<string[]>} */
  async function heroTypes(id) {
    if (id === "") return [];
    try {
      /** @type {{data: Variant[]}} */
      const { data } = await get(`/characters/${id}/heroes`, { signal });
      return data.map(({ variant_type }) => variant_type);
    } catch {
      return heroKept.value ? [heroKept.value] : [];
    }
  }

  /** @param {string} name */
  function choose(name) {
    type.value = name;
    if (name === "character") characters.begin();
    if (name === "reference_kit") kits.begin();
    changed();
  }

  /** @param {Offered} kind */
  function show(kind) {
    const possible = !kind.noPerson && (kind.required.has("identity") || kind.optional.has("identity"));
    const needed = kind.required.has("identity") || kind.required.has("character_id");
    element.hidden = !possible;
    wished.hidden = needed;
    chooser.hidden = !(needed || isWished());
    if (possible && !chooser.hidden && place.querySelector(".tabs") === null) build();
    also.hidden = !(kind.required.has("character_id") && type.value !== "character" && !ofKit());
    if (!also.hidden) portrayed.begin();
  }

  const isWished = () => ticked(form, "identity.wanted").length > 0;
  const ofKit = () => (type.value === "reference_kit" ? kits.row?.character_id ?? null : null);

  /** Once the draft is back, so that its tab is the one that is open. */
  function build() {
    hero.hidden = true;
    const chosen = type.value;
    fill(
      place,
      tabs("How the person is known", [
        ["character", "Character", h("div", { class: "stack" }, characters.element, hero)],
        ["reference_kit", "Reference kit", h("div", { class: "stack" }, kits.element)],
        ["lora", "LoRA", weights],
      ], { chosen, changed: choose }),
    );
    if (chosen === "character") characters.begin();
    if (chosen === "reference_kit") kits.begin();
  }

  /** @param {Offered} kind what the request says of the person; null where nobody is wished */
  function body(kind) {
    if (element.hidden || chooser.hidden) return null;
    const named = identityOf();
    if (!kind.required.has("character_id")) return { identity: named };
    const own = type.value === "character";
    if (named === null) return { character_id: null, identity: null };
    const character_id = own ? characters.id : ofKit() ?? portrayed.id;
    return { character_id, identity: own && !heroKept.value ? null : named };
  }

  function identityOf() {
    if (type.value === "lora") {
      const weights = typed(form, "identity.weights");
      return weights === null
        ? null
        : { type: "lora", weights, scale: typedNumber(form, "identity.scale") ?? 1 };
    }
    if (type.value === "reference_kit") {
      return kits.id === null ? null : { type: "reference_kit", id: kits.id };
    }
    return characters.id === null
      ? null
      : { type: "character", id: characters.id, variant_type: heroKept.value || null };
  }

  /** @param {{character: string | null, kit: string | null}} given by the address */
  function preselect({ character, kit }) {
    if (character && character !== characters.id) heroKept.value = "";
    if (character) (type.value = "character", characters.choose(character));
    if (kit) (type.value = "reference_kit", kits.choose(kit));
    const box = /** @type {HTMLInputElement} */ (wished.querySelector("input"));
    if (character || kit) box.checked = true;
  }

  return { element, show, body, preselect };
}
