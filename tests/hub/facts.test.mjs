// The board's facts: counts, sentence, order, folding, the stream's reader.
// tests/hub/test_facts.py copies facts.js and stream.js beside this file and runs it.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as facts from "./facts.js";
import { reader } from "./stream.js";

const STEPS = facts.stepsOf({ slug: "lab", steps: ["a", "b", "c"].map((id) => ({ id, title: id })) });

// A seat whose steps are written "pt.": passed, trying, untouched; f is a check's fault.
function seat(number, states, more = {}) {
  const steps = {};
  [...states].forEach((letter, at) => {
    const kind = { p: "passed", t: "trying", f: "trying" }[letter];
    if (kind) {
      steps[STEPS[at].key] = { state: kind, attempts: 1, failed: letter === "t" ? 1 : 0, errors: letter === "f" ? 1 : 0, last_at: 10 };
    }
  });
  return { seat: `s${number}`, number, name: `N${number}`, claimed_at: 1, last_at: 5, gaps: 0, steps, ...more };
}

function say(...rows) {
  const seats = rows.map((row, at) => seat(at + 1, row));
  const sums = facts.counts(seats, STEPS);
  return facts.sentence(sums, seats.length, STEPS);
}

test("counts take an iterator and add up to all seats", () => {
  const seats = new Map([[1, seat(1, "pp.")], [2, seat(2, "pt.")], [3, seat(3, "f..")]]);
  assert.deepEqual(facts.counts(seats.values(), STEPS), [
    { passed: 2, trying: 1, none: 0, faults: 1 },
    { passed: 1, trying: 1, none: 1, faults: 0 },
    { passed: 0, trying: 0, none: 3, faults: 0 },
  ]);
});

test("a check's own fault is never called trying, a passed step is passed", () => {
  assert.equal(facts.stateOf(seat(1, "f"), "lab/a"), "fault");
  assert.equal(facts.stateOf(seat(1, "t"), "lab/a"), "trying");
  const both = { steps: { "lab/a": { state: "passed", errors: 2, failed: 0 } } };
  assert.equal(facts.stateOf(both, "lab/a"), "passed");
});

test("the sentence is about the furthest step that half of the room has begun", () => {
  const cases = [
    [[], "Nobody is here yet."],
    [["...", "..."], "2 people are here. Nobody has started step 1 yet."],
    [["..."], "1 person is here. Nobody has started step 1 yet."],
    [["t..", "..."], "Nobody has passed step 1 yet, 1 is trying, 1 has not started it."],
    [["pp.", "pp.", "pp.", "pt.", "t.."], "3 of 5 have passed step 2, 1 is trying, 1 has not started it."],
    [["p..", "t..", "t.."], "1 of 3 has passed step 1, 2 are trying."],
    [["p..", "p.."], "All 2 have passed step 1."],
    [["ppp"], "The only one here has passed every step."],
    [["ppp", "ppp"], "All 2 have passed every step."],
  ];
  for (const [rows, expected] of cases) {
    assert.equal(say(...rows).main, expected);
  }
});

test("a second sentence says who would be left behind", () => {
  assert.equal(say("p..", "t..", "t..").more, "If you move on now, 2 people are not there.");
  assert.equal(say("pp.", "pt.").more, "If you move on now, 1 person is not there.");
  assert.equal(say("p..", "p..").more, "Nobody has started step 2 yet.");
  assert.equal(say("pt.", "p..", "p..").more, "1 has started step 2.");
  assert.equal(say("t..").more, "");
});

test("a lab without steps is said so", () => {
  assert.equal(facts.sentence([], 2, []).main, "2 people are here. This lab has no steps.");
});

test("furthest behind comes first, among equals the longest silent", () => {
  const seats = [seat(1, "pp."), seat(2, "p..", { last_at: 9 }), seat(3, "p..", { last_at: 3 }), seat(4, "...", { last_at: null })];
  const order = (...how) => facts.sorted(seats, STEPS, ...how).map((one) => one.number);
  assert.deepEqual(order("behind", false), [4, 3, 2, 1]);
  assert.deepEqual(order("seat", false), [1, 2, 3, 4]);
});

test("hidden names do not leak by their order", () => {
  const seats = [seat(1, "", { name: "Zoë" }), seat(2, "", { name: "ana" }), seat(3, "", { name: "Ana (2)" })];
  const order = (hidden) => facts.sorted(seats, STEPS, "name", hidden).map((one) => one.number);
  assert.deepEqual(order(false), [2, 3, 1]);
  assert.deepEqual(order(true), [1, 2, 3]);
  assert.equal(facts.nameOf(seats[0], true), "Seat 1");
});

