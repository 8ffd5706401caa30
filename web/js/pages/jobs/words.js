/** What failures are called where they are counted. */

import { words } from "../../format.js";

/** @type {Record<string, string>} */
const FAILURES = {
  anchor_failed: "The anchor face of a kit could not be made",
  bad_output: "The model’s answer held no usable image",
  cancelled: "Stopped",
  content_blocked_input: "The model does not draw what was asked for",
  content_blocked_output: "The model held back what it had drawn",
  dead_letter: "The work failed repeatedly and was set aside",
  deleted: "Deleted while it was being stored",
  image_out_of_reach: "The image was made but could not be fetched",
  image_undecided: "The image was made but could not be stored",
  interrupted: "The work was interrupted",
  mask_size_mismatch: "The mask had another size than the picture",
  model_retired: "The provider has withdrawn the model",
  multiple_faces: "Several faces, where one was expected",
  no_face: "No face was found",
  no_image: "The model answered without an image",
  output_expired: "The provider no longer had the image",
  prediction_failed: "The model failed while drawing",
  prediction_gone: "The provider no longer knew of the work",
  provider_auth: "The provider did not accept this deployment’s key",
  provider_error: "The provider failed",
  provider_rate_limited: "The provider was too busy",
  provider_refused: "The provider refused the request",
  provider_timeout: "The provider did not answer in time",
  provider_unavailable: "The provider was not there",
  queue_timeout: "No worker was free for two hours",
  reference_missing: "A picture it refers to had been deleted",
  result_lost: "The image was lost before it was stored",
  source_unfit: "The photo could not be used",
  timeout: "No image arrived within ten minutes",
  work_lost: "The provider no longer knew of the work",
  worker_lost: "The worker that drew it was lost",
  worker_time_up: "The worker’s time was up",
  workflow_failed: "The ComfyUI workflow failed",
  workflow_lost: "The work on a kit was interrupted",
  workflow_refused: "The ComfyUI server refused the workflow",
};

/** @param {string} code */
export const failureWords = (code) => FAILURES[code] ?? words(code);
