/** Which picture of a character is gone by: its source image, or one of its heroes. */

import { get } from "../../api.js";
import { fill, h } from "../../dom.js";
import { words } from "../../format.js";
import { selectField } from "../../ui/fields.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */

const NAME = "identity.variant_type";
const SOURCE = /** @type {[string, string]} */ (["", "The source image"]);

/** @param {{signal: AbortSignal, changed: () => void}} way `changed` once the heroes have been read */
export function heroField({ signal, changed }) {
  const element = selectField({ label: "Picture to go by", name: NAME, options: [SOURCE] });
  const select = /** @type {HTMLSelectElement} */ (element.querySelector("select"));
  // A draft knows the choice before there are options to choose from.
  const kept = h("input", { type: "hidden", name: NAME });
  select.removeAttribute("name");
  select.addEventListener("input", () => (kept.value = select.value));
  element.append(kept);
  element.hidden = true;
  let heroesOf = "";

  /** Offers the heroes of a character; what was chosen of another one goes. @param {string} id */
  async function read(id) {
    if (heroesOf === id) return;
    if (heroesOf !== "") kept.value = "";
    heroesOf = id;
    element.hidden = true;
    const heroes = await typesOf(id);
    if (heroesOf !== id) return;
    if (!heroes.includes(kept.value)) kept.value = "";
    const types = [SOURCE, ...heroes.map((one) => [one, `Hero: ${words(one).toLowerCase()}`])];
    fill(select, types.map(([value, text]) => h("option", { value }, text)));
    select.value = kept.value;
    element.hidden = heroes.length === 0;
    changed();
  }

  /** Where they cannot be read, what was chosen stays. @param {string} id @returns {Promise<string[]>} */
  async function typesOf(id) {
    if (id === "") return [];
    try {
      /** @type {{data: Variant[]}} */
      const { data } = await get(`/characters/${id}/heroes`, { signal });
      return data.map(({ variant_type }) => variant_type);
    } catch {
      return kept.value ? [kept.value] : [];
    }
  }

  return {
    element,
    read,
    forget: () => (kept.value = ""),
    /** The type of the hero; null is the source image. */
    get type() {
      return kept.value || null;
    },
  };
}