test("a snapshot is the truth, a delta replaces, old news changes nothing", () => {
  const snapshot = { row: 5, room: { title: "A", claimed: 1 }, labs: [], seats: [seat(1, "t")] };
  const first = facts.apply(null, "snapshot", snapshot);
  const second = facts.apply(first, "delta", { row: 6, seats: [seat(1, "p"), seat(2, "")] });
  assert.equal(second.seats.size, 2);
  assert.equal(facts.stateOf(second.seats.get("s1"), "lab/a"), "passed");
  assert.equal(first.seats.size, 1);
  assert.equal(facts.apply(second, "delta", { row: 4, seats: [seat(1, "t")] }), second);
  assert.deepEqual(facts.apply(second, "delta", { row: 7, room: { claimed: 2 } }).room, { title: "A", claimed: 2 });
  assert.equal(facts.apply(second, "snapshot", { ...snapshot, row: 3 }).seats.size, 1);
  assert.equal(facts.apply(null, "delta", { row: 1 }), null);
});

test("the lab in which somebody worked last is shown first", () => {
  const labs = [{ slug: "one" }, { slug: "two" }];
  assert.equal(facts.busiest(labs, []), "one");
  const seats = [{ steps: { "one/a": { last_at: 3 }, "two/b": { last_at: 7 }, "gone/c": { last_at: 9 } } }];
  assert.equal(facts.busiest(labs, seats), "two");
});

test("ages and addresses are in words that people say", () => {
  const minutes = (n) => facts.ago(n * 60_000);
  assert.deepEqual([-5, 0.5, 1, 59, 60, 125, 1440, 2880].map(minutes), ["now", "now", "1 min", "59 min", "1 h 00", "2 h 05", "1 day", "2 days"]);
  assert.equal(facts.address("http://192.0.2.2:8000/"), "192.0.2.2:8000");
  assert.equal(facts.address("http://192.0.2.2:8000/hub/join?code=KUPA-37"), "192.0.2.2:8000");
  assert.equal(facts.address("https://labs.example"), "https://labs.example");
  assert.equal(facts.lost(1), "1 report lost");
});

test("the stream is read the same in whatever pieces it comes", () => {
  const text = ": hello\r\n\r\nevent: snapshot\r\nid: 4\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\n: keep\n\nevent: delta\nid: 5\ndata: Grüße\n\ndata:x\n\nid: 6\n\n";
  const expected = [
    { event: "snapshot", id: "4", data: '{"a":\n1}' },
    { event: "delta", id: "5", data: "Grüße" },
    { event: "message", id: "5", data: "x" },
  ];
  for (let size = 1; size <= text.length; size += 1) {
    const seen = [];
    const read = reader((one) => seen.push(one));
    for (let at = 0; at < text.length; at += size) {
      read(text.slice(at, at + size));
    }
    assert.deepEqual(seen, expected, `in pieces of ${size}`);
  }
});

const LABS = [{ slug: "lab", title: "A lab", steps: [{ id: "a", title: "Load" }, { id: "b", title: "Clean" }] }];

function asks(number, state, more = {}) {
  const ask = { id: `a${number}`, lab: "lab", step: "b", state, position: null, at: number, words: "", by: "", ...more };
  return seat(number, "", { ask });
}

test("whoever waits comes first, in the room's order; what is over is not shown", () => {
  const seats = [
    asks(1, "claimed", { by: "me" }),
    asks(2, "waiting", { position: 2 }),
    asks(3, "answered"),
    asks(4, "waiting", { position: 1, step: "" }),
    asks(5, "withdrawn"),
    asks(6, "claimed", { by: "other" }),
    seat(7, "", { ask: null }),
    seat(8, ""),
  ];
  const rows = facts.asking(seats, LABS, "me");
  assert.deepEqual(rows.map((row) => row.seat.number), [4, 2, 1, 6]);
  assert.deepEqual(rows.map((row) => row.mine), [false, false, true, false]);
  assert.deepEqual(rows.map((row) => row.where), ["A lab", ...Array(3).fill("Step 2 · Clean")]);
});

test("with several labs an ask names its lab; a lab that is gone is no error", () => {
  const two = [...LABS, { slug: "other", title: "Another", steps: [] }];
  const [row] = facts.asking([asks(1, "waiting", { position: 1 })], two, "me");
  assert.equal(row.where, "Step 2 · Clean · A lab");
  assert.equal(facts.asking([asks(1, "waiting", { lab: "gone" })], two, "me")[0].where, "");
});

test("a step with notes but no attempt is not started", () => {
  const steps = { "lab/a": { state: "untouched", attempts: 0, failed: 0, errors: 0, hints: 2 } };
  assert.equal(facts.stateOf({ steps }, "lab/a"), "none");
  assert.deepEqual(facts.notes(steps["lab/a"]), ["Took 2 hints."]);
  assert.deepEqual(facts.notes(undefined), []);
  const more = { state: "trying", caught_up: true, generation: 1, feedback: "too-slow", hints: 1 };
  assert.equal(facts.notes(more).length, 4);
});
