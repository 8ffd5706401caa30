/** What this deployment offers, asked once per visit: modes, models, workflows. */

import { get } from "./api.js";

/** @typedef {import("./api-types.d.ts").ModesView} Modes */
/** @typedef {import("./api-types.d.ts").ModelsView} Models */
/** @typedef {import("./api-types.d.ts").WorkflowsView} Workflows */

/** @type {Map<string, Promise<unknown>>} */
const asked = new Map();

/** @template T @param {string} path @returns {Promise<T>} */
function once(path) {
  const known = asked.get(path) ?? get(path);
  asked.set(path, known);
  known.catch(() => asked.delete(path));
  return /** @type {Promise<T>} */ (known);
}

/** @returns {Promise<Modes>} */
export const modes = () => once("/modes");

/** @returns {Promise<Models>} */
export const models = () => once("/models");

/** @returns {Promise<Workflows>} */
export const workflows = () => once("/workflows");
