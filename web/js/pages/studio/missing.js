/** What a request still lacks, in words: nothing that an unfinished form need be scolded for. */

/** @typedef {import("./kinds.js").Offered} Offered */

/** @type {Record<string, string>} */
const WORDS = {
  prompt: "the prompt",
  character_id: "the person",
  identity: "the person",
  input_image: "the picture to start from",
  input_images: "at least two pictures",
  mask: "the mask",
  room_type: "the room",
  style: "the style",
  project_id: "the project",
  branch_id: "the branch",
  scene_id: "the scene",
  shot_id: "the shot",
};

/**
 * @param {Offered} kind
 * @param {Record<string, unknown>} body
 * @param {number} fewest pictures where several are wanted
 * @returns {string[]} names of fields
 */
export function missing(kind, body, fewest) {
  return [...kind.required].filter((name) => {
    const value = body[name];
    return Array.isArray(value) ? value.length < fewest : value === null || value === undefined;
  });
}

/** @param {string} name of a field */
export const missingWords = (name) => WORDS[name] ?? name;

/** "the prompt and the room". @param {string[]} parts */
export function listed(parts) {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
