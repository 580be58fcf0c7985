// What the panel says, computed from what the agent sends. Pure: no page, no clock.

export const FACES = ["clear", "confusing", "broken", "too-slow", "loved"];

// The lab that a file belongs to: the nearest folder above it that is named like one.
export function labOf(labs, path) {
  const folders = path.split("/").slice(0, -1).reverse();
  for (const folder of folders) {
    const found = labs.find((lab) => lab.slug === folder);
    if (found) {
      return found;
    }
  }
  return null;
}

// The lab to show: the notebook's, else the one chosen, else the first not yet done.
export function shownLab(labs, path, chosen) {
  const open = labs.find((lab) => lab.passed < lab.steps.length);
  return (path && labOf(labs, path)) || labs.find((lab) => lab.slug === chosen) || open || labs[0] || null;
}

// Where own work begins: the step whose state was caught up to, or 0.
const startOf = (lab) => lab.steps.reduce((found, step, at) => (step.caught_up ? at : found), 0);

// Several watched steps are looked at together, so one that fails may only have been
// stirred by work on an earlier one: the first that can be done is the one in hand.
function inHand(lab, step) {
  if (!step.watch || step.state === "passed") {
    return step;
  }
  const start = startOf(lab);
  const done = (id) => lab.steps.some((one, at) => one.id === id && (at < start || one.state === "passed"));
  const open = (one) => one.watch && one.state !== "passed" && (one.needs ?? []).every(done);
  return lab.steps.slice(start).find(open) ?? step;
}

// The step to have open: the last one touched, else the first not passed, leaving out
// what was caught up.
export function currentStep(lab) {
  const touched = lab.steps.filter((step) => step.last_at);
  if (touched.length) {
    return inHand(lab, touched.reduce((one, other) => (other.last_at > one.last_at ? other : one)));
  }
  const open = (step) => step.state !== "passed";
  return lab.steps.slice(startOf(lab)).find(open) ?? lab.steps.find(open) ?? lab.steps[0] ?? null;
}

// The step to go on with after `step`: the next not passed, else the first not passed.
export function nextStep(lab, step) {
  const at = lab.steps.indexOf(step);
  const open = (one) => one !== step && one.state !== "passed";
  return lab.steps.slice(at + 1).find(open) ?? lab.steps.find(open) ?? null;
}

export function markOf(step) {
  if (step.state === "passed") {
    return step.verified ? "verified" : "passed";
  }
  return step.state === "trying" ? "trying" : "none";
}

// Passed earlier and not as it stands now.
export const isDifferent = (step) => step.state === "passed" && step.now === "failed";

// The short words at the right of a step: key and values for the catalogue.
export function sideOf(step, clock, shut = false) {
  if (step.state === "passed") {
    return step.passed_at ? ["side.passed", { time: clock(step.passed_at) }] : ["side.passed-plain", {}];
  }
  if (shut) {
    return ["side.shut", {}];
  }
  if (step.state === "trying" && step.attempts) {
    return ["side.try", { number: step.attempts }];
  }
  if (step.caught_up) {
    return ["side.caught-up", {}];
  }
  return ["side.minutes", { number: step.minutes }];
}

// The word for a step's state, which stands beside its mark for a screen reader.
export function wordOf(step) {
  if (isDifferent(step)) {
    return "state.different";
  }
  return `state.${step.state}`;
}

// The line below the progress bar.
export function progressOf(lab) {
  const all = lab.steps.length;
  if (all && lab.passed >= all) {
    return ["progress.all", { number: all }];
  }
  const values = { passed: lab.passed, all, number: lab.minutes_left };
  return [lab.minutes_left ? "progress.some" : "progress.bare", values];
}

