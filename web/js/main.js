/** Opens the studio: who is there, what stands in the bar at the top, the page the address names. */

import { fill, h } from "./dom.js";
import { isSignedOut, isSignInRefused } from "./problem.js";
import { start } from "./router.js";
import { openSession, signInAgain, signOut } from "./session.js";
import { themeChoice } from "./theme.js";
import { run } from "./ui/notices.js";
import { failure } from "./ui/states.js";

async function open() {
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  try {
    await openSession(tellSignedOut);
  } catch (error) {
    return fill(main, notOpened(/** @type {Error} */ (error)));
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

/** @param {Error} error */
function notOpened(error) {
  const words = isSignedOut(error)
    ? "Sign in to see your characters and pictures."
    : isSignInRefused(error) && error.message;
  if (!words) return failure(error, open);
  document.title = "Sign in · Likeness";
  return h(
    "div",
    { class: "state" },
    h("h1", {}, "You are not signed in"),
    h("p", {}, words),
    h("p", {}, signInButton("primary")),
  );
}

/** At the top of the page, once: whoever is at work leaves when they choose to. */
function tellSignedOut() {
  const offline = /** @type {HTMLElement} */ (document.getElementById("offline"));
  if (document.getElementById("signed-out")) return;
  offline.after(h(
    "p",
    { class: "offline", id: "signed-out", role: "alert" },
    "Your sign-in has ended. What you typed is kept; a chosen file is to be chosen again. ",
    signInButton("small"),
  ));
}

/** @param {"small" | "primary"} kind */
function signInButton(kind) {
  const onclick = () => run(button, signInAgain);
  const button = h("button", { type: "button", class: kind, onclick }, "Sign in again");
  return button;
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

tellWhenOffline();
keepOnDroppedFiles();
open();
