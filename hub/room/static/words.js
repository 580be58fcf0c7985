// What the board says, as sentences. Pure: all words come from strings.js.

import { say } from "./strings.js";

export const stateWords = (state) => say(`board.state.${state}`);

// The sentence a tired presenter can read aloud, and a second one that may follow.
export function sentence({ steps: sums, front }, steps, people) {
  if (people === 0) {
    return { main: say("board.say.nobody"), more: "" };
  }
  const here = say("board.say.here", { count: people });
  if (steps.length === 0) {
    return { main: `${here} ${say("board.say.stepless")}`, more: "" };
  }
  const { passed, trying, stuck, none } = sums[front];
  const total = passed + trying + stuck + none;
  const step = steps[front].number;
  if (passed + trying + stuck === 0) {
    return { main: `${here} ${say("board.say.unstarted", { step })}`, more: "" };
  }
  if (sums.every((sum) => sum.passed === total)) {
    return { main: say("board.say.done", { count: total }), more: "" };
  }
  if (passed === total) {
    return { main: say("board.say.all", { count: total, step }), more: next(sums[front + 1], steps[front + 1]) };
  }
  const parts = [
    passed ? say("board.say.passed", { count: passed, total, step }) : say("board.say.none-passed", { step }),
    trying ? say("board.say.trying", { count: trying }) : "",
    stuck ? say("board.say.stuck", { count: stuck }) : "",
    none ? say("board.say.none", { count: none }) : "",
  ];
  const more = passed ? say("board.say.behind", { count: total - passed }) : "";
  return { main: `${parts.filter(Boolean).join(", ")}.`, more };
}

function next(sum, step) {
  if (!step) {
    return "";
  }
  const begun = sum.passed + sum.trying + sum.stuck;
  return begun
    ? say("board.say.next", { count: begun, step: step.number })
    : say("board.say.unstarted", { step: step.number });
}

// How far the room is from the plan, as a figure and its words; null without a plan.
export function pace(minutes) {
  if (minutes === null || minutes === undefined) {
    return null;
  }
  if (minutes === 0) {
    return { figure: say("board.pace.on"), words: say("board.pace.plan") };
  }
  const sign = minutes > 0 ? "+" : "−";
  const figure = say("board.minutes", { count: `${sign}${Math.abs(minutes)}` });
  return { figure, words: say(minutes > 0 ? "board.pace.behind" : "board.pace.ahead") };
}

// Why somebody is stuck, in plain words.
export function why(stuck, now) {
  const count = stuck.why === "slow" ? Math.max(Math.floor((now - stuck.since) / 60_000), 1) : stuck.count;
  return say(`stuck.why.${stuck.why}`, { count });
}

// What else is known of a seat on a step, as short sentences.
export function notes(fact) {
  return [
    fact?.hints ? say("detail.hints", { count: fact.hints }) : "",
    fact?.sent ? say("detail.sent", { count: fact.sent }) : "",
    fact?.caught_up && fact.state !== "passed" ? say("detail.skipped") : "",
    fact?.generation ? say("detail.again", { count: fact.generation }) : "",
    fact?.feedback ? say("detail.feedback", { face: say(`detail.face.${fact.feedback}`) }) : "",
  ].filter(Boolean);
}

// What a seat is called on the board; names can be hidden.
export function nameOf(seat, hidden) {
  return hidden || !seat.name ? say("board.seat", { number: seat.number }) : seat.name;
}

// Who of the staff: the room says "the helper" or "helper 2", the page in its language.
export function staffOf(who) {
  const [, role, number] = /(presenter|helper)(?: (\d+))?$/.exec(who) ?? [];
  if (!role) {
    return say("board.who.somebody");
  }
  return number ? say(`board.who.${role}.of`, { number }) : say(`board.who.${role}`);
}

// A word at the beginning of a sentence.
export const first = (words) => words.replace(/^./u, (letter) => letter.toLocaleUpperCase());

export const zoneOf = (seat) => (seat.zone ? say("board.zone", { zone: seat.zone }) : "");

// How long, in words: "now", "4 min", "1 h 05", "3 days".
export function ago(ms) {
  const minutes = Math.floor(Math.max(ms, 0) / 60_000);
  if (minutes < 1) {
    return say("board.ago.now");
  }
  if (minutes < 60) {
    return say("board.minutes", { count: minutes });
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return say("board.ago.hours", { hours, minutes: String(minutes % 60).padStart(2, "0") });
  }
  return say("board.ago.days", { count: Math.floor(hours / 24) });
}

// How long ago, in words: "just now", "4 min ago".
export function since(ms) {
  if (ms < 60_000) {
    return say("board.since.now");
  }
  const days = Math.floor(ms / 86_400_000);
  return days ? say("board.since.days", { count: days }) : say("board.since", { ago: ago(ms) });
}

// A stretch of time that ticks, such as 2:05 or 1:02:05.
export function lasting(ms) {
  const seconds = Math.floor(Math.max(ms, 0) / 1_000);
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

// Hours and minutes, such as 00:41; what is over is 00:00.
export function span(ms) {
  const minutes = Math.ceil(Math.max(ms, 0) / 60_000);
  return [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, "0")).join(":");
}