// How it stands between seat and room, as a mark, a key and values.
export function connectionOf(state, trouble, unsaved = false) {
  if (trouble) {
    return ["away", "line.no-agent", {}];
  }
  const { state: how, pending: number, refused } = state.connection;
  if (how === "connected") {
    if (refused) {
      return ["refused", "line.some-refused", { number: refused }];
    }
    if (number) {
      return ["waiting", "line.sending", { number }];
    }
    return ["connected", unsaved ? "line.connected-only" : "line.connected", {}];
  }
  if (how === "practice" || how === "refused") {
    return [how, `line.${how}`, {}];
  }
  if (how === "waiting" && !number) {
    return ["waiting", "line.waiting", {}];
  }
  return ["away", number ? "line.away" : "line.away-nothing", { number }];
}

// Whether there is anybody to ask.
export function hasHelpers(state) {
  return !state.practice && state.connection.state !== "practice" && state.room?.state !== "closed";
}

export const isOpenAsk = (ask) => Boolean(ask) && ["saved", "waiting", "claimed"].includes(ask.state);

// Whether the closing questions are offered by themselves.
export function isEnd(state, lab) {
  return state.room?.state === "closed" || (lab.steps.length > 0 && lab.passed >= lab.steps.length);
}

// The room's messages, the newest first.
export const newestFirst = (messages) => [...messages].sort((one, other) => other.at - one.at);

// Messages that came after the one that was notified last and were seen nowhere yet.
export function unseen(messages, seenAt) {
  return messages.filter((message) => message.at > seenAt && !message.seen);
}

// Whole minutes until a time; 0 when it has passed.
export const minutesUntil = (at, now) => Math.max(0, Math.ceil((at - now) / 60_000));

const MINUTE_MS = 60_000;
const REMEMBERED_MS = 10 * MINUTE_MS;

// How far a countdown is: "set", "soon" (its last minute), "over" for ten minutes, "".
export function stageOf(ends, now) {
  if (ends === null || now - ends > REMEMBERED_MS) {
    return "";
  }
  if (ends <= now) {
    return "over";
  }
  return ends - now <= MINUTE_MS ? "soon" : "set";
}

