/** Opens the studio: who is there, what stands in the bar at the top, the page the address names. */

import { fill, h } from "./dom.js";
import { start } from "./router.js";
import { session, signOut } from "./session.js";
import { themeChoice } from "./theme.js";
import { failure } from "./ui/states.js";

async function open() {
  tellWhenOffline();
  keepOnDroppedFiles();
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  try {
    await session();
  } catch (error) {
    return fill(main, failure(/** @type {Error} */ (error), open));
  }
  const leave = await signOut();
  const who = /** @type {HTMLElement} */ (document.getElementById("who"));
  fill(
    who,
    themeChoice(),
    leave && h("button", { type: "button", class: "small", onclick: leave }, "Sign out"),
  );
  await start();
}

function tellWhenOffline() {
  const banner = /** @type {HTMLElement} */ (document.getElementById("offline"));
  const tell = () => (banner.hidden = navigator.onLine);
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
}

/** A file that misses its place would take the reader away to itself. */
function keepOnDroppedFiles() {
  for (const event of ["dragover", "drop"]) addEventListener(event, (dropped) => dropped.preventDefault());
}

open();
