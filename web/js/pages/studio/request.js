/** The request that a filled-in form stands for. */

import { ticked, typed } from "../../ui/fields.js";
import { takes } from "./kinds.js";

/** @typedef {import("./kinds.js").Offered} Offered */
/** @typedef {import("./parts.js").Parts} Parts */

const SUBJECT = [
  "prompt",
  "room_type",
  "style",
  "project_id",
  "branch_id",
  "scene_id",
  "shot_id",
  "asset_id",
];

/**
 * Only what this kind takes, and only what was filled in.
 * @param {Parts} parts
 * @param {Offered} kind
 * @returns {Record<string, unknown>}
 */
export function requestOf({ form, pictures, identity, drawing, options }, kind) {
  const poses = ticked(form, "poses");
  /** @type {Record<string, unknown>} */
  const filled = {
    ...drawing.body(),
    ...options.body(),
    ...identity.body(kind),
    ...Object.fromEntries(SUBJECT.map((name) => [name, typed(form, name)])),
    poses: poses.length > 0 ? poses : null,
    ...inputsOf(pictures),
  };
  const wanted = Object.entries(filled).filter(([name, value]) => value !== null && takes(kind, name));
  return { mode: kind.mode, ...jobOf(form, kind), ...Object.fromEntries(wanted) };
}

/** @param {HTMLFormElement} form @param {Offered} kind */
function jobOf(form, { jobs = [] }) {
  if (jobs.length === 0) return {};
  return { job_type: jobs.length === 1 ? jobs[0] : typed(form, "job_type") };
}

/** A picture that is still on its way has no id, and is no less there. @param {Parts["pictures"]} pictures */
function inputsOf(pictures) {
  return Object.fromEntries(
    [...pictures].map(([name, input]) => {
      const given = input.sent().map(({ id }) => ({ upload_id: id }));
      return [name, name === "input_images" ? given : given[0] ?? null];
    }),
  );
}

/**
 * What the model would be shown.
 * @param {Parts} parts
 * @param {Offered} kind
 */
export function seenBy({ pictures, identity }, kind) {
  const sent = [...pictures].flatMap(([name, input]) => (takes(kind, name) ? input.sent() : []));
  const named = identity.body(kind);
  const person = kind.required.has("character_id") || Boolean(named?.identity);
  return { person, lora: named?.identity?.type === "lora", pictures: sent.length, sent };
}
