/** Labelled fields, and forms that lose nothing: what is refused is told beside its field. */

import { newKey, Problem } from "../api.js";
import { freshId, h } from "../dom.js";
import { whileBusy } from "./busy.js";
import { failure } from "./states.js";

/**
 * @typedef {object} Labelled
 * @property {string} label
 * @property {string} name of the control; by it a refusal finds its field (`/attributes/age_range` → `attributes.age_range`)
 * @property {string} [hint]
 */

/**
 * @param {Labelled} way
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} control
 */
export function field({ label, name, hint }, control) {
  const id = freshId("field");
  control.id = id;
  control.name = name;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h(
    "div",
    { class: "field", "data-field": name },
    h("label", { for: id }, label),
    control,
    hint && h("span", { class: "hint", id: `${id}-hint` }, hint),
  );
}

/** @param {Labelled & {value?: string, required?: boolean, maxlength?: number, placeholder?: string, list?: string[]}} way `list`: suggestions */
export function textField({ list, ...way }) {
  const listId = list && freshId("list");
  const made = field(
    way,
    h("input", {
      type: "text",
      value: way.value,
      required: way.required,
      maxlength: way.maxlength ?? 100,
      placeholder: way.placeholder,
      list: listId,
      autocomplete: "off",
    }),
  );
  if (list) made.append(h("datalist", { id: listId }, list.map((value) => h("option", { value }))));
  return made;
}

/** @param {Labelled & {value?: string, required?: boolean, maxlength?: number, placeholder?: string}} way */
export const longField = (way) =>
  field(
    way,
    h("textarea", {
      value: way.value,
      required: way.required,
      maxlength: way.maxlength ?? 4000,
      placeholder: way.placeholder,
    }),
  );

/** @param {Labelled & {value?: number | string, required?: boolean, min?: number, max?: number, step?: number | string, placeholder?: string}} way */
export const numberField = (way) =>
  field(
    way,
    h("input", {
      type: "number",
      value: way.value,
      required: way.required,
      min: way.min,
      max: way.max,
      step: way.step ?? 1,
      placeholder: way.placeholder,
      inputmode: "decimal",
    }),
  );

/** @param {Labelled & {value?: string, options: [value: string, text: string][], required?: boolean}} way */
export const selectField = (way) =>
  field(
    way,
    h(
      "select",
      { required: way.required },
      way.options.map(([value, text]) => h("option", { value, selected: value === way.value }, text)),
    ),
  );

/**
 * A row of choices: one of them (radio) or several (checkbox).
 * @param {Labelled & {kind: "radio" | "checkbox", options: [value: string, text: string][], value?: string | string[]}} way
 */
export function choiceField({ label, name, hint, kind, options, value = [] }) {
  const taken = [value].flat();
  const id = hint && freshId("hint");
  return h(
    "fieldset",
    { class: "field", "data-field": name, "aria-describedby": id },
    h("legend", {}, label),
    h(
      "div",
      { class: "choices" },
      options.map(([one, text]) =>
        h(
          "label",
          {},
          h("input", { type: kind, name, value: one, checked: taken.includes(one) }),
          h("span", {}, text),
        )
      ),
    ),
    hint && h("span", { class: "hint", id }, hint),
  );
}

/** @param {Labelled & {checked?: boolean}} way */
export function checkField({ label, name, hint, checked }) {
  const id = hint && freshId("hint");
  const control = h("input", { type: "checkbox", name, checked, "aria-describedby": id });
  return h(
    "div",
    { class: "field", "data-field": name },
    h("label", { class: "check" }, control, label),
    hint && h("span", { class: "hint", id }, hint),
  );
}

/** What was typed into a field; null where nothing was. @param {HTMLFormElement} form @param {string} name */
export function typed(form, name) {
  const value = new FormData(form).get(name);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

/** @param {HTMLFormElement} form @param {string} name */
export function typedNumber(form, name) {
  const value = typed(form, name);
  return value === null ? null : Number(value);
}

/** @param {HTMLFormElement} form @param {string} name @returns {string[]} */
export const ticked = (form, name) => new FormData(form).getAll(name).map(String);

/**
 * Sends a form. The button is busy meanwhile; a refusal is told beside its fields and above the button, and
 * what was typed stays. The same wish, sent again after an answer that never came, carries the same key.
 * @param {HTMLFormElement} form
 * @param {(key: string) => Promise<void>} send
 */
export function submits(form, send) {
  let key = newKey();
  form.addEventListener("input", () => (key = newKey()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (form.querySelector('button[type="submit"]'));
    whileBusy(button, async () => {
      clear(form);
      try {
        await send(key);
        key = newKey();
      } catch (error) {
        if (!(error instanceof Problem) || !error.passing) key = newKey();
        tellRefusal(form, /** @type {Error} */ (error));
      }
    });
  });
}

/** The name of the field a refusal points to: `#/attributes/age_range` → `attributes.age_range`. @param {string} pointer */
export const fieldOf = (pointer) => pointer.replace(/^#?\//, "").replaceAll("/", ".");

/** @param {HTMLFormElement} form @param {string} pointer */
const placeOf = (form, pointer) => form.querySelector(`[data-field="${CSS.escape(fieldOf(pointer))}"]`);

/** @param {HTMLFormElement} form */
function clear(form) {
  form.querySelectorAll(".wrong, form > .notice").forEach((old) => old.remove());
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    describe(control, described(control).filter((id) => document.getElementById(id)));
  }
}

/** What is wrong stands at the field, and is read out with its control. @param {Element} place @param {string} detail */
function mark(place, detail) {
  const id = freshId("wrong");
  place.append(h("span", { class: "wrong", id }, detail));
  const control = place.querySelector("input, select, textarea");
  if (!control) return;
  control.setAttribute("aria-invalid", "true");
  describe(control, [...described(control), id]);
}

/** @param {Element} control */
const described = (control) => control.getAttribute("aria-describedby")?.split(" ") ?? [];

/** @param {Element} control @param {string[]} ids */
function describe(control, ids) {
  if (ids.length > 0) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}

/**
 * @param {HTMLFormElement} form
 * @param {Error} error
 */
export function tellRefusal(form, error) {
  const wrong = error instanceof Problem ? error.errors : [];
  for (const { pointer, detail } of wrong) {
    const place = placeOf(form, pointer);
    if (place) mark(place, detail);
  }
  const notice = failure(error);
  const unplaced = wrong.filter(({ pointer }) => !placeOf(form, pointer));
  if (unplaced.length > 0) {
    notice.append(h("ul", {}, unplaced.map(({ pointer, detail }) => h("li", {}, `${pointer}: ${detail}`))));
  }
  const last = form.querySelector(":scope > .actions");
  if (last) last.before(notice);
  else form.append(notice);
  const first = /** @type {HTMLElement | null} */ (form.querySelector('[aria-invalid="true"]'));
  first?.focus();
}
