/** What was typed into a form survives a reload, a lost connection and a new sign-in in this tab. */

import { forget, keep, recall } from "./kept.js";

/**
 * @param {HTMLFormElement} form
 * @param {string} name of the form
 * @returns {() => void} forgets the draft, once it was sent
 */
export function keepDraft(form, name) {
  const key = `likeness.draft.${name}`;
  restore(form, JSON.parse(recall("sessionStorage", key) ?? "[]"));
  form.addEventListener("input", () => {
    const values = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    keep("sessionStorage", key, JSON.stringify(values));
  });
  return () => forget("sessionStorage", key);
}

/** @param {HTMLFormElement} form @param {[string, string][]} values */
function restore(form, values) {
  if (values.length === 0) return;
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && ["radio", "checkbox"].includes(control.type)) {
      control.checked = values.some(([name, value]) => name === control.name && value === control.value);
    } else if (
      control instanceof HTMLInputElement || control instanceof HTMLSelectElement ||
      control instanceof HTMLTextAreaElement
    ) {
      const kept = values.find(([name]) => name === control.name);
      if (kept && control.type !== "file") control.value = kept[1];
    }
  }
}
