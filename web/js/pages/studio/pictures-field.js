/** Several pictures in the order in which the prompt speaks of them. */

import { fill, freshId, h } from "../../dom.js";
import { look, PICTURE_TYPES } from "../../uploads.js";
import { sentOnce } from "../../ui/sent-once.js";
import { lost } from "./lost.js";

/** @typedef {import("../../ui/sent-once.js").Sent} Sent */
/** @typedef {{sent: Sent, leaving: AbortController, row: HTMLElement, number: HTMLElement}} Taken */

/**
 * @param {import("./inputs.js").Told & {signal: AbortSignal, most: number}} way
 * @returns {import("./inputs.js").Input}
 */
export function picturesField({ signal, changed, arrived, most }) {
  /** @type {Taken[]} */
  let taken = [];
  const id = freshId("pictures");
  const list = h("ol", { class: "plain taken" });
  const told = h("div", { role: "status" });
  const input = h("input", {
    type: "file",
    id,
    multiple: true,
    accept: PICTURE_TYPES.join(),
    "aria-describedby": `${id}-hint`,
    onchange: () => takeAll([...(input.files ?? [])]),
  });
  const zone = h(
    "div",
    { class: "drop" },
    h("label", { for: id }, h("strong", {}, "Pictures to compose")),
    h(
      "span",
      { class: "soft", id: `${id}-hint` },
      `Drop two to ${most} files here or choose them. PNG, JPEG or WebP, at most 20 MB each.`,
    ),
    input,
  );
  dropsOn(zone, takeAll);

  /** @param {File[]} files */
  async function takeAll(files) {
    fill(told);
    input.value = "";
    for (const file of files) {
      try {
        if (taken.length === most) throw new Error(`At most ${most} pictures: “${file.name}” was left away.`);
        await take(file);
      } catch (error) {
        told.append(h("p", { class: "wrong" }, /** @type {Error} */ (error).message));
      }
    }
  }

  /** @param {File} file */
  async function take(file) {
    const { preview } = await look(file);
    const bar = h("progress", { max: 1, value: 0, "aria-label": `Upload of ${file.name}` });
    const leaving = new AbortController();
    const sent = sentOnce(file, {
      signal: AbortSignal.any([signal, leaving.signal]),
      progress: (share) => ((bar.hidden = share === null), (bar.value = share ?? 0)),
    });
    const one = takenRow(file, preview, bar, { sent, leaving });
    taken.push(one);
    list.append(one.row);
    renumber();
    changed();
    send(one);
  }

  /** @param {Taken} one */
  async function send(one) {
    one.row.querySelector(".wrong")?.remove();
    try {
      await one.sent.ready();
    } catch (error) {
      if (!signal.aborted && taken.includes(one)) {
        one.row.append(lost(/** @type {Error} */ (error), () => send(one)));
      }
    }
    arrived();
  }

  /** @param {File} file @param {string} preview @param {HTMLElement} bar @param {{sent: Sent, leaving: AbortController}} held @returns {Taken} */
  function takenRow(file, preview, bar, held) {
    const number = h("strong", {});
    const picture = h("img", { src: preview, alt: "", onload: () => URL.revokeObjectURL(preview) });
    const act = (/** @type {string} */ text, /** @type {() => void} */ work) =>
      h(
        "button",
        { type: "button", class: "small", "aria-label": `${text}: ${file.name}`, onclick: work },
        text,
      );
    /** @type {Taken} */
    const one = { ...held, number, row: h("li", {}) };
    one.row.append(
      picture,
      h("div", { class: "what" }, number, h("span", { class: "soft" }, file.name), bar),
      h("div", { class: "actions" }, act("Earlier", () => earlier(one)), act("Remove", () => drop(one))),
    );
    return one;
  }

  /** @param {Taken} one */
  function earlier(one) {
    const place = taken.indexOf(one);
    if (place < 1) return;
    taken.splice(place - 1, 2, one, taken[place - 1]);
    taken[place].row.before(one.row);
    one.row.querySelector("button")?.focus();
    renumber();
    changed();
  }

  /** @param {Taken} one */
  function drop(one) {
    one.leaving.abort();
    taken = taken.filter((other) => other !== one);
    one.row.remove();
    input.focus();
    renumber();
    changed();
  }

  function renumber() {
    taken.forEach(({ number }, place) => (number.textContent = `Picture ${place + 1}`));
  }

  const element = h("div", { class: "field", "data-field": "input_images" }, zone, told, list);
  return { element, sent: () => taken.map(({ sent }) => sent) };
}

/** @param {HTMLElement} zone @param {(files: File[]) => void} take */
function dropsOn(zone, take) {
  for (const over of ["dragenter", "dragover"]) {
    zone.addEventListener(over, (event) => (event.preventDefault(), zone.classList.add("over")));
  }
  for (const out of ["dragleave", "drop"]) zone.addEventListener(out, () => zone.classList.remove("over"));
  zone.addEventListener(
    "drop",
    (event) => (event.preventDefault(), take([...(event.dataTransfer?.files ?? [])])),
  );
}
