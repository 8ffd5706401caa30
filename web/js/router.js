/** Which page an address after `#` shows. Pages are loaded when they are first asked for. */

import { fill, h } from "./dom.js";
import { failure } from "./ui/states.js";

/**
 * @typedef {object} View what a page is given
 * @property {HTMLElement} root it fills this
 * @property {string[]} params what stands for `:name` in its address
 * @property {URLSearchParams} query
 * @property {AbortSignal} signal aborted when the page is left: ends its polls and listeners
 * @property {(title: string) => void} title names the page once its thing has a name; nothing once it is left
 * @property {(path: string) => void} go to another page, such as `/kits/kit_…`; nowhere once this one is left
 */
/** @typedef {{show: (view: View) => void | Promise<void>}} Page */

/** @type {[pattern: string, title: string, load: () => Promise<Page>][]} */
const ROUTES = [
  ["/characters", "Characters", () => import("./pages/characters.js")],
  ["/characters/:id", "Character", () => import("./pages/character.js")],
  ["/kits", "Reference kits", () => import("./pages/kits.js")],
  ["/kits/:id", "Reference kit", () => import("./pages/kit.js")],
  ["/studio", "Studio", () => import("./pages/studio.js")],
  ["/jobs", "Jobs", () => import("./pages/jobs.js")],
  ["/jobs/:id", "Job", () => import("./pages/job.js")],
];
const HOME = "#/characters";

/** @type {AbortController | undefined} */
let shown;

/** Shows what the address says, now and whenever it changes. */
export function start() {
  addEventListener("hashchange", () => show(true));
  document.querySelector(".skip")?.addEventListener("click", skipToContent);
  return show(false);
}

/** @param {string} path such as `/kits/kit_…`, with its query */
export function go(path) {
  location.hash = path;
}

/** What stands behind `#` names a page, so the link itself must not be followed. @param {Event} pressed */
function skipToContent(pressed) {
  pressed.preventDefault();
  document.getElementById("main")?.focus();
}

/** @param {boolean} focus whether the reader came here by a link, and is to be put at its beginning */
async function show(focus) {
  if (!location.hash) history.replaceState(null, "", HOME);
  const [path, query = ""] = location.hash.slice(1).split("?");
  shown?.abort();
  shown = new AbortController();
  const { signal } = shown;
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const here = (/** @type {() => void} */ deed) => !signal.aborted && deed();
  const title = (/** @type {string} */ words) => here(() => document.title = `${words} · Likeness`);
  const goOn = (/** @type {string} */ to) => here(() => go(to));
  mark(path);
  for (const [pattern, name, load] of ROUTES) {
    const params = match(pattern, path);
    if (!params) continue;
    title(name);
    const root = h("div", { class: "page" }, h("p", { class: "loading" }, "Loading …"));
    fill(main, root);
    if (focus) main.focus({ preventScroll: true });
    scrollTo(0, 0);
    try {
      const page = await load();
      if (!signal.aborted) {
        await page.show({ root, params, query: new URLSearchParams(query), signal, title, go: goOn });
      }
    } catch (error) {
      if (!signal.aborted) fill(root, failure(/** @type {Error} */ (error), () => show(false)));
    }
    return;
  }
  title("Not found");
  fill(
    main,
    h(
      "div",
      { class: "state" },
      h("h1", {}, "There is no such page"),
      h("p", {}, h("a", { href: HOME }, "To the characters")),
    ),
  );
}

/** @param {string} pattern @param {string} path @returns {string[] | null} */
function match(pattern, path) {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const fits = wanted.every((
    part,
    place,
  ) => (part.startsWith(":") ? given[place] !== "" : part === given[place]));
  if (!fits) return null;
  try {
    return given.filter((_, place) => wanted[place].startsWith(":")).map(decodeURIComponent);
  } catch {
    return null; // such as `/kits/%`
  }
}

/** @param {string} path */
function mark(path) {
  for (const link of document.querySelectorAll(".top nav a")) {
    const own = (link.getAttribute("href") ?? "").slice(1);
    if (path === own || path.startsWith(`${own}/`)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
