/** Pictures from this device: a variant made elsewhere, and the edited version of one that was exported. */

import { post } from "../../api.js";
import { h } from "../../dom.js";
import { words } from "../../format.js";
import { closeButton, openDialog } from "../../ui/dialogs.js";
import { dropZone } from "../../ui/drop-zone.js";
import { submits } from "../../ui/fields.js";
import { tell } from "../../ui/notices.js";
import { sentOnce, withUploads } from "../../ui/sent-once.js";
import { typeField, typeOf } from "./variant-types.js";
import { named } from "./variant-words.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */
/** @typedef {import("../../ui/sent-once.js").Sent} Sent */
/** @typedef {import("./variant-actions.js").Desk} Desk */

/** @param {Desk} desk @param {string} type that is looked at now */
export function openUpload({ character, list }, type) {
  const field = typeField({ own: [...list.types], value: type });
  openPictureForm({
    title: "Upload a picture as a variant",
    before: [field],
    label: "Picture",
    action: "Upload",
    send: (upload_id, form, key) =>
      post(`/characters/${character.id}/variants`, { upload_id, variant_type: typeOf(form) }, { key }),
    arrived: (variant) => {
      list.put(variant);
      tell(`The picture is here, to be reviewed as “${words(variant.variant_type)}”.`, "good");
    },
  });
}

/** @param {Desk} desk @param {Variant} exported */
export function openReimport({ list }, exported) {
  const path = `/characters/${exported.character_id}/variants/${exported.id}/reimport`;
  openPictureForm({
    title: `Re-import ${named(exported)}`,
    before: [
      h(
        "p",
        {},
        "The edited picture becomes the next version, to be reviewed anew. The one you exported stays.",
      ),
    ],
    label: "Edited picture",
    action: "Re-import",
    send: (upload_id, _form, key) => post(path, { upload_id }, { key }),
    arrived: (variant) => {
      list.put(variant);
      tell(`${named(variant)} is here, to be reviewed.`, "good");
    },
  });
}

/**
 * @param {object} way
 * @param {string} way.title
 * @param {HTMLElement[]} way.before the drop zone
 * @param {string} way.label of the drop zone
 * @param {string} way.action
 * @param {(uploadId: string | null, form: HTMLFormElement, key: string) => Promise<Variant>} way.send
 * @param {(variant: Variant) => void} way.arrived
 */
function openPictureForm({ title, before, label, action, send, arrived }) {
  const leaving = new AbortController();
  /** @type {Sent | null} */
  let sent = null;
  const zone = dropZone({
    label,
    name: "upload_id",
    cleared: () => (sent = null),
    chosen(file) {
      sent = sentOnce(file, { progress: zone.progress, signal: leaving.signal });
      form.querySelector(":scope > .notice")?.remove();
      form.dispatchEvent(new Event("input"));
    },
  });
  const form = h(
    "form",
    { class: "picture-form" },
    before,
    zone,
    h(
      "div",
      { class: "actions" },
      closeButton("Cancel"),
      h("button", { type: "submit", class: "primary" }, action),
    ),
  );
  const dialog = openDialog(title, [form], { closed: () => leaving.abort() });
  submits(form, async (key) => {
    const picture = sent;
    if (!picture) throw new Error("Choose a picture first.");
    try {
      const variant = await withUploads([picture], () => send(picture.id, form, key));
      dialog.close();
      arrived(variant);
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    }
  });
}
