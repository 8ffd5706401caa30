/** A button at work. It is not disabled: that would take the focus from whoever has just pressed it. */

/**
 * A second press meanwhile does nothing.
 * @param {HTMLElement | null} button
 * @param {() => Promise<void>} work
 */
export async function whileBusy(button, work) {
  if (button?.ariaBusy === "true") return;
  button?.setAttribute("aria-busy", "true");
  button?.setAttribute("aria-disabled", "true");
  try {
    await work();
  } finally {
    button?.removeAttribute("aria-busy");
    button?.removeAttribute("aria-disabled");
  }
}
