// What the room's pages say. tests/hub/test_strings_js.py copies strings.js beside this
// file and runs it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { locale, pick, say, speak, take } from "./strings.js";

test("the room's language goes before the browser's", () => {
  assert.equal(pick("de", ["en-GB"]), "de");
  assert.equal(pick("", ["fr", "de-AT", "en"]), "de");
  assert.equal(pick("", ["fr-CH"]), "en");
  assert.equal(pick("fr", ["de"]), "en");
  assert.equal(pick("", []), "en");
});

test("names are filled in and nothing else is", () => {
  take("en", { hello: "{name}, {passed} of {total}. {other}" });
  const said = say("hello", { name: "<b>{total}", passed: 0, total: 6 });
  assert.equal(said, "<b>{total}, 0 of 6. {other}");
});

test("a count picks its form", () => {
  take("de", { "minutes.one": "{count} Minute", "minutes.other": "{count} Minuten" });
  assert.equal(say("minutes", { count: 1 }), "1 Minute");
  assert.equal(say("minutes", { count: 0 }), "0 Minuten");
  assert.equal(locale(), "de-DE");
});

test("what a language lacks is said in English, what nobody knows is shown", () => {
  take("de", { a: "one", b: "two" }, { a: "eins" });
  assert.equal(say("a"), "eins");
  assert.equal(say("b"), "two");
  assert.equal(say("no.such.key"), "no.such.key");
});

test("the last language asked for stays, whichever arrives last", async () => {
  const waiting = [];
  globalThis.document = { documentElement: { lang: "" } };
  Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-GB"] } });
  globalThis.fetch = (url) =>
    new Promise((done) => {
      const json = async () => ({ a: url.pathname.endsWith("de.json") ? "eins" : "one" });
      waiting.push(() => done({ ok: true, json }));
    });
  const [browsers, rooms] = [speak(), speak("de")];
  const [first, ...later] = waiting;
  later.forEach((answer) => answer());
  await rooms;
  first();
  await browsers;
  assert.equal(say("a"), "eins");
  assert.equal(locale(), "de-DE");
  assert.equal(document.documentElement.lang, "de");
});
