/** The form of the studio, part by part. */

import { capsules } from "./capsules.js";
import { drawing } from "./drawing.js";
import { identity } from "./identity.js";
import { inputs } from "./inputs.js";
import { options } from "./options.js";
import { subject } from "./subject.js";

/** @typedef {ReturnType<typeof partsOf>} Parts */

/**
 * Each part knows what it adds to a request.
 * @param {HTMLFormElement} form
 * @param {{known: import("../../offering.js").Modes, drawn: import("../../offering.js").Models, looks: import("./capsules.js").Capsule[]}} offer
 * @param {{signal: AbortSignal, input: (name: string) => void, refresh: () => void}} way `input`: the pictures of a field are others
 */
export function partsOf(form, { known, drawn, looks }, { signal, input, refresh }) {
  const most = known.limits.max_input_images;
  const pictures = inputs({ signal, most, changed: input, arrived: refresh });
  return {
    form,
    pictures,
    identity: identity(form, { signal, changed: refresh }),
    subject: subject(known, pictures),
    drawing: drawing(form, drawn, known.limits),
    options: options(form, { formats: ["png", "jpeg", "webp"], capsules: capsules(form, looks) }),
  };
}
