/** Takes a picture from this device to Likeness: looked at first, then posted with its progress told. */

import { newKey, post, Problem } from "./api.js";
import { size } from "./format.js";

/** @typedef {import("./api-types.d.ts").UploadView} Upload */
/** @typedef {{width: number, height: number, format: string, bytes: number, preview: string}} Looked `preview` is an object URL: revoke it */

export const PICTURE_TYPES = ["image/png", "image/jpeg", "image/webp"];
export const LARGEST_BYTES = 20_000_000;

/**
 * What a file is, before anything is sent.
 * @param {File} file
 * @returns {Promise<Looked>} rejects with a sentence for people
 */
export async function look(file) {
  if (!PICTURE_TYPES.includes(file.type)) {
    throw new Error(
      `“${file.name}” is not a PNG, JPEG or WebP picture. Save it as one of these and choose it again.`,
    );
  }
  if (file.size > LARGEST_BYTES) {
    throw new Error(
      `“${file.name}” has ${size(file.size)}; at most ${
        size(LARGEST_BYTES)
      } can be taken. Save it smaller and choose it again.`,
    );
  }
  const preview = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = preview;
    await picture.decode();
    const format = file.type.slice("image/".length).toUpperCase();
    return { width: picture.naturalWidth, height: picture.naturalHeight, format, bytes: file.size, preview };
  } catch {
    URL.revokeObjectURL(preview);
    throw new Error(
      `“${file.name}” cannot be read as a picture. It may be damaged: open it elsewhere, save it anew and choose it again.`,
    );
  }
}

/**
 * @param {File} file
 * @param {{progress?: (share: number) => void, signal?: AbortSignal}} [way] `share` from 0 to 1
 * @returns {Promise<string>} the upload's id, for an image input
 */
export async function upload(file, { progress = () => {}, signal } = {}) {
  /** @type {Upload} */
  const place = await post("/uploads", { content_type: file.type, size_bytes: file.size }, {
    key: newKey(),
    signal,
  });
  const form = new FormData();
  for (const [name, value] of Object.entries(place.fields)) form.append(name, value);
  form.append("file", file);
  await send(place.url, form, progress, signal);
  return place.id;
}

/**
 * `fetch` tells nothing of what has been sent; the older request does.
 * @param {string} url
 * @param {FormData} form
 * @param {(share: number) => void} progress
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<void>}
 */
function send(url, form, progress, signal) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    const lost = () =>
      fail(new Problem(0, "unreachable", "The upload was interrupted. Check the connection and try again."));
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => (request.status < 300 ? done() : fail(
      new Problem(
        request.status,
        "upload_refused",
        "The picture was not accepted by the store. Choose it again.",
      ),
    ));
    request.onerror = lost;
    request.onabort = () => fail(signal?.reason ?? new DOMException("The upload was stopped.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.open("POST", url);
    request.send(form);
  });
}
