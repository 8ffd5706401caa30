/** The pictures that a request starts from: one, its mask, or several in their order. */

import { fill, h } from "../../dom.js";
import { dropZone } from "../../ui/drop-zone.js";
import { picturesField } from "./pictures-field.js";
import { lost, Sent } from "./sent.js";

/** @typedef {{name: string, signal: AbortSignal, changed: (name: string) => void}} Way */
/** @typedef {{element: HTMLElement, sent(): Sent[]}} Input */

/**
 * @param {{signal: AbortSignal, changed: (name: string) => void, most: number}} way `changed`: a picture of this field was chosen, has arrived or went
 * @returns {Map<string, Input>} by the field of the request
 */
export function inputs({ signal, changed, most }) {
  const way = { signal, changed };
  return new Map([
    ["input_image", one({ ...way, name: "input_image" }, "Picture to start from")],
    ["mask", one({ ...way, name: "mask" }, "Mask", MASK)],
    ["input_images", picturesField({ signal, most, changed: () => changed("input_images") })],
  ]);
}

const MASK =
  "White is drawn anew, black keeps every pixel. It has the size of the picture. PNG, JPEG or WebP, at most 20 MB";

/** @param {Way} way @param {string} label @param {string} [hint] @returns {Input} */
function one({ name, signal, changed }, label, hint) {
  /** @type {Sent | null} */
  let sent = null;
  const trouble = h("div", {});
  const zone = dropZone({ label, name, hint, chosen: take });

  /** @param {File} file */
  function take(file) {
    sent = new Sent(file, { signal, progress: (share) => zone.progress(share) });
    return send();
  }

  async function send() {
    fill(trouble);
    try {
      await sent?.send();
    } catch (error) {
      if (!signal.aborted) fill(trouble, lost(/** @type {Error} */ (error), send));
    }
    changed(name);
  }

  return { element: h("div", { class: "field" }, zone, trouble), sent: () => (sent ? [sent] : []) };
}
