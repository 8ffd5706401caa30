/** The form that begins a kit: after whom, which pictures, how well and for how much. */

import { get, post, Problem } from "../../api.js";
import { fill, h } from "../../dom.js";
import { models, modes } from "../../offering.js";
import { go } from "../../router.js";
import { dropZone } from "../../ui/drop-zone.js";
import { keepDraft } from "../../ui/drafts.js";
import { choiceField, fieldOf, submits, textField, typed } from "../../ui/fields.js";
import { sentOnce, withUploads } from "../../ui/sent-once.js";
import { failure, loading } from "../../ui/states.js";
import { characterChoice } from "./character-choice.js";
import { moreOptions, optionsBody } from "./options.js";
import { ownSlots } from "./own-slots.js";
import { priceLine } from "./prices.js";
import { slotChoices, slotsBody } from "./slot-choices.js";

/** @typedef {import("../../api-types.d.ts").KitBody} KitBody */
/** @typedef {import("../../api-types.d.ts").KitView} Kit */
/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../ui/sent-once.js").Sent} Sent */
/** @typedef {{character: string | null, signal: AbortSignal}} Way `character` is preselected; `signal`: the form was left */

/** @param {Way} way @returns {HTMLElement} */
export function newKitForm(way) {
  const place = h("div", {}, loading("Reading what can be drawn …"));
  const build = async () => {
    try {
      const [offered, priced, character] = await Promise.all([modes(), models(), preselected(way)]);
      fill(place, form(offered, priced, character, way.signal));
    } catch (error) {
      if (!way.signal.aborted) fill(place, failure(/** @type {Error} */ (error), build));
    }
  };
  build();
  return place;
}

/** @param {Way} way @returns {Promise<Character | null>} */
const preselected = ({ character, signal }) =>
  character ? get(`/characters/${encodeURIComponent(character)}`, { signal }) : Promise.resolve(null);

/**
 * @param {import("../../offering.js").Modes} offered
 * @param {import("../../offering.js").Models} priced
 * @param {Character | null} character
 * @param {AbortSignal} signal
 */
function form(offered, priced, character, signal) {
  const changed = () => made.dispatchEvent(new Event("input"));
  const photo = photoField(changed, signal);
  const chooser = characterChoice({ preselected: character, signal, changed });
  const own = ownSlots(changed);
  const price = priceLine(priced);
  const made = h(
    "form",
    { class: "kit-form" },
    textField({ label: "Name", name: "name", required: true, value: character?.name }),
    choiceField({
      label: "Drawn after",
      name: "after",
      kind: "radio",
      value: character ? "character" : "photo",
      options: [["photo", "A photo"], ["character", "A character’s photo"]],
    }),
    photo.zone,
    chooser,
    slotChoices(offered),
    own,
    price.quality,
    moreOptions(priced),
    price.line,
    h("div", { class: "actions" }, h("button", { type: "submit", class: "primary" }, "Draw the kit")),
  );
  const forget = keepDraft(made, "kit");
  own.restore();
  if (character) settle(made, character);
  const follow = () => {
    const after = typed(made, "after");
    photo.zone.hidden = after !== "photo";
    chooser.hidden = after !== "character";
    price.update(made);
  };
  made.addEventListener("input", follow);
  follow();
  submits(made, async (key) => {
    const sent = typed(made, "after") === "photo" ? [photo.chosen()] : [];
    const begin = () => post("/reference-kits", body(made, sent), { key, signal });
    /** @type {Kit} */
    const kit = await withUploads(sent, begin).catch(shownIn(made));
    forget();
    if (!signal.aborted) go(`/kits/${kit.id}`);
  });
  return made;
}

/** What the address asks for goes before what was drafted. @param {HTMLFormElement} form @param {Character} character */
function settle(form, character) {
  const after = /** @type {RadioNodeList} */ (form.elements.namedItem("after"));
  after.value = "character";
  const id = /** @type {HTMLInputElement} */ (form.elements.namedItem("character_id"));
  if (id.value === character.id) return;
  id.value = character.id;
  /** @type {HTMLInputElement} */ (form.elements.namedItem("name")).value = character.name;
}

/**
 * The photo's place, and its file as it is sent.
 * @param {() => void} changed
 * @param {AbortSignal} signal
 */
function photoField(changed, signal) {
  /** @type {Sent | null} */
  let sent = null;
  const zone = dropZone({
    label: "Photo of one person",
    name: "source_image",
    chosen(file) {
      sent = sentOnce(file, { progress: zone.progress, signal });
      changed();
    },
    cleared() {
      sent = null;
      changed();
    },
  });
  return {
    zone,
    chosen() {
      if (!sent) throw missing("/source_image", "Choose a photo.");
      return sent;
    },
  };
}

/** @param {HTMLFormElement} form @param {Sent[]} sent the photo, where the kit is drawn after one @returns {KitBody} */
function body(form, [photo]) {
  const name = typed(form, "name") ?? "";
  const wish = { name, ...slotsBody(form), ...optionsBody(form) };
  if (photo) return { ...wish, source_image: { upload_id: photo.id } };
  const character = typed(form, "character_id");
  if (!character) throw missing("/character_id", "Choose a character.");
  return { ...wish, character_id: character };
}

/** What is refused of the fields under "More options" is not told behind a closed door. @param {HTMLFormElement} form */
function shownIn(form) {
  return (/** @type {Error} */ error) => {
    const details = form.querySelector("details");
    const refused = error instanceof Problem ? error.errors : [];
    const named = refused.map(({ pointer }) => fieldOf(pointer));
    if (details && named.some((name) => details.querySelector(`[data-field="${CSS.escape(name)}"]`))) {
      details.open = true;
    }
    throw error;
  };
}

/** @param {string} pointer @param {string} detail */
const missing = (pointer, detail) =>
  new Problem(422, "missing", detail, { errors: [{ pointer, code: "missing", detail }] });