// The time left, such as 4:59 or 1:04:59; begun seconds count.
export function leftOf(ends, now) {
  const seconds = Math.max(0, Math.ceil((ends - now) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}

// Milliseconds until the time left is another one; seldom once it is over.
export const untilTick = (ends, now) => (ends <= now ? MINUTE_MS : (ends - now - 1) % 1000 + 1);

// How much of a countdown is left, in percent; null when its beginning is not known.
export function shareLeft(countdown, now) {
  const all = (countdown?.ends_at ?? 0) - (countdown?.started_at ?? Infinity);
  return all > 0 ? Math.min(100, Math.max(0, (100 * (countdown.ends_at - now)) / all)) : null;
}

// The gate that concerns a step: its own or one before it, a strict one first; how it
// is called, the number of its step, and whether this step lies behind it.
export function gateAt(lab, step) {
  const at = lab.steps.indexOf(step);
  const gates = lab.steps.slice(0, at + 1).map((one, number) => ({ kind: one.gate, number: number + 1, behind: number < at }));
  return gates.find((gate) => gate.kind === "strict") ?? gates.find((gate) => gate.kind) ?? null;
}

// What is said of a gate, as a key: who has its step still to do need not wait yet.
export function gateKey(lab, { kind, number, behind }) {
  const ahead = kind === "soft" && !behind && lab.steps[number - 1].state !== "passed";
  return ahead ? "gate.ahead" : `gate.${kind}`;
}

// Whether a step lies behind a strict gate: it is not checked until that opens.
export function isShut(lab, step) {
  const gate = gateAt(lab, step);
  return gate?.kind === "strict" && gate.behind;
}

// Whether a step lies before the one whose state was caught up to: its work is the author's.
export const isBehind = (lab, step) => lab.steps.indexOf(step) < startOf(lab);

// Whether a step is checked when somebody asks.
export const isChecked = (lab, step) => !isShut(lab, step) && !isBehind(lab, step);

// Whether a step is checked by itself now: what is passed is not.
export function isWatched(lab, step) {
  const open = step.state !== "passed" || isDifferent(step);
  return Boolean(step.watch) && open && isChecked(lab, step);
}

// What stands in a form once another answer is known than before: what is being written
// stays.
export const draftOf = (draft, before, given) => (draft === before ? given : draft);

// Who of the staff is at this seat, as a key.
export const visitOf = (visit) => (/helper/.test(visit) ? "visit.helper" : "visit.presenter");

// What a screen reader hears when it becomes so: [id, key, values], each id new once.
export function newsOf(state, lab) {
  const gate = lab.steps.length ? gateAt(lab, lab.steps[lab.steps.length - 1]) : null;
  const items = gate
    ? [[`gate/${gate.kind}/${gate.number}`, gateKey(lab, { ...gate, behind: false }), { at: gate.number }]]
    : [["gate", "gate.opened", {}]];
  if (state.goal?.behind) {
    const { lab: slug, step, number, at } = state.goal;
    const steps = state.labs.find((one) => one.slug === slug)?.steps ?? [];
    const values = { at: number, title: steps[number - 1]?.title ?? "" };
    items.push([`goal/${slug}/${step}/${at}`, "goal.title", values]);
  }
  if (state.visit) {
    items.push([`visit/${state.visit}`, visitOf(state.visit), {}]);
  }
  lab.steps.forEach(({ id, title, hints }) => {
    const sent = hints.open.filter((hint) => hint.sent).length;
    return sent && items.push([`hint/${id}/${sent}`, "hints.arrived", { title, id }]);
  });
  return items;
}

// What of the line about the connection a screen reader hears: how it stands, not how
// many reports are on their way.
export function heardOf(key) {
  if (key.startsWith("line.away")) {
    return "line.away-nothing";
  }
  return ["line.connected", "line.sending"].includes(key) ? "line.connected-only" : key;
}

// The ids that the markers in a cell name: "# step: load-data", as the kernel reads it.
export function marked(source) {
  const marker = /^[ \t]*(?:#|\/\/|--|<!--)[ \t#]*step[ \t]*:[ \t]*([a-z0-9][a-z0-9_-]{0,63})/gim;
  return [...source.matchAll(marker)].map((found) => found[1].toLowerCase().replaceAll("_", "-"));
}

// Which of the cells ({id, source, type}, in order) is a step's: a marker in code, any
// marker, then the id. Where several have the marker: the active one, the newest after
// a reset, else the first. Returns its index, -1 when there is none.
export function cellOf(cells, step, active = -1) {
  const has = (cell) => marked(cell.source).includes(step.id);
  const every = cells.flatMap((cell, at) => (has(cell) ? [at] : []));
  const code = every.filter((at) => cells[at].type === "code");
  const found = code.length ? code : every;
  if (!found.length) {
    return cells.findIndex((cell) => step.cells.includes(cell.id));
  }
  if (found.includes(active)) {
    return active;
  }
  return step.generation ? found[found.length - 1] : found[0];
}

// What of a corrected lab can be taken: cells nobody has worked on, and new ones.
// `cells` are those of the open notebook ({id, source}); the own ones are left alone.
export function applicable(cells, changes) {
  const known = new Map(cells.map((cell) => [cell.id, cell]));
  return changes.filter((change) => {
    const cell = known.get(change.id);
    if (change.was === null) {
      return !cell;
    }
    return Boolean(cell) && cell.source !== change.source && (change.locked || cell.source === change.was);
  });
}

// Why saving failed: "full" (the disk), "away" (no server), "other".
export function reasonOf(status, text) {
  if (/Errno (28|122)\b|no space left|quota/i.test(text)) {
    return "full";
  }
  return [0, 401, 403, 424, 502, 503, 504].includes(status) ? "away" : "other";
}
