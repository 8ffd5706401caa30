/** One frame for each image of a generation: it fills when the image arrives, and nothing else moves. */

import { fill, h } from "../../dom.js";
import { badge, scoreBadge, statusBadge } from "../../ui/badges.js";
import { openLargeView } from "../../ui/large-view.js";
import { run } from "../../ui/notices.js";
import { download, frame } from "../../ui/pictures.js";
import { adviceOn } from "../words.js";
import { stageOf } from "./words.js";

/** @typedef {import("../../api-types.d.ts").GenerationView} Generation */
/** @typedef {import("../../api-types.d.ts").ItemView} Item */
/** @typedef {import("../../ui/large-view.js").Shown} Shown */
/** @typedef {{element: HTMLElement, draw(item: Item): void}} Card */

/** @type {Record<string, string>} */
const VERDICTS = { best_effort: "Best of its draws, below the bar", not_measured: "Kept without a score" };
/** @type {Record<string, string>} */
const WAITING = {
  queued: "Waiting",
  processing: "Starting",
  generating: "Being drawn",
  uploading: "Being stored",
  failed: "No image",
  cancelled: "Stopped",
};

/**
 * @param {() => Shown | null} source what each is compared with in the large view
 * @param {"h2" | "h3"} heading one below that of the generation
 */
export function frames(source, heading) {
  const element = h("ul", { class: "plain grid large frames" });
  /** @type {Map<string, Card>} */
  const cards = new Map();
  /** @type {Generation | null} */
  let now = null;

  /** @param {Generation} generation */
  function draw(generation) {
    now = generation;
    shape(element, generation);
    for (const item of generation.items) {
      let known = cards.get(item.id);
      if (!known) {
        known = card(generation, h(heading, {}), enlarge);
        cards.set(item.id, known);
        element.append(known.element);
      }
      known.draw(item);
    }
  }

  /** @param {string} id of the item */
  function enlarge(id) {
    const there = (now?.items ?? []).filter(({ image }) => image !== null);
    const pictures = there.map((item) => ({
      image: /** @type {import("../../ui/pictures.js").Image} */ (item.image),
      title: nameOf(item),
      note: measured(item) && scoreBadge(/** @type {any} */ (item.image).similarity),
    }));
    openLargeView(pictures, { first: there.findIndex((item) => item.id === id), beside: source() });
  }

  return { element, draw };
}

/** All frames take the shape of the first image, within what a grid bears. @param {HTMLElement} grid @param {Generation} generation */
function shape(grid, { items }) {
  const image = items.find((item) => item.image !== null)?.image;
  if (image) {
    grid.style.setProperty("--shape", String(Math.min(Math.max(image.width / image.height, 0.6), 1.8)));
  }
}

/** @param {Item} item */
export const nameOf = ({ index }) => `Image ${index + 1}`;

/** Nobody is measured where nobody was to be recognised. @param {Item} item */
function measured({ image }) {
  return image !== null && image.similarity.reason !== "no_identity";
}

/** @param {Generation} generation @param {HTMLElement} title @param {(id: string) => void} enlarge @returns {Card} */
function card(generation, title, enlarge) {
  const place = h("div", {});
  const told = h("div", { class: "badges" });
  const note = h("div", { class: "why" });
  const actions = h("div", { class: "actions" });
  const element = h("li", { class: "card" }, place, h("div", { class: "body" }, title, told, note, actions));
  const parts = changed();

  /** @param {Item} item */
  function draw(item) {
    const { image, status, error, verdict, late, seed } = item;
    title.textContent = nameOf(item);
    parts("frame", [image?.id, status], () => fill(place, picture(item)));
    parts("badges", [status, image?.similarity, verdict, late], () => fill(told, badges(item)));
    parts(
      "note",
      [error, seed, image?.id, item.draws.length],
      () => fill(note, error ? why(error) : seedNote(item)),
    );
    parts("actions", [image?.id], () => fill(actions, image && save(item)));
  }

  /** @param {Item} item */
  function picture(item) {
    const busy = !["completed", "failed", "cancelled"].includes(item.status);
    const words = WAITING[item.status] ?? "";
    return frame(item.image, { alt: nameOf(item), words, busy, open: () => enlarge(item.id), kind: "whole" });
  }

  /** @param {Item} item */
  function save(item) {
    const work = () => download(/** @type {any} */ (item.image), fileName(generation, item));
    const button = h("button", {
      type: "button",
      class: "small",
      "aria-label": `Download ${nameOf(item).toLowerCase()}`,
      onclick: () => run(button, work),
    }, "Download");
    return button;
  }

  return { element, draw };
}

/** @param {Generation} generation @param {Item} item */
export const fileName = ({ mode, id }, { index }) => `${mode}-${id.slice(-6).toLowerCase()}-${index + 1}`;

/** @param {Item} item */
function badges(item) {
  const { status, image, verdict, late } = item;
  return [
    (status === "failed" || status === "cancelled") && statusBadge(status),
    measured(item) && scoreBadge(/** @type {any} */ (image).similarity),
    verdict && VERDICTS[verdict] && badge(VERDICTS[verdict], "warn"),
    late && badge("Arrived late"),
  ];
}

/** @param {import("../../api-types.d.ts").ErrorView} error */
function why(error) {
  return [h("p", {}, h("strong", {}, stageOf(error)), ` ${error.message} ${adviceOn(error)}`)];
}

/** @param {Item} item */
function seedNote({ seed, draws, image }) {
  const drawn = draws.length > 1 ? ` · best of ${draws.length} draws` : "";
  const size = image ? ` · ${image.width} × ${image.height}` : "";
  return [h("small", {}, `Seed ${seed}${size}${drawn}`)];
}

/** Redraws a part only when what it shows has changed. */
function changed() {
  /** @type {Map<string, string>} */
  const shown = new Map();
  return (/** @type {string} */ part, /** @type {unknown} */ state, /** @type {() => void} */ redraw) => {
    const text = JSON.stringify(state);
    if (shown.get(part) === text) return;
    shown.set(part, text);
    redraw();
  };
}
