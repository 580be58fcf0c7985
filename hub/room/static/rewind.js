// Where a replay stands and what it needs next. Pure: no page, no clock, no network.

export const SPEEDS = [1, 4, 15, 60, 120];
const AHEAD_MS = 8_000; // of watching, fetched in one go
const FRAMES = 40; // pictures in that time
const MOST_FRAMES = 240;

const within = (tape, at) => Math.min(Math.max(at, tape.first), tape.last);

// The time of the room after `ms` of watching at a speed; never beyond what is there.
export function advance(tape, at, ms, speed) {
  return within(tape, at + ms * speed);
}

// A jump of `by` from a moment, such as an arrow key makes.
export function jump(tape, at, by) {
  return within(tape, at + by);
}

// The next piece to fetch, from `from` on: { after, until, frames }; null at the end.
// At 1x a frame stands for 200 ms of the room, at 120x for 24 s.
export function piece(tape, from, speed) {
  if (from >= tape.last) {
    return null;
  }
  const until = Math.min(from + AHEAD_MS * speed, tape.last);
  const frames = Math.ceil((FRAMES * (until - from)) / (AHEAD_MS * speed));
  return { after: from, until, frames: Math.min(Math.max(frames, 1), MOST_FRAMES) };
}

// Whether it is time to fetch: less than half a piece lies ahead.
export function hungry(tape, at, known, speed) {
  return known < tape.last && known - at < (AHEAD_MS * speed) / 2;
}

// Splits frames into those that are due at a moment and the rest.
export function due(frames, at) {
  const split = frames.findIndex((frame) => frame.at > at);
  return split < 0 ? [frames, []] : [frames.slice(0, split), frames.slice(split)];
}

// The mark before or after a moment; undefined when there is none.
export function neighbour(marks, at, forward) {
  return forward ? marks.find((mark) => mark.at > at) : marks.findLast((mark) => mark.at < at);
}

// The path of a small bar chart, one unit wide a bin and one high; "" when all is quiet.
export function bars(passes) {
  const most = Math.max(...passes, 0);
  return passes
    .map((n, at) => (n ? `M${at} 1v${-(n / most).toFixed(3)}h0.8V1z` : ""))
    .join("");
}

// Where a moment lies on the tape, 0 to 1.
export function part(tape, at) {
  const whole = tape.last - tape.first;
  return whole > 0 ? (within(tape, at) - tape.first) / whole : 0;
}
