/** A picture of this device that requests can name. */

import { h } from "../../dom.js";
import { upload } from "../../uploads.js";

/**
 * Sent at once. An upload is used up by the request that takes it: for the next one it is sent anew, so that the
 * same picture can be drawn from again and again.
 */
export class Sent {
  /**
   * @param {File} file
   * @param {{progress: (share: number | null) => void, signal: AbortSignal}} way
   */
  constructor(file, { progress, signal }) {
    this.file = file;
    this.progress = progress;
    this.signal = signal;
    /** @type {string | null} */
    this.id = null;
    this.spent = false;
  }

  /** Rejects with a sentence for people. */
  async send() {
    this.progress(0);
    try {
      this.id = await upload(this.file, { progress: this.progress, signal: this.signal });
      this.spent = false;
    } finally {
      this.progress(null);
    }
  }

  /** Sends it where it has not arrived, or has been used. */
  async ready() {
    if (this.id === null || this.spent) await this.send();
  }
}

/** Says that a picture has not arrived. @param {Error} error @param {() => void} again */
export function lost(error, again) {
  return h(
    "p",
    { class: "wrong", role: "alert" },
    `${error.message} `,
    h("button", { type: "button", class: "small", onclick: again }, "Send it again"),
  );
}
