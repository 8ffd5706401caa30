/** Who is to be recognised in the picture: a character, a reference kit, or LoRA weights. */

import { fill, h } from "../../dom.js";
import { checkField, ticked, typed, typedNumber } from "../../ui/fields.js";
import { tabs } from "../../ui/tabs.js";
import { heroField } from "./hero.js";
import { characterList, kitList, loraFields } from "./identity-sources.js";

/** @typedef {import("./kinds.js").Offered} Offered */

/**
 * @param {HTMLFormElement} form
 * @param {{signal: AbortSignal, changed: () => void}} way
 */
export function identity(form, { signal, changed }) {
  const characters = characterList("identity.character", "Character", {
    signal,
    changed: () => (hero.read(characters.id ?? ""), changed()),
  });
  const portrayed = characterList("identity.portrayed", "Character whose words are used", {
    signal,
    changed,
  });
  const kits = kitList({ signal, changed });
  const type = h("input", { type: "hidden", name: "identity.type", value: "character" });
  const hero = heroField({ signal, changed });
  const wished = checkField({ label: "Show a person who stays recognisable", name: "identity.wanted" });
  const weights = loraFields();
  const place = h(
    "div",
    { "data-field": "character_id" },
    characters.element,
    kits.element,
    hero.element,
    weights,
  );
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
    wished,
    chooser,
  );

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
    const chosen = type.value;
    fill(
      place,
      tabs("How the person is known", [
        ["character", "Character", h("div", { class: "stack" }, characters.element, hero.element)],
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
    return { character_id, identity: own && !hero.type ? null : named };
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
    return characters.id === null ? null : { type: "character", id: characters.id, variant_type: hero.type };
  }

  /** @param {{character: string | null, kit: string | null}} given by the address */
  function preselect({ character, kit }) {
    if (character && character !== characters.id) hero.forget();
    if (character) (type.value = "character", characters.choose(character));
    if (kit) (type.value = "reference_kit", kits.choose(kit));
    const box = /** @type {HTMLInputElement} */ (wished.querySelector("input"));
    if (character || kit) box.checked = true;
  }

  return { element, show, body, preselect };
}
