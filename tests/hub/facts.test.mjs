// The board's facts: state, folding, order, queue, sentences, the stream's reader.
// tests/hub/test_facts.py copies the pure modules beside this file and runs it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as facts from "./facts.js";
import * as order from "./order.js";
import * as queue from "./queue.js";
import { reader } from "./stream.js";
import { take } from "./strings.js";
import * as words from "./words.js";

const read = (language) => JSON.parse(readFileSync(new URL(`${language}.json`, import.meta.url)));
take("en", read("en"));

const LAB = { slug: "lab", steps: ["a", "b", "c"].map((id) => ({ id, title: id, hints: [] })) };
const STEPS = facts.stepsOf(LAB);

// A seat whose steps are written "pt.": passed, trying, untouched; f is a check's fault,
// s a step at which it is stuck.
function seat(number, states, more = {}) {
  const steps = {};
  let stuck = null;
  [...states].forEach((letter, at) => {
    const kind = { p: "passed", t: "trying", f: "trying", s: "trying" }[letter];
    if (kind) {
      steps[STEPS[at].key] = { state: kind, attempts: 1, failed: "ts".includes(letter) ? 1 : 0, errors: letter === "f" ? 1 : 0, last_at: 10 };
    }
    if (letter === "s") {
      stuck = { lab: "lab", step: STEPS[at].id, why: "same", since: 10, count: 3 };
    }
  });
  return { seat: `s${number}`, number, name: `N${number}`, claimed_at: 1, last_at: 5, heard_at: 5, gaps: 0, ask: null, steps, stuck, zone: "", away: false, ...more };
}

// What the room sends of its steps: [passed, trying, stuck, none] each.
function said(front, ...rows) {
  const steps = rows.map(([passed, trying, stuck, none]) => ({ passed, trying, stuck, none, faults: 0 }));
  return words.sentence({ steps, front }, STEPS, rows[0] ? rows[0].reduce((sum, n) => sum + n, 0) : 0);
}

test("where a seat stands: passed goes before stuck, a check's fault is never trying", () => {
  const states = (letters, more) => STEPS.map((step) => facts.stateOf(seat(1, letters, more), step.key)).join(" ");
  assert.equal(states("pt."), "passed trying none");
  assert.equal(states("ps."), "passed stuck none");
  assert.equal(states("f.."), "fault none none");
  const since = { stuck: { lab: "lab", step: "a", why: "slow", since: 1, count: 0 } };
  assert.equal(states("p..", since), "passed none none");
  assert.equal(states("...", since), "stuck none none");
  assert.equal(facts.stateOf({ steps: { "lab/a": { state: "passed", errors: 2, failed: 0 } } }, "lab/a"), "passed");
  assert.equal(facts.stateOf({ steps: { "lab/a": { state: "untouched", attempts: 0, failed: 0, errors: 0, hints: 2 } } }, "lab/a"), "none");
});

test("the sentence says what the room counted, at its front", () => {
  const cases = [
    [said(0, [0, 0, 0, 2], [0, 0, 0, 2]), "2 people are here. Nobody has started step 1 yet.", ""],
    [said(0, [0, 0, 0, 1]), "1 person is here. Nobody has started step 1 yet.", ""],
    [said(0, [0, 1, 0, 1], [0, 0, 0, 2]), "Nobody has passed step 1 yet, 1 is trying, 1 has not started it.", ""],
    [said(1, [5, 0, 0, 0], [31, 5, 2, 0]), "31 of 38 have passed step 2, 5 are trying, 2 are stuck.", "If you move on now, 7 people are not there."],
    [said(0, [1, 0, 1, 0], [0, 0, 0, 2]), "1 of 2 has passed step 1, 1 is stuck.", "If you move on now, 1 person is not there."],
    [said(0, [2, 0, 0, 0], [0, 0, 0, 2]), "All 2 have passed step 1.", "Nobody has started step 2 yet."],
    [said(0, [3, 0, 0, 0], [0, 0, 1, 2]), "All 3 have passed step 1.", "1 has started step 2."],
    [said(0, [1, 0, 0, 0], [1, 0, 0, 0]), "The only one here has passed every step.", ""],
    [said(1, [2, 0, 0, 0], [2, 0, 0, 0]), "All 2 have passed every step.", ""],
  ];
  for (const [{ main, more }, first, second] of cases) {
    assert.deepEqual([main, more], [first, second]);
  }
  assert.equal(words.sentence({ steps: [], front: 0 }, [], 0).main, "Nobody is here yet.");
  assert.equal(words.sentence({ steps: [], front: 0 }, [], 2).main, "2 people are here. This lab has no steps.");
});

