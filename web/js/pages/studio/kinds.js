/** What one can make: in people's words, with the mode and job type that the API knows it by. */

/** @typedef {import("../../api-types.d.ts").ModeView} ModeView */
/** @typedef {import("../../api-types.d.ts").ModesView} Modes */
/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} mode
 * @property {string[]} [jobs] the job types of mode `asset`; with several, one is chosen
 * @property {string} title
 * @property {string} text
 * @property {string} prompt what to write into the prompt
 * @property {boolean} [noPerson] where it makes no sense to show somebody
 */
/** @typedef {Kind & {required: Set<string>, optional: Set<string>}} Offered a kind with the fields of its request */

/** @type {Kind[]} */
const KINDS = [
  {
    name: "portrait",
    mode: "portrait",
    title: "Portraits of a character",
    text: "A pack of pictures in which one person stays the same.",
    prompt: "Where they are, what they wear, the light. The character's own words are added.",
  },
  {
    name: "imagine",
    mode: "imagine",
    title: "An image from words",
    text: "Describe it; add a person if you like.",
    prompt: "What is to be seen: subject, place, light, mood.",
  },
  {
    name: "face_swap",
    mode: "face_swap",
    title: "A face onto a picture",
    text: "Your person's face on the main person of a picture.",
    prompt: "What else is to change, if anything.",
  },
  {
    name: "redesign",
    mode: "redesign",
    title: "Restyle a room",
    text: "Another style for a furnished room; its architecture stays.",
    prompt: "Wishes beside the style, such as a green sofa.",
    noPerson: true,
  },
  {
    name: "staging",
    mode: "staging",
    title: "Furnish an empty room",
    text: "Furniture for an empty room, as in a listing.",
    prompt: "Wishes beside the style, such as a desk at the window.",
    noPerson: true,
  },
  {
    name: "compose",
    mode: "compose",
    title: "Compose several pictures",
    text: "One new image from two to eight pictures.",
    prompt: "How they go together: “the chair of picture 1 in the room of picture 2”.",
  },
  {
    name: "master_asset",
    mode: "asset",
    jobs: ["master_asset"],
    title: "A project asset",
    text: "A subject kept with a project for its later pictures.",
    prompt: "The subject, as it is to look in all later pictures.",
  },
  {
    name: "frame",
    mode: "asset",
    jobs: ["start_frame", "end_frame"],
    title: "A frame of a shot",
    text: "The first or the last frame of a shot.",
    prompt: "What the frame shows, and from where.",
  },
  {
    name: "inpaint",
    mode: "asset",
    jobs: ["inpaint"],
    title: "Redraw a part",
    text: "A masked part of a picture drawn anew, the rest untouched.",
    prompt: "What stands in the masked part afterwards.",
  },
];

/** The kinds that this deployment offers. @param {Modes} modes @returns {Offered[]} */
export function offered(modes) {
  return KINDS.flatMap((kind) => {
    const fields = modes.modes.find((one) => one.mode === kind.mode && coversJobs(one, kind));
    if (!fields) return [];
    return [{ ...kind, required: new Set(fields.required), optional: new Set(fields.optional) }];
  });
}

/** @param {ModeView} mode @param {Kind} kind */
function coversJobs(mode, { jobs = [] }) {
  return jobs.every((job) => mode.job_types.some((one) => one === job));
}

/** Whether a request of this kind has a field. @param {Offered} kind @param {string} field */
export function takes(kind, field) {
  return kind.required.has(field) || kind.optional.has(field);
}
