/** A heading that is renamed where it stands. */

import { h } from "../../dom.js";
import { submits } from "../../ui/fields.js";

/**
 * @param {string} name
 * @param {(name: string) => Promise<void>} rename
 */
export function renaming(name, rename) {
  const heading = h("h1", {}, name);
  const open = h("button", { type: "button", class: "quiet small", onclick: begin }, "Rename");
  const input = h("input", {
    type: "text",
    name: "name",
    required: true,
    maxlength: 100,
    "aria-label": "Name",
  });
  const form = h(
    "form",
    { class: "rename", hidden: true, onkeydown: leaveByEscape },
    h("div", { class: "field", "data-field": "name" }, input),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "submit", class: "primary small" }, "Save"),
      h("button", { type: "button", class: "small", onclick: end }, "Cancel"),
    ),
  );
  const still = h("div", { class: "named" }, heading, open);

  function begin() {
    input.value = heading.textContent ?? "";
    form.hidden = false;
    still.hidden = true;
    input.select();
  }

  function end() {
    form.hidden = true;
    still.hidden = false;
    open.focus();
  }

  /** @param {KeyboardEvent} event */
  function leaveByEscape(event) {
    if (event.key === "Escape") end();
  }

  submits(form, async () => {
    await rename(input.value.trim());
    end();
  });
  return {
    element: h("div", {}, still, form),
    /** @param {string} now */
    update(now) {
      if (heading.textContent !== now) heading.textContent = now;
    },
  };
}