test("the plan is said with its sign, and not at all without one", () => {
  assert.equal(words.pace(null), null);
  assert.deepEqual(words.pace(4), { figure: "+4 min", words: "behind the plan" });
  assert.deepEqual(words.pace(-3), { figure: "−3 min", words: "ahead of the plan" });
  assert.deepEqual(words.pace(0), { figure: "on time", words: "the plan" });
});

test("why somebody is stuck is said in plain words", () => {
  const why = (kind, count, since = 0) => words.why({ why: kind, count, since }, 9 * 60_000);
  assert.equal(why("same", 3), "the same mistake 3 times");
  assert.equal(why("failing", 4), "not right 4 times");
  assert.equal(why("slow", 0), "nothing new for 9 minutes");
  assert.equal(why("slow", 0, 9 * 60_000 - 5), "nothing new for 1 minute");
});

test("who needs somebody comes first: who waits, who is stuck, where somebody goes", () => {
  const ask = (state, position = null) => ({ ask: { id: "x", state, position, at: 1, by: "", who: "" } });
  const seats = [
    seat(1, "pp."), seat(2, "ppp"), seat(3, "pps"), seat(4, "p..", { away: true }), seat(5, "ppt", ask("waiting", 2)),
    seat(6, "t..", ask("claimed")), seat(7, "pps", { heard_at: 1 }), seat(8, "ppp", ask("waiting", 1)), seat(9, "p..", ask("answered")),
  ];
  seats[6].stuck = { ...seats[6].stuck, since: 4 };
  const numbers = (list) => list.map((one) => one.number);
  assert.deepEqual(numbers(order.sorted(seats, STEPS, "need", false)), [8, 5, 7, 3, 6, 9, 1, 4, 2]);
  assert.deepEqual(numbers(order.sorted(seats, STEPS, "seat", false)), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("furthest behind comes first, among equals the longest silent", () => {
  const seats = [seat(1, "pp."), seat(2, "p..", { heard_at: 9 }), seat(3, "p..", { heard_at: 3 }), seat(4, "...", { heard_at: null, last_at: null })];
  assert.deepEqual(order.sorted(seats, STEPS, "behind", false).map((one) => one.number), [4, 3, 2, 1]);
});

test("hidden names do not leak, neither by their order nor by a search", () => {
  const seats = [seat(1, "", { name: "Zoë" }), seat(2, "", { name: "ana" }), seat(3, "", { name: "Ana (2)" })];
  const by = (hidden) => order.sorted(seats, STEPS, "name", hidden).map((one) => one.number);
  assert.deepEqual(by(false), [2, 3, 1]);
  assert.deepEqual(by(true), [1, 2, 3]);
  assert.equal(order.chosen(seats, STEPS, { find: "ANA" }, false).length, 2);
  assert.equal(order.chosen(seats, STEPS, { find: "ana" }, true).length, 0);
  assert.equal(words.nameOf(seats[0], true), "Seat 1");
});

test("filters hold together", () => {
  const going = { id: "x", state: "claimed", by: "u1", who: "helper 2", at: 1 };
  const seats = [seat(1, "s..", { zone: "3" }), seat(2, "t..", { zone: "3", ask: going }), seat(3, "t..", { zone: "10", away: true }), seat(4, "p..")];
  const kept = (wish) => order.chosen(seats, STEPS, wish, false).map((one) => one.number);
  assert.deepEqual(kept({}), [1, 2, 3, 4]);
  assert.deepEqual(kept({ only: "stuck" }), [1]);
  assert.deepEqual(kept({ only: "asking" }), [2]);
  assert.deepEqual(kept({ only: "away" }), [3]);
  assert.deepEqual(kept({ zone: "3", only: "stuck" }), [1]);
  assert.deepEqual(kept({ helper: "u1" }), [2]);
  assert.deepEqual(kept({ find: " 4 " }), [4]);
  assert.deepEqual(order.zonesOf(seats), ["3", "10"]);
  assert.deepEqual(order.helpersOf(seats), [["u1", "helper 2"]]);
});

test("rows that are held stay where they are, newcomers come below", () => {
  const seats = [seat(3, ""), seat(2, ""), seat(1, "")];
  assert.deepEqual(order.held(["s1", "gone", "s2"], seats).map((one) => one.seat), ["s1", "s2", "s3"]);
});

test("a snapshot is the truth, a delta replaces, old news changes nothing", () => {
  const snapshot = { row: 5, at: 1, room: { title: "A", claimed: 1 }, labs: [], now: { lab: { front: 0 }, other: { front: 1 } }, groups: [1], seats: [seat(1, "t")] };
  const first = facts.apply(null, "snapshot", snapshot);
  const second = facts.apply(first, "delta", { row: 6, at: 2, seats: [seat(1, "p"), seat(2, "")] });
  assert.equal(second.seats.size, 2);
  assert.equal(second.at, 2);
  assert.equal(facts.stateOf(second.seats.get("s1"), "lab/a"), "passed");
  assert.equal(first.seats.size, 1);
  assert.equal(facts.apply(second, "delta", { row: 4, seats: [seat(1, "t")] }), second);
  assert.deepEqual(facts.apply(second, "delta", { row: 7, room: { claimed: 2 } }).room, { title: "A", claimed: 2 });
  assert.deepEqual(facts.apply(second, "delta", { row: 7, now: { lab: { front: 2 } } }).now, { lab: { front: 2 }, other: { front: 1 } });
  assert.deepEqual(facts.apply(second, "delta", { row: 7, groups: [] }).groups, []);
  assert.equal(facts.apply(second, "snapshot", { ...snapshot, row: 3 }).seats.size, 1);
  assert.equal(facts.apply(null, "delta", { row: 1 }), null);
});

test("of a large room the seats of a message are all there are", () => {
  const large = facts.apply(null, "snapshot", { row: 1, room: {}, labs: [], aggregated: true, heat: { size: 25, blocks: [] }, seats: [seat(1, "s")] });
  const next = facts.apply(large, "delta", { row: 2, seats: [seat(9, "s")] });
  assert.deepEqual([...next.seats.keys()], ["s9"]);
  assert.deepEqual([...facts.apply(next, "delta", { row: 3, heat: { size: 25, blocks: [1] } }).seats.keys()], ["s9"]);
});

test("the room's own sums are shown; of a lab without any, zeros", () => {
  const sums = { steps: [{ passed: 1 }], front: 0, minutes: 2 };
  assert.equal(facts.sumsOf({ now: { lab: sums } }, LAB), sums);
  assert.equal(facts.sumsOf({ now: {} }, LAB).steps.length, 3);
  assert.equal(facts.sumsOf({ now: {} }, undefined).steps.length, 0);
  assert.equal(facts.stuckIn({ now: { lab: { steps: [{ stuck: 1 }, { stuck: 2 }] }, other: { steps: [{ stuck: 3 }] } } }), 6);
});

test("a seat opens where it is stuck, where it asks, else where it works", () => {
  const ask = { state: "waiting", lab: "lab", step: "c" };
  assert.equal(facts.placeIn(seat(1, "ps."), STEPS), 1);
  assert.equal(facts.placeIn(seat(1, "pt.", { ask }), STEPS), 2);
  assert.equal(facts.placeIn(seat(1, "pt.", { ask: { ...ask, state: "answered" } }), STEPS), 1);
  assert.equal(facts.placeIn(seat(1, "ppp"), STEPS), 2);
  assert.equal(facts.placeIn(seat(1, ""), []), 0);
});

test("the lab in which somebody worked last is shown first", () => {
  const labs = [{ slug: "one" }, { slug: "two" }];
  assert.equal(facts.busiest(labs, []), "one");
  const seats = [{ steps: { "one/a": { last_at: 3 }, "two/b": { last_at: 7 }, "gone/c": { last_at: 9 } } }];
  assert.equal(facts.busiest(labs, seats), "two");
});

test("times and addresses are in words that people say", () => {
  const minutes = (n) => words.ago(n * 60_000);
  assert.deepEqual([-5, 0.5, 1, 59, 60, 125, 1440, 2880].map(minutes), ["now", "now", "1 min", "59 min", "1 h 00", "2 h 05", "1 day", "2 days"]);
  assert.deepEqual([0, 120_000, 86_400_000].map(words.since), ["just now", "2 min ago", "1 day ago"]);
  assert.deepEqual([-1, 65_000, 3_725_000].map(words.lasting), ["0:00", "1:05", "1:02:05"]);
  assert.deepEqual([-1, 41 * 60_000, 70 * 60_000].map(words.span), ["00:00", "00:41", "01:10"]);
  assert.equal(facts.address("http://192.0.2.2:8000/"), "192.0.2.2:8000");
  assert.equal(facts.address("http://192.0.2.2:8000/hub/join?code=KUPA-37"), "192.0.2.2:8000");
  assert.equal(facts.address("https://labs.example"), "https://labs.example");
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
    asks(8, "solved"),
  ];
  const rows = queue.asking(seats, LABS, "me");
  assert.deepEqual(rows.map((row) => row.seat.number), [4, 2, 1, 6]);
  assert.deepEqual(rows.map((row) => row.mine), [false, false, true, false]);
  assert.deepEqual(rows.map((row) => row.where), ["A lab", ...Array(3).fill("Step 2 · Clean")]);
});

test("with several labs an ask names its lab; a lab that is gone is no error", () => {
  const two = [...LABS, { slug: "other", title: "Another", steps: [] }];
  const [row] = queue.asking([asks(1, "waiting", { position: 1 })], two, "me");
  assert.equal(row.where, "Step 2 · Clean · A lab");
  assert.equal(queue.asking([asks(1, "waiting", { lab: "gone" })], two, "me")[0].where, "");
});

test("what each of the staff can do about an ask", () => {
  const row = (state, mine) => ({ ask: { state }, mine });
  assert.deepEqual(queue.turns(row("waiting"), "helper"), ["claim"]);
  assert.deepEqual(queue.turns(row("claimed", true), "helper"), ["answer", "release"]);
  assert.deepEqual(queue.turns(row("claimed", false), "helper"), []);
  assert.deepEqual(queue.turns(row("claimed", false), "presenter"), ["answer", "release"]);
  assert.deepEqual(queue.turns(row("waiting"), "observer"), []);
  assert.deepEqual(queue.turns(row("waiting"), undefined), []);
});

test("who solved it alone or takes it back is told; what was answered, or asked anew, is not", () => {
  const before = queue.asking([1, 2, 3, 4, 5].map((number) => asks(number, "waiting")), LABS, "me");
  const after = [asks(1, "solved"), asks(2, "withdrawn"), asks(3, "answered"), asks(4, "solved", { id: "new" })];
  const gone = queue.parted(before, new Map(after.map((one) => [one.seat, one])));
  assert.deepEqual(gone.map((one) => one.number), [1, 2]);
});

test("what else is known of a step is said in short sentences", () => {
  assert.deepEqual(words.notes({ state: "untouched", hints: 2 }), ["Took 2 hints."]);
  assert.deepEqual(words.notes(undefined), []);
  const more = { state: "trying", caught_up: true, generation: 1, feedback: "too-slow", hints: 1, sent: 2 };
  assert.deepEqual(words.notes(more).slice(1), ["Was sent 2 hints.", "Skipped it: opened the state before a later step.", "Started again once.", "Their feedback: too slow."]);
});

test("of the staff people are told the role, in their language", () => {
  assert.deepEqual(["the helper", "presenter 2", "somebody", ""].map(words.staffOf), ["the helper", "presenter 2", "somebody", "somebody"]);
  take("de", read("en"), read("de"));
  assert.deepEqual(["the helper", "helper 2"].map(words.staffOf), ["die Hilfe", "Hilfe 2"]);
  assert.equal(said(0, [1, 1, 0, 0]).main, "1 von 2 hat Schritt 1 geschafft, 1 ist dabei.");
  assert.equal(words.since(3 * 86_400_000), "vor 3 Tagen");
  take("en", read("en"));
});
