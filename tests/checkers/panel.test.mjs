// The side panel's facts: which lab, which step, which cell, which words.
// tests/checkers/test_panel_facts.py copies facts.js beside this file and runs it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk } from "./desk.js";
import * as facts from "./facts.js";

const step = (id, more = {}) => ({
  id, title: id, minutes: 3, cells: [id], state: "untouched", now: null, attempts: 0,
  passed_at: null, last_at: null, generation: 0, caught_up: false, verified: false, gate: "",
  hints: { total: 0, open: [], held: false, offered: false }, ...more,
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

test("a watched step that work on an earlier one has stirred does not open", () => {
  const trying = { state: "trying", watch: true, needs: ["a"] };
  const after = step("c", { ...trying, last_at: 5 });
  const early = lab("l", passed("a", 1), step("b", { watch: true, needs: ["a"] }), after);
  assert.equal(facts.currentStep(early).id, "b");
  const held = lab("l", passed("a", 1), step("b", { watch: true, needs: ["x"] }), after);
  assert.equal(facts.currentStep(held).id, "c");
  const asked = lab("l", passed("a", 1), step("b"), after);
  assert.equal(facts.currentStep(asked).id, "c");
  const there = step("b", { caught_up: true });
  const caught = lab("l", step("a", { watch: true }), there, step("c", { ...trying, last_at: 5 }));
  assert.equal(facts.currentStep(caught).id, "c");
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

test("a step is watched until it is passed, unless it is shut or was caught up past", () => {
  const watch = step("b", { watch: true });
  const shut = lab("l", step("a", { gate: "strict" }), watch);
  assert.equal(facts.isWatched(lab("l", watch), watch), true);
  assert.equal(facts.isWatched(shut, watch), false);
  const done = { ...passed("b", 1), watch: true };
  const different = { ...done, now: "failed" };
  assert.equal(facts.isWatched(lab("l", done), done), false);
  assert.equal(facts.isWatched(lab("l", different), different), true);
  assert.equal(facts.isWatched(lab("l", step("b")), step("b")), false);
  const there = step("c", { watch: true, caught_up: true });
  const caught = lab("l", watch, there, step("d", { watch: true }));
  assert.deepEqual(caught.steps.map((one) => facts.isWatched(caught, one)), [false, true, true]);
  assert.deepEqual(caught.steps.map((one) => facts.isChecked(caught, one)), [false, true, true]);
  assert.deepEqual([facts.isChecked(shut, watch), facts.isBehind(shut, watch)], [false, false]);
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

test("a notebook that is still being read says nothing of a correction", () => {
  const sharedModel = { getSource: () => "old" };
  const panel = {
    context: { localPath: "l/l.ipynb", isReady: false },
    content: { model: {}, widgets: [{ model: { id: "a", type: "code", sharedModel } }] },
  };
  const tracker = { widgetAdded: { connect() {} }, forEach() {}, currentWidget: panel };
  const desk = new Desk({ tracker });
  const changes = [{ id: "a", was: "old", source: "new", locked: false }];
  assert.equal(desk.fitting(lab("l"), changes), null);
  panel.context.isReady = true;
  assert.equal(desk.fitting(lab("l"), changes), 1);
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

test("a countdown ticks at whole seconds and is over without an end", () => {
  const minute = 60_000;
  const stage = (left) => facts.stageOf(1e9, 1e9 - left);
  assert.deepEqual([9e5, minute, 1, 0, -10 * minute, -10 * minute - 1].map(stage), ["set", "soon", "soon", "over", "over", ""]);
  assert.equal(facts.stageOf(null, 1), "");
  const left = (ms) => facts.leftOf(1e9, 1e9 - ms);
  assert.deepEqual([1, 59_001, 300_000, 3_900_000, -5].map(left), ["0:01", "1:00", "5:00", "1:05:00", "0:00"]);
  for (const ms of [1, 999, 1_000, 1_001, 61_500]) {
    const wait = facts.untilTick(1e9, 1e9 - ms);
    assert.ok(wait >= 1 && wait <= 1_000);
    assert.notEqual(left(ms), left(ms - wait));
  }
  assert.equal(facts.untilTick(5, 5), minute);
  assert.equal(facts.shareLeft({ started_at: 0, ends_at: 200 }, 150), 25);
  assert.equal(facts.shareLeft({ ends_at: 200 }, 150), null);
  assert.equal(facts.shareLeft(null, 150), null);
});

test("a gate concerns its step and those after it, a strict one first", () => {
  const gated = (...gates) => lab("l", ...gates.map((gate, at) => step(`${at}`, { gate })));
  const words = (one) => one.steps.map((each) => facts.sideOf(each, String, facts.isShut(one, each))[0]);
  const kinds = (one) => one.steps.map((each) => facts.gateAt(one, each)?.kind ?? "");
  assert.deepEqual(words(gated("", "soft", "")), Array(3).fill("side.minutes"));
  assert.deepEqual(kinds(gated("", "soft", "")), ["", "soft", "soft"]);
  assert.deepEqual(words(gated("soft", "strict", "", "soft")), ["side.minutes", "side.minutes", "side.shut", "side.shut"]);
  assert.deepEqual(kinds(gated("soft", "strict", "")), ["soft", "strict", "strict"]);
  const one = gated("", "strict", "");
  assert.equal(facts.gateAt(one, one.steps[0]), null);
  const soft = lab("l", { ...passed("a", 1), gate: "soft" }, step("b", { gate: "soft" }), step("c"));
  const said = soft.steps.map((each) => facts.gateKey(soft, facts.gateAt(soft, each)));
  assert.deepEqual(said, ["gate.soft", "gate.soft", "gate.soft"]);
  const ahead = gated("soft", "");
  assert.deepEqual(ahead.steps.map((each) => facts.gateKey(ahead, facts.gateAt(ahead, each))), ["gate.ahead", "gate.soft"]);
  assert.deepEqual(facts.gateAt(one, one.steps[2]), { kind: "strict", number: 2, behind: true });
});

test("what staff do is news once, and all is quiet without it", () => {
  const ids = (state, one) => facts.newsOf(state, one).map(([id, key]) => `${id} ${key}`);
  const quiet = { goal: null, visit: "" };
  assert.deepEqual(ids(quiet, lab("l", step("a"))), ["gate gate.opened"]);
  const sent = { total: 2, open: [{ text: "x", sent: false }, { text: "y", sent: true }], held: false, offered: false };
  const busy = { labs: [lab("l", step("a"), step("b"))], goal: { lab: "l", step: "b", number: 2, at: 7, behind: true }, visit: "a helper" };
  assert.deepEqual(ids(busy, lab("l", step("a", { gate: "soft", hints: sent }), step("b"))), [
    "gate/soft/1 gate.ahead", "goal/l/b/7 goal.title", "visit/a helper visit.helper", "hint/a/1 hints.arrived",
  ]);
  assert.deepEqual(ids({ ...busy, goal: { ...busy.goal, behind: false }, visit: "" }, lab("l")), ["gate gate.opened"]);
  assert.deepEqual(facts.newsOf(busy, lab("l"))[1][2], { at: 2, title: "b" });
  assert.equal(facts.visitOf("the presenter"), "visit.presenter");
});

test("messages seen elsewhere are not notified, and reports on their way are not said", () => {
  const messages = [{ at: 1 }, { at: 3, seen: true }, { at: 4, seen: false }];
  assert.deepEqual(facts.unseen(messages, 2), [messages[2]]);
  const heard = ["line.connected", "line.sending", "line.away", "line.away-nothing", "line.refused"].map(facts.heardOf);
  assert.deepEqual(heard, ["line.connected-only", "line.connected-only", "line.away-nothing", "line.away-nothing", "line.refused"]);
});

test("another answer takes the place of the one before, never of what is being written", () => {
  assert.equal(facts.draftOf("", "", "red"), "red");
  assert.equal(facts.draftOf("red", "red", ""), "");
  assert.equal(facts.draftOf("12,5", "", "12,5 rows"), "12,5");
});
