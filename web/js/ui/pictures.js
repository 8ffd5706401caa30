/** Pictures by their signed addresses, which are asked for anew when they have run out. */

import { get, Problem } from "../api.js";
import { fill, h } from "../dom.js";
import { openLargeView } from "./large-view.js";

/** @typedef {import("../api-types.d.ts").ImageView} Image */
/** @typedef {"thumb_256" | "thumb_512" | "web" | "url"} Size */

const SOON_MS = 30_000;

/**
 * @param {Image} image
 * @param {{alt: string, size?: Size}} way
 */
export function picture(image, { alt, size = "thumb_512" }) {
  const element = h("img", {
    src: addressOf(image, size),
    alt,
    loading: "lazy",
    decoding: "async",
    width: image.width,
    height: image.height,
  });
  let renewed = 0;

  /** An address that fails though it is new leads to nothing that could be loaded. */
  async function renew() {
    element.alt = `${alt} (the picture cannot be loaded)`;
    if (Date.now() - renewed < SOON_MS) return;
    try {
      element.src = addressOf(await get(`/images/${image.id}`), size);
      renewed = Date.now();
    } catch (error) {
      if (error instanceof Problem && error.passing) {
        setTimeout(() => element.isConnected && renew(), SOON_MS);
      }
    }
  }

  element.addEventListener("error", renew);
  element.addEventListener("load", () => (element.alt = alt));
  return element;
}

/** The address of a size, or of the next larger one where a rendition is missing. @param {Image} image @param {Size} size */
export function addressOf(image, size) {
  return image[size] ?? image.web ?? image.url;
}

/** The image with addresses that are good for a while. @param {Image} image @returns {Promise<Image>} */
export function fresh(image) {
  const good = Date.parse(image.url_expires_at) - Date.now() > SOON_MS;
  return good ? Promise.resolve(image) : get(`/images/${image.id}`);
}

/**
 * A frame that keeps its place: a picture that opens large, or words while there is none.
 * @param {Image | null} image
 * @param {{alt: string, words?: string, busy?: boolean, open?: () => void, size?: Size, kind?: string}} way
 *   `open` instead of the picture alone; `kind`: "whole"
 */
export function frame(image, { alt, words = "", busy = false, open, size, kind = "" }) {
  if (!image) return h("div", { class: `frame ${kind} ${busy ? "busy" : ""}` }, h("span", {}, words));
  const show = open ?? (() => openLargeView([{ image, title: alt }]));
  return h("button", {
    type: "button",
    class: `frame ${kind}`,
    onclick: show,
    "aria-label": `Enlarge: ${alt}`,
  }, picture(image, { alt: "", size }));
}

/** Saves the original as a file. @param {Image} image @param {string} name without its ending */
export async function download(image, name) {
  const answer = await fetch((await fresh(image)).url);
  if (!answer.ok) throw new Error("The picture cannot be loaded. Try again in a moment.");
  const address = URL.createObjectURL(await answer.blob());
  h("a", { href: address, download: `${name}.${image.format === "jpeg" ? "jpg" : image.format}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** @param {HTMLElement} place @param {Image | null} image @param {Parameters<typeof frame>[1]} way */
export const showFrame = (place, image, way) => fill(place, frame(image, way));
