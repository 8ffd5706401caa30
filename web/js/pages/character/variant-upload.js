/** Pictures from this device: a variant made elsewhere, and the edited version of one that was exported. */

import { post, Problem } from "../../api.js";
import { h } from "../../dom.js";
import { words } from "../../format.js";
import { upload } from "../../uploads.js";
import { closeButton, openDialog } from "../../ui/dialogs.js";
import { dropZone } from "../../ui/drop-zone.js";
import { submits } from "../../ui/fields.js";
import { tell } from "../../ui/notices.js";
import { typeField, typeOf } from "./variant-types.js";
import { named } from "./variant-words.js";

/** @typedef {import("../../api-types.d.ts").VariantView} Variant */
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
 * @param {(uploadId: string, form: HTMLFormElement, key: string) => Promise<Variant>} way.send
 * @param {(variant: Variant) => void} way.arrived
 */
function openPictureForm({ title, before, label, action, send, arrived }) {
  const leaving = new AbortController();
  const zone = dropZone({
    label,
    name: "upload_id",
    chosen: () => form.querySelector(":scope > .notice")?.remove(),
  });
  const uploaded = uploading(zone, leaving.signal);
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
    try {
      const variant = await send(await uploaded.id(), form, key);
      dialog.close();
      arrived(variant);
    } catch (error) {
      if (leaving.signal.aborted) return;
      if (error instanceof Problem && !error.passing) uploaded.forget();
      throw error;
    } finally {
      zone.progress(null);
    }
  });
}

/**
 * A file is sent once, however often the form is: the same wish has to name the same upload.
 * @param {ReturnType<typeof dropZone>} zone
 * @param {AbortSignal} signal
 */
function uploading(zone, signal) {
  /** @type {{file: File, id: string} | null} */
  let sent = null;
  return {
    async id() {
      const { file } = zone;
      if (!file) throw new Error("Choose a picture first.");
      if (sent?.file !== file) {
        zone.progress(0);
        sent = { file, id: await upload(file, { progress: (share) => zone.progress(share), signal }) };
      }
      return sent.id;
    },
    forget: () => (sent = null),
  };
}
