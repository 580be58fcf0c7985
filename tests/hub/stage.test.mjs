// Time left, the replay's cursor, what the wall says. tests/hub/test_stage.py copies the
// modules and the English sentences beside this file and runs it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as rewind from "./rewind.js";
import { behind, clockOf, left } from "./timing.js";
import { milestone, purpose, scene, sentences } from "./projection.js";
import { take } from "./strings.js";

take("en", JSON.parse(readFileSync(new URL("en.json", import.meta.url))));

const counts = (passed, trying, stuck, none) => ({ passed, trying, stuck, none });

test("time left is said as a clock, a begun second counts", () => {
  const cases = [[400_000, "06:40"], [399_001, "06:40"], [399_000, "06:39"], [1, "00:01"], [0, "00:00"], [-5, "00:00"], [3_600_000, "1:00:00"]];
  for (const [ms, words] of cases) {
    assert.equal(clockOf(ms), words);
  }
});

test("a countdown knows the share that is left, and when it is over", () => {
  const countdown = { started_at: 1_000, ends_at: 11_000 };
  assert.deepEqual(left(countdown, 6_000), { ms: 5_000, words: "00:05", share: 0.5, over: false });
  assert.deepEqual(left(countdown, 11_000), { ms: 0, words: "00:00", share: 0, over: true });
  assert.equal(left(countdown, 99_000).over, true);
  assert.equal(left(countdown, 0).share, 1);
  assert.equal(left({ ends_at: 5_000 }, 5_000).share, 0);
  assert.equal(left(null, 0), null);
  assert.equal(left({ ends_at: null }, 0), null);
});

test("behind a step is whoever neither passed the one before nor began it", () => {
  const sums = [counts(5, 3, 1, 1), counts(2, 4, 0, 4), counts(0, 0, 0, 10)];
  assert.deepEqual([0, 1, 2, 3].map((at) => behind(sums, at)), [0, 4, 8, 0]);
});

const TAPE = { first: 100_000, last: 1_000_000 };

test("a replay goes as fast as wished and never beyond the tape", () => {
  assert.equal(rewind.advance(TAPE, 100_000, 1_000, 15), 115_000);
  assert.equal(rewind.advance(TAPE, 999_000, 1_000, 120), 1_000_000);
  assert.equal(rewind.jump(TAPE, 105_000, -10_000), 100_000);
  assert.equal(rewind.part(TAPE, 550_000), 0.5);
  assert.equal(rewind.part({ first: 5, last: 5 }, 5), 0);
});

test("pieces follow each other without a hole until the end", () => {
  for (const speed of rewind.SPEEDS) {
    let known = TAPE.first;
    let pieces = 0;
    for (let next; (next = rewind.piece(TAPE, known, speed)); pieces += 1) {
      assert.equal(next.after, known);
      assert.ok(next.until > known && next.until <= TAPE.last);
      assert.ok(next.frames >= 1 && next.frames <= 240);
      known = next.until;
    }
    assert.equal(known, TAPE.last);
    assert.equal(pieces, Math.ceil((TAPE.last - TAPE.first) / (8_000 * speed)));
  }
});

test("it is time to fetch when less than half a piece lies ahead", () => {
  assert.equal(rewind.hungry(TAPE, 100_000, 220_000, 15), false);
  assert.equal(rewind.hungry(TAPE, 170_000, 220_000, 15), true);
  assert.equal(rewind.hungry(TAPE, 999_999, 1_000_000, 15), false);
});

test("frames are due by their time, each once and in order", () => {
  const frames = [1, 2, 2, 5].map((at) => ({ at }));
  const [ready, rest] = rewind.due(frames, 2);
  assert.deepEqual(ready.map((one) => one.at), [1, 2, 2]);
  assert.deepEqual(rest.map((one) => one.at), [5]);
  assert.deepEqual(rewind.due(rest, 9), [[{ at: 5 }], []]);
  assert.deepEqual(rewind.due([], 9), [[], []]);
});

test("marks before and after are found, the one we stand on is neither", () => {
  const marks = [{ at: 1 }, { at: 5 }, { at: 9 }];
  assert.equal(rewind.neighbour(marks, 5, true).at, 9);
  assert.equal(rewind.neighbour(marks, 5, false).at, 1);
  assert.equal(rewind.neighbour(marks, 9, true), undefined);
  assert.equal(rewind.neighbour(marks, 1, false), undefined);
});

test("the bars are as high as the busiest bin says", () => {
  assert.equal(rewind.bars([0, 2, 1]), "M1 1v-1h0.8V1zM2 1v-0.5h0.8V1z");
  assert.equal(rewind.bars([]), "");
});

const STEPS = [{ id: "a", number: 1, title: "Load", ...counts(38, 0, 0, 0) }, { id: "b", number: 2, title: "Clean", ...counts(1, 0, 0, 37) }];
const wall = (more = {}) => ({
  room: { state: "open" }, seats: { taken: 38, capacity: 40 }, lab: { slug: "lab" }, join: { code: "KUPA-37" },
  step: { number: 2, of: 2, title: "Clean" }, steps: STEPS, counts: counts(31, 5, 2, 0), ...more,
});

test("the wall says what the room can read aloud", () => {
  const cases = [
    [{}, ["31 of 38 have it.", "5 are trying, 2 could use a neighbour."]],
    [{ counts: counts(1, 1, 0, 1) }, ["1 of 3 has it.", "1 is trying."]],
    [{ counts: counts(0, 2, 1, 0) }, ["Nobody has it yet.", "2 are trying, 1 could use a neighbour."]],
    [{ counts: counts(3, 0, 0, 9) }, ["3 of 12 have it."]],
    [{ counts: counts(38, 0, 0, 0) }, ["All 38 have step 2."]],
    [{ counts: counts(1, 0, 0, 0) }, ["The only one here has step 2."]],
    [{ counts: counts(0, 0, 0, 12) }, ["12 people are here.", "Now: step 2 · Clean"]],
    [{ counts: counts(0, 0, 0, 0), seats: { taken: 0 } }, ["Welcome. Take a seat."]],
    [{ step: null, seats: { taken: 1 } }, ["1 person is here."]],
    [{ room: { state: "closed" } }, ["This room is closed."]],
    [{ room: { state: "new" } }, ["This room is not open yet."]],
  ];
  for (const [more, words] of cases) {
    assert.deepEqual(sentences(wall(more)), words);
  }
});

test("as long as nobody has begun, the way in is the picture", () => {
  const quiet = STEPS.map((step) => ({ ...step, ...counts(0, 0, 0, 9) }));
  assert.equal(scene(wall()), "lab");
  assert.equal(scene(wall({ steps: quiet })), "door");
  assert.equal(scene(wall({ steps: quiet, join: null })), "lab");
  assert.equal(scene(wall({ steps: [] })), "door");
  assert.equal(scene(wall({ room: { state: "closed" } })), "closed");
});

test("milestones and countdowns name their step", () => {
  assert.equal(milestone(wall()), "");
  assert.equal(milestone(wall({ milestone: { kind: "half", step: 1 } })), "Half of the room has passed step 1: Load");
  const countdown = (step, lab = "lab") => purpose(wall({ countdown: { lab, step, ends_at: 1 } }));
  assert.equal(countdown(""), "time left");
  assert.equal(countdown("b"), "this step");
  assert.equal(countdown("a"), "step 1");
});
