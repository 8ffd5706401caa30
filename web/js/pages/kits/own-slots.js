/** Views and expressions of one's own: a name, and in words what the picture shows. */

import { freshId, h } from "../../dom.js";

/** @typedef {{kind: string, name: string, prompt: string}} Wish `kind`: "view" or "expression" */

/**
 * All rows stand in the hidden control `own` as well, by which a draft brings them back.
 * @param {() => void} changed
 */
export function ownSlots(changed) {
  const kept = h("input", { type: "hidden", name: "own", value: "[]" });
  const rows = h("ul", { class: "plain own-slots" });
  const told = h("p", { class: "visually-hidden", role: "status" });

  /** @param {string} kind @param {Partial<Wish>} wish */
  function append(kind, wish = {}) {
    const row = ownRow(kind, wish, () => {
      row.remove();
      add.focus();
      told.textContent = "Taken away.";
      keep();
      changed();
    });
    rows.append(row);
    return row;
  }

  function keep() {
    kept.value = JSON.stringify([...rows.children].map(read));
  }

  /** @param {string} kind */
  const begin = (kind) => () => {
    append(kind).querySelector("input")?.focus();
    keep();
  };

  rows.addEventListener("input", keep);
  const add = h(
    "button",
    { type: "button", class: "small", onclick: begin("view") },
    "Add a view of your own",
  );
  const addExpression = h("button", {
    type: "button",
    class: "small",
    onclick: begin("expression"),
  }, "Add an expression of your own");
  const made = h(
    "div",
    { class: "field own" },
    kept,
    rows,
    told,
    h("div", { class: "actions" }, add, addExpression),
  );
  return Object.assign(made, {
    /** Puts back the rows of a draft. */
    restore() {
      for (const wish of /** @type {Wish[]} */ (JSON.parse(kept.value))) append(wish.kind, wish);
    },
  });
}

/** @param {HTMLFormElement} form @returns {Wish[]} those that have a name */
export function ownWishes(form) {
  const kept = new FormData(form).get("own");
  /** @type {Wish[]} */
  const wishes = JSON.parse(String(kept ?? "[]"));
  return wishes.map((wish) => ({ ...wish, name: slug(wish.name), prompt: wish.prompt.trim() }))
    .filter(({ name }) => name !== "");
}

/** @param {string} kind @param {Partial<Wish>} wish @param {() => void} leave */
function ownRow(kind, { name = "", prompt = "" }, leave) {
  const id = freshId("own");
  const view = kind === "view";
  const what = view ? "View" : "Expression";
  return h(
    "li",
    { class: "own-slot", "data-kind": kind },
    h("div", { class: "field" }, h("label", { for: id }, `${what}’s name`), nameInput(id, name, view)),
    h(
      "div",
      { class: "field" },
      h("label", { for: `${id}-prompt` }, view ? "What it shows" : "How it looks (optional)"),
      h("input", {
        type: "text",
        id: `${id}-prompt`,
        "data-part": "prompt",
        value: prompt,
        required: view,
        maxlength: 500,
        autocomplete: "off",
        placeholder: view ? "From behind, looking over the shoulder" : "A hearty laugh, eyes nearly closed",
      }),
    ),
    h("button", { type: "button", class: "small", onclick: leave }, "Take away"),
  );
}

/** @param {string} id @param {string} name @param {boolean} view */
function nameInput(id, name, view) {
  return h("input", {
    type: "text",
    id,
    "data-part": "name",
    value: name,
    required: true,
    maxlength: 40,
    autocomplete: "off",
    placeholder: view ? "Over the shoulder" : "Laughing",
  });
}

/** @param {Element} row @returns {Wish} */
function read(row) {
  /** @param {string} part */
  const of = (part) => row.querySelector(`[data-part="${part}"]`);
  const name = /** @type {HTMLInputElement} */ (of("name")).value;
  const prompt = /** @type {HTMLInputElement} */ (of("prompt")).value;
  return { kind: row.getAttribute("data-kind") ?? "view", name, prompt };
}

/** "over_the_shoulder" of "Over the shoulder!". @param {string} name */
function slug(name) {
  const plain = name.normalize("NFKD").toLowerCase().replaceAll(/[^a-z0-9_-]+/g, "_");
  return plain.replaceAll(/^_+|_+$/g, "").slice(0, 40);
}
