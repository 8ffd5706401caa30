/** Reference kits: all there are, and the form that begins one. */

import { fill, h } from "../dom.js";
import { closeButton, openDialog } from "../ui/dialogs.js";
import { pagedList } from "../ui/paged-list.js";
import { empty } from "../ui/states.js";
import { kitCard } from "./kits/card.js";
import { newKitForm } from "./kits/form.js";

/** @param {import("../router.js").View} view */
export function show({ root, query, signal }) {
  const begin = () => openForm(null, signal);
  const button = () => h("button", { type: "button", class: "primary", onclick: begin }, "New kit");
  const none = () =>
    empty(
      "No reference kit yet",
      "A kit shows one person from all sides: the face first, then profile, half and full body and some expressions. " +
        "Pictures drawn after a kit keep the likeness better than those drawn after one photo.",
      button(),
    );
  fill(
    root,
    h(
      "div",
      { class: "page-head" },
      h("h1", {}, "Reference kits"),
      h("div", { class: "actions" }, button()),
    ),
    h("h2", { class: "visually-hidden" }, "All kits"),
    pagedList("/reference-kits", { signal, none, row: (kit) => kitCard(kit, signal) }),
  );
  const character = query.get("character");
  if (character || query.has("new")) openForm(character, signal);
}

/** @param {string | null} character preselected @param {AbortSignal} signal */
function openForm(character, signal) {
  const leaving = new AbortController();
  const closed = () => {
    leaving.abort();
    // The address would open the form again when the page is loaded anew.
    if (!signal.aborted && location.hash.startsWith("#/kits?")) history.replaceState(null, "", "#/kits");
  };
  const form = newKitForm({ character, signal: AbortSignal.any([signal, leaving.signal]) });
  openDialog("New reference kit", [form, cancel()], { kind: "wide", closed });
}

function cancel() {
  return h("div", { class: "actions kit-cancel" }, closeButton("Cancel"));
}
