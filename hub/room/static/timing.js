// What is left of a countdown, and who is behind. Pure: shared by Pace and the projector.

const two = (n) => String(n).padStart(2, "0");

// A span as people read a clock: "06:40", "1:05:00". Seconds that have begun count.
export function clockOf(ms) {
  const all = Math.ceil(Math.max(ms, 0) / 1_000);
  const [hours, minutes, seconds] = [Math.floor(all / 3_600), Math.floor(all / 60) % 60, all % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`;
}

// Of a countdown at a moment: { ms, words, share, over }; null when none runs. `share` is
// the part of its time that is left, 0 to 1.
export function left(countdown, now) {
  if (!countdown?.ends_at) {
    return null;
  }
  const ms = Math.max(countdown.ends_at - now, 0);
  const whole = countdown.ends_at - (countdown.started_at ?? now);
  const share = whole > 0 ? Math.min(ms / whole, 1) : 0;
  return { ms, words: clockOf(ms), share, over: ms === 0 };
}

// How many are not yet at a step, given the counts of its lab.
export function behind(sums, at) {
  const all = ({ passed, trying, stuck, none }) => passed + trying + stuck + none;
  if (at === 0 || !sums[at]) {
    return 0;
  }
  const begun = all(sums[at]) - sums[at].none;
  return all(sums[at]) - Math.max(sums[at - 1].passed, begun);
}
