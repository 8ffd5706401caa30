/** Style capsules: a look with a name, put onto whatever is drawn. */

import { get, post } from "../../api.js";
import { h } from "../../dom.js";
import { closeButton, openDialog } from "../../ui/dialogs.js";
import { longField, selectField, submits, textField, typed } from "../../ui/fields.js";
import { tell } from "../../ui/notices.js";

/** @typedef {import("../../api-types.d.ts").StyleCapsuleView} Capsule */
/** @typedef {import("../../api-types.d.ts").StyleCapsuleListView} List */

/** @param {AbortSignal} signal @returns {Promise<Capsule[]>} none where they cannot be read: the rest works without */
export async function readCapsules(signal) {
  try {
    /** @type {List} */
    const { data } = await get("/style-capsules", { query: { limit: 100 }, signal });
    return data;
  } catch (error) {
    if (!signal.aborted) {
      tell(`The style capsules cannot be read. ${/** @type {Error} */ (error).message}`, "warn");
    }
    return [];
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {Capsule[]} known
 */
export function capsules(form, known) {
  const field = selectField({
    label: "Style capsule",
    name: "style_capsule_id",
    options: [["", "None"], ...known.map(({ id, name }) => /** @type {[string, string]} */ ([id, name]))],
    hint: "A look with a name, the same for everything drawn with it.",
  });
  const select = /** @type {HTMLSelectElement} */ (field.querySelector("select"));

  /** @param {Capsule} capsule */
  function made({ id, name }) {
    select.append(h("option", { value: id }, name));
    select.value = id;
    select.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const create = h(
    "button",
    { type: "button", class: "small", onclick: () => capsuleDialog(made) },
    "New style capsule",
  );
  field.append(h("div", {}, create));
  return { element: field, body: () => ({ style_capsule_id: typed(form, "style_capsule_id") }) };
}

/** @param {(capsule: Capsule) => void} made */
function capsuleDialog(made) {
  const form = h(
    "form",
    { novalidate: true },
    textField({ label: "Name", name: "name", required: true }),
    longField({
      label: "Look",
      name: "prompt",
      required: true,
      placeholder: "Grainy 35 mm film, muted greens, soft window light",
    }),
    longField({ label: "What the look avoids, optional", name: "negative_prompt", maxlength: 1000 }),
    h(
      "div",
      { class: "actions" },
      closeButton("Cancel"),
      h("button", { type: "submit", class: "primary" }, "Create"),
    ),
  );
  const dialog = openDialog("New style capsule", [form]);
  submits(form, async (key) => {
    const body = {
      name: typed(form, "name") ?? "",
      prompt: typed(form, "prompt") ?? "",
      negative_prompt: typed(form, "negative_prompt"),
    };
    made(await post("/style-capsules", body, { key }));
    dialog.close();
  });
}
