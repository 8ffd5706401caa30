/** The photo a character is recognised by: what it is, whether it can be used, how it is given and replaced. */

import { fill, h } from "../../dom.js";
import { moment, size } from "../../format.js";
import { poll } from "../../poll.js";
import { openDialog } from "../../ui/dialogs.js";
import { frame } from "../../ui/pictures.js";
import { failure } from "../../ui/states.js";
import { awaited } from "../characters/source-badge.js";
import { photoForm } from "./source-form.js";
import { photoState } from "./source-state.js";

/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../api-types.d.ts").SourceImageView} Source */

/**
 * @param {{character: Character, signal: AbortSignal, changed: () => void}} way `changed`: replaced, or looked at
 * @returns {HTMLElement & {current(): Source | null}}
 */
export function sourcePanel({ character, signal, changed }) {
  const path = `/characters/${character.id}/source-image`;
  let watch = new AbortController();
  const shown = h("div", {});
  const replace = h("button", { type: "button", onclick: askForAnother }, "Replace photo");
  const state = h("div", { class: "photo-state", role: "status" });
  const panel = h(
    "section",
    { class: "sheet source-photo", "aria-label": "Source photo" },
    h("h2", {}, "Source photo"),
    shown,
    state,
  );

  /** @param {Source} given */
  function took(given) {
    character.source_image = given;
    show();
    // What one had pressed is gone with the form.
    if (document.activeElement === document.body) replace.focus({ preventScroll: true });
    changed();
  }

  function show() {
    watch.abort();
    const source = character.source_image;
    if (source === null) return fill(shown, firstWords(), photoForm(character.id, { signal, took }));
    fill(shown, photo(source, character.name), versionLine(source), replace);
    fill(state, photoState(source));
    if (awaited(source)) look();
  }

  function look() {
    watch = new AbortController();
    poll(path, {
      signal: AbortSignal.any([signal, watch.signal]),
      unfinished: awaited,
      got: (/** @type {Source} */ now) => {
        const before = character.source_image;
        if (before?.version !== now.version) return took(now);
        if (findings(now) === findings(before)) return;
        character.source_image = now;
        fill(state, photoState(now));
        if (!awaited(now)) changed();
      },
      failed: (problem) => fill(state, failure(problem, look)),
    });
  }

  function askForAnother() {
    const left = new AbortController();
    const form = photoForm(character.id, {
      signal: AbortSignal.any([signal, left.signal]),
      took: (given) => {
        dialog.close();
        took(given);
      },
      leave: () => dialog.close(),
    });
    const closed = () => left.abort();
    const dialog = openDialog("Replace the photo", [replaceWords(), form], { closed });
  }

  show();
  return Object.assign(panel, { current: () => character.source_image });
}

/** What of a photo changes by itself. @param {Source} source */
const findings = ({ qa, embedding }) => JSON.stringify([qa, embedding]);

/** @param {Source} source @param {string} name */
function photo({ image }, name) {
  const whole = frame(image, { alt: `Source photo of ${name}`, kind: "whole", size: "web" });
  whole.style.aspectRatio = `${image.width} / ${image.height}`;
  const { width, height, format } = image;
  const facts = `${width} × ${height} · ${format.toUpperCase()} · ${size(image.size_bytes)}`;
  return [whole, h("p", { class: "photo-facts" }, facts)];
}

/** @param {Source} source */
function versionLine({ version, created_at }) {
  return h(
    "p",
    { class: "soft" },
    `Version ${version}, given `,
    h("time", { datetime: created_at }, moment(created_at)),
    version > 1 && ". Earlier versions are kept",
    ".",
  );
}

function firstWords() {
  return h(
    "p",
    {},
    "Give one clear photo of one person, upright and turned to the camera. Every picture is drawn from it and compared with it.",
  );
}

function replaceWords() {
  return h(
    "p",
    {},
    "The version you have now is kept. Variants that were made from it are then marked “stale identity”: they were compared with the earlier face.",
  );
}
