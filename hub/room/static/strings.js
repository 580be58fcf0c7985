// Sentences of the room's pages in the reader's language. English is the source: what
// another language lacks is said in English, and a key nobody knows is shown itself.
//
//   import { locale, say, speak } from "./strings.js";
//   await speak(room.language);        // "" = the browser's own
//   say("progress.passed", { passed: 3, total: 6 })   // "{passed} of {total} passed"
//   say("progress.minutes", { count: 5 })   // progress.minutes.one or .other by `count`
"use strict";

export const LANGUAGES = ["en", "de"];
const LOCALES = { en: "en-GB", de: "de-DE" };
let language = "en";
let sentences = {};
let asked = 0;
let taken = 0;

// Returns the first language we have: the room's, else by the browser's wishes.
export function pick(room, wishes) {
  for (const wish of room ? [room] : wishes) {
    const short = wish.toLowerCase().split("-")[0];
    if (LANGUAGES.includes(short)) {
      return short;
    }
  }
  return "en";
}

// Takes sentences as they are; `speak` does it with those of the server.
export function take(name, ...tables) {
  language = name;
  sentences = Object.assign({}, ...tables);
}

// Loads the sentences and tells the page which language it is in; the last one asked
// for stays, whichever arrives last.
export async function speak(room = "") {
  const name = pick(room, navigator.languages ?? []);
  const turn = (asked += 1);
  const tables = await Promise.all([...new Set(["en", name])].map(load));
  if (turn < taken) {
    return;
  }
  taken = turn;
  take(name, ...tables);
  document.documentElement.lang = name;
}

// What is under way when a network changes is dropped: asked again, a few times.
async function load(name) {
  for (const wait of [250, 500, 1_000, 2_000, 0]) {
    try {
      const answer = await fetch(new URL(`strings/${name}.json`, import.meta.url));
      if (answer.ok) {
        return await answer.json();
      }
    } catch {
      // Not there yet.
    }
    await new Promise((done) => setTimeout(done, wait));
  }
  return {};
}

// Returns the name under which Intl writes dates and numbers of the page's language.
export function locale() {
  return LOCALES[language];
}

// Returns a sentence with its {names} filled in.
export function say(key, values = {}) {
  let known = sentences[key];
  if (known === undefined && "count" in values) {
    const form = new Intl.PluralRules(language).select(values.count);
    known = sentences[`${key}.${form}`] ?? sentences[`${key}.other`];
  }
  return (known ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
