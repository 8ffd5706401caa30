/** What the picture shows: the fields that only some kinds have. */

import { h } from "../../dom.js";
import { words } from "../../format.js";
import { choiceField, longField, selectField, textField } from "../../ui/fields.js";
import { takes } from "./kinds.js";

/** @typedef {import("./kinds.js").Offered} Offered */
/** @typedef {import("../../api-types.d.ts").ModesView} Modes */
/** @typedef {import("./inputs.js").Input} Input */

const SLUG = "Small letters, digits, “-” and “_”, at most 40.";
/** @type {[name: string, label: string][]} */
const PATH = [
  ["project_id", "Project"],
  ["branch_id", "Branch"],
  ["scene_id", "Scene"],
  ["shot_id", "Shot"],
  ["asset_id", "Asset"],
];

/**
 * @param {Modes} modes
 * @param {Map<string, Input>} pictures
 */
export function subject(modes, pictures) {
  const prompt = longField({ label: "Prompt", name: "prompt", hint: " " });
  const hint = /** @type {HTMLElement} */ (prompt.querySelector(".hint"));
  const job = choiceField({
    label: "Which frame",
    name: "job_type",
    kind: "radio",
    value: "start_frame",
    options: [["start_frame", "First of the shot"], ["end_frame", "Last of the shot"]],
  });
  const parts = new Map([
    ...[...pictures].map(([name, { element }]) => /** @type {[string, HTMLElement]} */ ([name, element])),
    ["room_type", roomType(modes)],
    ["style", style(modes)],
    ["prompt", prompt],
    ["poses", poses(modes)],
    ...PATH.map(([name, label]) => /** @type {[string, HTMLElement]} */ ([name, slugField(name, label)])),
  ]);
  const pathNames = new Set(PATH.map(([name]) => name));
  const element = h(
    "section",
    { class: "part", "aria-label": "Subject" },
    h("h2", {}, "What"),
    job,
    [...parts].filter(([name]) => !pathNames.has(name)).map(([, part]) => part),
    h("div", { class: "fields" }, PATH.map(([name]) => /** @type {HTMLElement} */ (parts.get(name)))),
  );

  /** @param {Offered} kind */
  function show(kind) {
    for (const [name, part] of parts) {
      part.hidden = !takes(kind, name);
      mark(part, kind.required.has(name));
    }
    job.hidden = (kind.jobs ?? []).length < 2;
    hint.textContent = kind.prompt;
  }

  return { element, show };
}

/** Optional fields say so. @param {HTMLElement} part @param {boolean} required */
function mark(part, required) {
  const label = part.querySelector("label, legend");
  const old = label?.querySelector(".optional");
  if (required) old?.remove();
  else if (label && !old) label.append(h("span", { class: "optional soft" }, " optional"));
}

/** @param {Modes} modes */
function roomType({ room_types }) {
  return selectField({
    label: "Room",
    name: "room_type",
    options: room_types.map(({ slug, words: named }) => [slug, capital(named)]),
  });
}

/** @param {Modes} modes */
function style({ styles }) {
  return selectField({
    label: "Style",
    name: "style",
    options: styles.map(({ slug, words: told }) => [slug, capital(told)]),
  });
}

/** @param {Modes} modes */
function poses({ poses: known, limits }) {
  const made = choiceField({
    label: "Poses",
    name: "poses",
    kind: "checkbox",
    options: known.map(({ slug }) => [slug, words(slug)]),
    hint: `Taken in turn, at most ${limits.max_image_count}. With none, they vary by themselves.`,
  });
  made.querySelectorAll("label").forEach((label, place) => (label.title = capital(known[place].words)));
  return made;
}

/** @param {string} name @param {string} label */
function slugField(name, label) {
  const made = textField({ label, name, maxlength: 40, placeholder: `${label.toLowerCase()}-1` });
  const input = /** @type {HTMLInputElement} */ (made.querySelector("input"));
  input.pattern = "[a-z0-9_\\-]{1,40}";
  input.title = SLUG;
  input.spellcheck = false;
  return made;
}

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
