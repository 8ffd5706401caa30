/** What was refused is no longer refused once it has been changed. */

/**
 * @param {HTMLFormElement} form
 * @param {Element | null} field that was changed
 */
export function corrected(form, field) {
  field?.querySelectorAll(":scope > .wrong").forEach((old) => old.remove());
  field?.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
  if (form.querySelector("[data-field] > .wrong")) return;
  form.querySelectorAll(":scope > .notice.bad").forEach((old) => old.remove());
}
