// The panel's sentences: strings/<language>.json, English where one is missing.

let catalogue = {};
let english = {};
let rules = new Intl.PluralRules("en");
let language = "en";

async function load(name) {
  const answer = await fetch(new URL(`../strings/${name}.json`, import.meta.url), { cache: "no-cache" });
  if (!answer.ok) {
    throw new Error(`${name}.json: ${answer.status}`);
  }
  return answer.json();
}

// Speak a language from now on; one without a catalogue is English.
export async function speak(name) {
  english = Object.keys(english).length ? english : await load("en");
  const wanted = (name || "en").toLowerCase().split("-")[0];
  try {
    catalogue = wanted === "en" ? english : await load(wanted);
    language = wanted;
  } catch {
    catalogue = english;
    language = "en";
  }
  rules = new Intl.PluralRules(language);
}

// The language that is spoken, for `lang` attributes.
export const spoken = () => language;

// The sentence of a key with its values; `number` decides between one and several.
export function say(key, values = {}) {
  const form = "number" in values ? `${key}.${rules.select(values.number)}` : key;
  const text = catalogue[form] ?? catalogue[key] ?? english[form] ?? english[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// A time of day in this browser's zone, such as 19:02.
export function clock(at) {
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(at));
}

// A day in words, such as 30 December.
export function day(at) {
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    day: "numeric",
    month: "long",
  }).format(new Date(at));
}
