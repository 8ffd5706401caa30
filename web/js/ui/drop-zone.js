/** Where a picture is dropped or chosen: looked at before it is taken, shown with what it is. */

import { fill, freshId, h } from "../dom.js";
import { size } from "../format.js";
import { look, PICTURE_TYPES } from "../uploads.js";

/**
 * @param {{label: string, chosen: (file: File) => void, cleared?: () => void, name?: string, hint?: string}} way
 *   `chosen` only with a picture that can be taken; `cleared` when the one before goes, for whatever comes next
 * @returns {HTMLElement & {file: File | null, progress(share: number | null): void}} `progress(null)` hides the bar
 */
export function dropZone(
  { label, chosen, cleared = () => {}, name = "file", hint = "PNG, JPEG or WebP, at most 20 MB" },
) {
  let newest = 0;
  const id = freshId("drop");
  const told = h("div", { role: "status" });
  const bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "Upload" });
  const input = h("input", {
    type: "file",
    id,
    accept: PICTURE_TYPES.join(),
    "aria-describedby": `${id}-hint`,
    onchange: () => take(input.files?.[0]),
  });
  const zone = h(
    "div",
    { class: "drop", "data-field": name },
    h("label", { for: id }, h("strong", {}, label)),
    h("span", { class: "soft", id: `${id}-hint` }, `Drop a file here or choose one. ${hint}.`),
    told,
    bar,
    input,
  );
  const made = Object.assign(zone, {
    file: /** @type {File | null} */ (null),
    progress(/** @type {number | null} */ share) {
      bar.hidden = share === null;
      bar.value = share ?? 0;
    },
  });

  /** @param {File | undefined} file */
  async function take(file) {
    if (!file) return;
    newest += 1;
    const own = newest;
    // So that the same file can be chosen again.
    input.value = "";
    clear();
    try {
      const looked = await look(file);
      if (own !== newest) return URL.revokeObjectURL(looked.preview);
      const { width, height, format, bytes, preview } = looked;
      const shown = h("img", {
        src: preview,
        alt: `Preview of ${file.name}`,
        onload: () => URL.revokeObjectURL(preview),
      });
      fill(told, shown, h("p", {}, `${width} × ${height} · ${format} · ${size(bytes)}`));
      made.file = file;
      chosen(file);
    } catch (error) {
      if (own !== newest) return;
      fill(told, h("p", { class: "wrong" }, /** @type {Error} */ (error).message));
    }
  }

  function clear() {
    if (!made.file) return;
    made.file = null;
    made.progress(null);
    cleared();
  }

  for (const over of ["dragenter", "dragover"]) {
    zone.addEventListener(over, (event) => (event.preventDefault(), zone.classList.add("over")));
  }
  for (const out of ["dragleave", "drop"]) zone.addEventListener(out, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => (event.preventDefault(), take(event.dataTransfer?.files[0])));
  return made;
}
