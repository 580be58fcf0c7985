// Which seats are shown, and in which order. Pure.

import { isOpen, passedOf, stateOf } from "./facts.js";

export const ORDERS = ["need", "behind", "seat", "name"];
export const ONLY = ["all", "stuck", "asking", "away"];

const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
const byNumber = (a, b) => a.number - b.number;
const silentSince = (seat) => seat.heard_at ?? seat.last_at ?? seat.claimed_at ?? 0;

// Seats in the wished order: `need` puts first who waits for help, then who is stuck,
// longest first; `behind` whoever passed least, among them the longest silent. Hidden
// names do not leak by their order.
export function sorted(seats, steps, order, hidden) {
  const list = [...seats];
  if (order === "name" && !hidden) {
    return list.sort((a, b) => collator.compare(a.name, b.name) || byNumber(a, b));
  }
  if (order !== "behind" && order !== "need") {
    return list.sort(byNumber);
  }
  const keys = new Map(list.map((seat) => [seat.seat, (order === "need" ? needKey : behindKey)(seat, steps)]));
  return list.sort((a, b) => compare(keys.get(a.seat), keys.get(b.seat)) || byNumber(a, b));
}

const behindKey = (seat, steps) => [passedOf(seat, steps), silentSince(seat)];

// Waiting, stuck, somebody goes there, working, away, everything passed.
function needKey(seat, steps) {
  const done = steps.length > 0 && passedOf(seat, steps) === steps.length;
  if (seat.ask?.state === "waiting") {
    return [0, seat.ask.position ?? Infinity, seat.ask.at];
  }
  if (isStuck(seat, steps)) {
    return [1, seat.stuck.since, 0];
  }
  if (isOpen(seat.ask)) {
    return [2, seat.ask.at, 0];
  }
  return [done ? 5 : seat.away ? 4 : 3, ...behindKey(seat, steps)];
}

function compare(a, b) {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : a[at] - b[at];
}

const isStuck = (seat, steps) => Boolean(seat.stuck) && steps.some((step) => stateOf(seat, step.key) === "stuck");

// The seats that the filters let through; "" and "all" let everybody through.
export function chosen(seats, steps, { only = "all", zone = "", helper = "", find = "" }, hidden) {
  const words = find.trim().toLocaleLowerCase();
  const kept = {
    all: () => true,
    stuck: (seat) => isStuck(seat, steps),
    asking: (seat) => isOpen(seat.ask),
    away: (seat) => seat.away,
  }[only];
  return [...seats].filter(
    (seat) =>
      kept(seat) &&
      (!zone || seat.zone === zone) &&
      (!helper || seat.ask?.by === helper) &&
      (!words || String(seat.number) === words || (!hidden && seat.name.toLocaleLowerCase().includes(words))),
  );
}

// The tables of the room, in the order in which people count them.
export function zonesOf(seats) {
  return [...new Set([...seats].map((seat) => seat.zone).filter(Boolean))].sort(collator.compare);
}

// Who of the staff went to somebody: [user, words], in the order of their words.
export function helpersOf(seats) {
  const found = new Map();
  for (const { ask } of seats) {
    if (ask?.by) {
      found.set(ask.by, ask.who);
    }
  }
  return [...found].sort((a, b) => collator.compare(a[1], b[1]));
}

// The rows in their old order, newcomers last.
export function held(order, seats) {
  const left = new Map(seats.map((seat) => [seat.seat, seat]));
  const kept = order.filter((id) => left.has(id)).map((id) => left.get(id));
  kept.forEach((seat) => left.delete(seat.seat));
  return [...kept, ...left.values()];
}
