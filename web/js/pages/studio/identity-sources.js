/** Where a person can come from: the lists of characters and reference kits, and LoRA weights. */

import { h } from "../../dom.js";
import { numberField, textField } from "../../ui/fields.js";
import { empty } from "../../ui/states.js";
import { people } from "./people.js";

/** @typedef {import("../../api-types.d.ts").CharacterView} Character */
/** @typedef {import("../../api-types.d.ts").KitSummaryView} Kit */

/** @param {string} name @param {string} label @param {{signal: AbortSignal, changed: () => void}} way */
export function characterList(name, label, way) {
  return people(
    /** @type {import("./people.js").Way<Character>} */ ({
      ...way,
      name,
      label,
      path: "/characters",
      called: ["character", "characters"],
      face: ({ source_image }) => source_image?.image ?? null,
      note: ({ source_image }) => (source_image ? "" : "No photo yet"),
      none: () =>
        empty(
          "There is no character yet",
          "A character is a person with a photo or a description.",
          h("a", { class: "button", href: "#/characters" }, "Create a character"),
        ),
    }),
  );
}

/** @param {{signal: AbortSignal, changed: () => void}} way */
export function kitList(way) {
  return people(
    /** @type {import("./people.js").Way<Kit>} */ ({
      ...way,
      name: "identity.kit",
      label: "Reference kit",
      path: "/reference-kits",
      called: ["reference kit", "reference kits"],
      face: ({ anchor_image, source_image }) => anchor_image ?? source_image.image,
      note: (
        { status, progress },
      ) => (status === "partial" ? `${progress.completed} of ${progress.total} pictures` : ""),
      fits: ({ status }) => status === "ready" || status === "partial",
      none: () =>
        empty(
          "No reference kit is ready",
          "A kit shows a person from all sides, which keeps them more alike.",
          h("a", { class: "button", href: "#/kits" }, "To the reference kits"),
        ),
    }),
  );
}

export function loraFields() {
  return h(
    "div",
    {},
    textField({
      label: "LoRA weights",
      name: "identity.weights",
      maxlength: 300,
      placeholder: "owner/model",
      hint:
        "A model at Replicate, or the https address of a file of weights. Only models that take LoRA can draw them.",
    }),
    numberField({
      label: "Strength of the weights",
      name: "identity.scale",
      value: 1,
      min: -1,
      max: 3,
      step: 0.05,
    }),
  );
}
