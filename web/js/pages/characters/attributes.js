/** What can be said of a person: each optional, each in one's own words; suggestions to choose from. */

/** @typedef {import("../../api-types.d.ts").AttributesView} Attributes */
/** @typedef {{name: keyof Attributes, label: string, hint: string, suggestions: string[]}} Attribute */

/** The words fit the sentence a model is told: “age …”, “… eyes”, “hair worn …”, “dressed in … style”. */
/** @type {Attribute[]} */
export const ATTRIBUTES = [
  {
    name: "age_range",
    label: "Age",
    hint: "Such as “late thirties” or “61”",
    suggestions: [
      "early twenties",
      "late twenties",
      "thirties",
      "forties",
      "fifties",
      "sixties",
      "seventies",
    ],
  },
  {
    name: "presentation",
    label: "Presentation",
    hint: "How the person appears",
    suggestions: ["feminine", "masculine", "androgynous"],
  },
  {
    name: "ethnicity",
    label: "Ethnicity",
    hint: "As broad or as exact as you like",
    suggestions: [
      "Black African",
      "East Asian",
      "First Nations Australian",
      "Latin American",
      "Middle Eastern",
      "mixed",
      "Pacific Islander",
      "South Asian",
      "Southeast Asian",
      "white European",
    ],
  },
  {
    name: "hair_color",
    label: "Hair colour",
    hint: "Such as “dark brown, greying”",
    suggestions: ["black", "dark brown", "light brown", "auburn", "red", "blonde", "grey", "white"],
  },
  {
    name: "hair_style",
    label: "Hair style",
    hint: "How it is worn",
    suggestions: [
      "short",
      "closely cropped",
      "shoulder-length",
      "long and straight",
      "long and wavy",
      "in loose curls",
      "in tight coils",
      "in braids",
      "in a bun",
      "tied back",
    ],
  },
  {
    name: "eye_color",
    label: "Eye colour",
    hint: "Such as “grey-green”",
    suggestions: ["brown", "dark brown", "hazel", "green", "blue", "grey"],
  },
  {
    name: "body_type",
    label: "Build",
    hint: "Seen in half and full body",
    suggestions: ["slim", "athletic", "average", "broad-shouldered", "curvy", "stocky", "heavyset"],
  },
  {
    name: "outfit_style",
    label: "Outfit",
    hint: "What the person usually wears",
    suggestions: [
      "smart casual",
      "business",
      "minimalist",
      "streetwear",
      "outdoor",
      "vintage",
      "evening wear",
      "workwear",
    ],
  },
];

/** What is said of a person, in the order it is asked. @param {Attributes} attributes */
export function describedBy(attributes) {
  return ATTRIBUTES.flatMap(({ name, label }) => {
    const words = attributes[name];
    return words === null ? [] : [{ name, label, words }];
  });
}
