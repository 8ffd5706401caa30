/** The page of one generation. */

import { fill, h } from "../dom.js";
import { generation } from "./job/generation.js";
import { modeWords } from "./words.js";

/** @param {import("../router.js").View} view */
export function show({ root, params: [id], query, signal, title, go }) {
  fill(
    root,
    h("p", {}, h("a", { href: "#/jobs" }, "← All jobs")),
    generation(id, {
      signal,
      page: true,
      contact: query.get("view") === "sheet",
      retried: (made) => go(`/jobs/${made}`),
      gone: () => go("/jobs"),
      got: ({ mode }) => title(modeWords(mode)),
    }),
  );
}
