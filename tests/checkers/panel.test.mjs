// The side panel's facts: which lab, which step, which cell, which words.
// tests/checkers/test_panel_facts.py copies facts.js beside this file and runs it.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as facts from "./facts.js";

const step = (id, more = {}) => ({
  id, title: id, minutes: 3, cells: [id], state: "untouched", now: null, attempts: 0,
  passed_at: null, last_at: null, generation: 0, caught_up: false, verified: false, ...more,
});
const passed = (id, at) => step(id, { state: "passed", now: "passed", attempts: 1, passed_at: at, last_at: at });
const lab = (slug, ...steps) => ({
  slug, steps, passed: steps.filter((one) => one.state === "passed").length, minutes_left: 9,
});
const cell = (id, source, type = "code") => ({ id, source, type });

test("the nearest folder named like a lab decides, else what is chosen or open", () => {
  const labs = [lab("one", passed("a", 1)), lab("two", step("a"))];
  assert.equal(facts.shownLab(labs, "one/copies/x.ipynb", "two").slug, "one");
  assert.equal(facts.shownLab(labs, "one/two/x.ipynb", "").slug, "two");
  assert.equal(facts.shownLab(labs, "notes/x.ipynb", "one").slug, "one");
  assert.equal(facts.shownLab(labs, "", "").slug, "two");
  assert.equal(facts.shownLab([], "", ""), null);
});

test("the open step is the last touched, else the first not passed after catching up", () => {
  const touched = lab("l", passed("a", 5), step("b", { state: "trying", last_at: 3 }), step("c"));
  assert.equal(facts.currentStep(touched).id, "a");
  assert.equal(facts.nextStep(touched, touched.steps[0]).id, "b");
  assert.equal(facts.nextStep(touched, touched.steps[2]).id, "b");
  assert.equal(facts.currentStep(lab("l", step("a"), step("b"))).id, "a");
  assert.equal(facts.currentStep(lab("l", step("a"), step("b", { caught_up: true }), step("c"))).id, "b");
  assert.equal(facts.currentStep(lab("l")), null);
});

test("marks, states and side words agree", () => {
  const clock = (at) => `${at}`;
  assert.deepEqual(facts.sideOf(passed("a", 7), clock), ["side.passed", { time: "7" }]);
  assert.deepEqual(facts.sideOf(step("a", { state: "trying", attempts: 2 }), clock), ["side.try", { number: 2 }]);
  assert.deepEqual(facts.sideOf(step("a"), clock), ["side.minutes", { number: 3 }]);
  assert.equal(facts.markOf({ ...passed("a", 1), verified: true }), "verified");
  assert.equal(facts.wordOf({ ...passed("a", 1), now: "failed" }), "state.different");
  assert.equal(facts.wordOf(step("a")), "state.untouched");
});

test("the line about the connection promises nothing that is not so", () => {
  const at = (state, pending = 0, refused = 0) => ({ connection: { state, pending, refused } });
  const key = (...given) => facts.connectionOf(...given)[1];
  assert.equal(key(at("connected")), "line.connected");
  assert.equal(key(at("connected"), false, true), "line.connected-only");
  assert.equal(key(at("connected", 2)), "line.sending");
  assert.equal(key(at("connected", 0, 1)), "line.some-refused");
  assert.equal(key(at("away", 2)), "line.away");
  assert.equal(key(at("away")), "line.away-nothing");
  assert.equal(key(at("waiting")), "line.waiting");
  assert.equal(key(at("practice")), "line.practice");
  assert.equal(key(at("connected"), true), "line.no-agent");
});

test("a marker decides before an id, code before text, the newest after a reset", () => {
  const load = step("load-data");
  const cells = [cell("load-data", "x"), cell("b", "# step: load-data", "markdown"), cell("c", "// STEP : load_data"), cell("d", "# step: load-data\n1")];
  assert.equal(facts.cellOf(cells, load), 2);
  assert.equal(facts.cellOf(cells, load, 3), 3);
  assert.equal(facts.cellOf(cells, { ...load, generation: 1 }), 3);
  assert.equal(facts.cellOf(cells.slice(0, 2), load), 1);
  assert.equal(facts.cellOf(cells.slice(0, 1), load), 0);
  assert.equal(facts.cellOf([], load), -1);
  assert.deepEqual(facts.marked("## step: a\n-- Step: b\nx # step: c\n<!-- step: d -->"), ["a", "b", "d"]);
});

test("corrections fit untouched, locked and new cells only", () => {
  const cells = [cell("a", "old"), cell("b", "mine"), cell("c", "mine"), cell("d", "new")];
  const change = (id, was, more = {}) => ({ id, was, source: "new", locked: false, ...more });
  const fit = facts.applicable(cells, [
    change("a", "old"), change("b", "old"), change("c", "old", { locked: true }),
    change("d", "old"), change("e", null), change("a", null), change("gone", "old"),
  ]);
  assert.deepEqual(fit.map((one) => `${one.id} ${one.was}`), ["a old", "c old", "e null"]);
});

test("why saving failed is told by what the server said", () => {
  assert.equal(facts.reasonOf(500, "x [Errno 28] No space left on device"), "full");
  assert.equal(facts.reasonOf(500, "[Errno 122] Disk quota exceeded"), "full");
  assert.equal(facts.reasonOf(503, ""), "away");
  assert.equal(facts.reasonOf(0, "Failed to fetch"), "away");
  assert.equal(facts.reasonOf(500, "Permission denied"), "other");
});

test("help is there while somebody is, questions come at the end", () => {
  const open = { practice: false, connection: { state: "away" }, room: { state: "open" } };
  assert.ok(facts.hasHelpers(open));
  assert.ok(!facts.hasHelpers({ ...open, room: { state: "closed" } }));
  assert.ok(!facts.hasHelpers({ ...open, connection: { state: "practice" } }));
  assert.ok(facts.isEnd(open, lab("l", passed("a", 1))));
  assert.ok(!facts.isEnd(open, lab("l", step("a"))));
  assert.ok(facts.isEnd({ ...open, room: { state: "closed" } }, lab("l", step("a"))));
});
