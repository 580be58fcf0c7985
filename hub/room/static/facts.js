// What the board says, computed from what the room sends. Pure: no page, no clock.

// A step of a lab as the board shows it: `key` is how a seat's facts name it.
export function stepsOf(lab) {
  return lab.steps.map((step, index) => ({
    key: `${lab.slug}/${step.id}`,
    number: index + 1,
    title: step.title,
    minutes: step.minutes,
  }));
}

const byNumber = (a, b) => a.number - b.number;

// Where a seat stands on a step: passed, trying, fault (only the check itself failed,
// which is never the seat's fault) or none.
export function stateOf(seat, key) {
  const fact = seat.steps[key];
  if (!fact || fact.state === "untouched") {
    return "none";
  }
  if (fact.state === "passed") {
    return "passed";
  }
  return fact.errors > 0 && !fact.failed ? "fault" : "trying";
}

export const WORDS = {
  passed: "passed",
  trying: "trying",
  fault: "the check has a fault",
  none: "not started",
};

// How many seats passed, try and did not start each step; `faults` counts seats at
// which the step's check itself failed, whatever came of it.
export function counts(seats, steps) {
  const list = [...seats];
  return steps.map((step) => {
    const sum = { passed: 0, trying: 0, none: 0, faults: 0 };
    for (const seat of list) {
      const state = stateOf(seat, step.key);
      sum[state === "fault" ? "trying" : state] += 1;
      sum.faults += seat.steps[step.key]?.errors > 0 ? 1 : 0;
    }
    return sum;
  });
}

// The furthest step that at least half of the seats have begun, by index; 0 at first.
export function front(sums, seats) {
  let index = 0;
  sums.forEach((sum, at) => {
    if (seats > 0 && 2 * (sum.passed + sum.trying) >= seats) {
      index = at;
    }
  });
  return index;
}

const are = (n) => (n === 1 ? "is" : "are");
const have = (n) => (n === 1 ? "has" : "have");
const people = (n) => (n === 1 ? "1 person" : `${n} people`);

// The sentence a tired presenter can read aloud, and a second one that may follow.
export function sentence(sums, seats, steps) {
  if (seats === 0) {
    return { main: "Nobody is here yet.", more: "" };
  }
  if (steps.length === 0) {
    return { main: `${people(seats)} ${are(seats)} here. This lab has no steps.`, more: "" };
  }
  const at = front(sums, seats);
  const { passed, trying, none } = sums[at];
  const step = `step ${steps[at].number}`;
  if (passed + trying === 0) {
    return { main: `${people(seats)} ${are(seats)} here. Nobody has started ${step} yet.`, more: "" };
  }
  if (sums.every((sum) => sum.passed === seats)) {
    const who = seats === 1 ? "The only one here" : `All ${seats}`;
    return { main: `${who} ${have(seats)} passed every step.`, more: "" };
  }
  if (passed === seats) {
    const who = seats === 1 ? "The only one here" : `All ${seats}`;
    return { main: `${who} ${have(seats)} passed ${step}.`, more: next(sums[at + 1], steps[at + 1]) };
  }
  const parts = [
    passed ? `${passed} of ${seats} ${have(passed)} passed ${step}` : `Nobody has passed ${step} yet`,
    trying ? `${trying} ${are(trying)} trying` : "",
    none ? `${none} ${have(none)} not started it` : "",
  ];
  const more = passed ? `If you move on now, ${people(seats - passed)} ${are(seats - passed)} not there.` : "";
  return { main: `${parts.filter(Boolean).join(", ")}.`, more };
}

function next(sum, step) {
  if (!step) {
    return "";
  }
  const begun = sum.passed + sum.trying;
  const who = begun ? `${begun} ${have(begun)}` : "Nobody has";
  return `${who} started step ${step.number}${begun ? "." : " yet."}`;
}

// How many of `steps` a seat has passed.
export function passedOf(seat, steps) {
  return steps.reduce((sum, step) => sum + (stateOf(seat, step.key) === "passed" ? 1 : 0), 0);
}

// Who asks for help: those who wait in their order, then those to whom somebody goes.
// `where` names the step, or the lab when it is about no step.
export function asking(seats, labs, user) {
  const open = [...seats].filter((seat) => ["waiting", "claimed"].includes(seat.ask?.state));
  const place = (seat) => (seat.ask.state === "waiting" ? seat.ask.position ?? Infinity : Infinity);
  open.sort((a, b) => place(a) - place(b) || a.ask.at - b.ask.at || byNumber(a, b));
  return open.map((seat) => ({
    seat,
    ask: seat.ask,
    mine: seat.ask.state === "claimed" && seat.ask.by === user,
    where: placeOf(seat.ask, labs),
  }));
}

function placeOf(ask, labs) {
  const lab = labs.find((one) => one.slug === ask.lab);
  const at = lab ? lab.steps.findIndex((step) => step.id === ask.step) : -1;
  const step = at < 0 ? "" : `Step ${at + 1} · ${lab.steps[at].title}`;
  return [step, labs.length > 1 || !step ? lab?.title : ""].filter(Boolean).join(" · ");
}

// What else is known of a seat on a step, as short sentences.
export function notes(fact) {
  return [
    fact?.hints ? `Took ${fact.hints === 1 ? "1 hint" : `${fact.hints} hints`}.` : "",
    fact?.caught_up && fact.state !== "passed" ? "Skipped it: opened the state before a later step." : "",
    fact?.generation ? `Started again ${times(fact.generation)}.` : "",
    fact?.feedback ? `Their feedback: ${FACES[fact.feedback] ?? fact.feedback}.` : "",
  ].filter(Boolean);
}

const FACES = { clear: "clear", confusing: "confusing", broken: "broken", "too-slow": "too slow", loved: "loved it" };

// What a seat is called on the board; names can be hidden.
export function nameOf(seat, hidden) {
  return hidden || !seat.name ? `Seat ${seat.number}` : seat.name;
}

export const ORDERS = {
  behind: "furthest behind",
  seat: "seat",
  name: "name",
};

const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

// Seats in the wished order: `behind` puts fewest passed steps first, among them whoever
// has been silent longest. Hidden names do not leak by their order.
export function sorted(seats, steps, order, hidden) {
  const list = [...seats];
  if (order === "name" && !hidden) {
    return list.sort((a, b) => collator.compare(a.name, b.name) || byNumber(a, b));
  }
  if (order !== "behind") {
    return list.sort(byNumber);
  }
  const passed = new Map(list.map((seat) => [seat.seat, passedOf(seat, steps)]));
  const since = (seat) => seat.last_at ?? seat.claimed_at ?? 0;
  return list.sort(
    (a, b) =>
      passed.get(a.seat) - passed.get(b.seat) || since(a) - since(b) || byNumber(a, b),
  );
}

// The board after a message of the stream. A snapshot is the whole truth; a delta
// replaces what it names. What is older than what is known changes nothing.
export function apply(board, kind, message) {
  if (kind === "snapshot") {
    return {
      row: message.row,
      room: message.room,
      labs: message.labs,
      seats: new Map(message.seats.map((seat) => [seat.seat, seat])),
    };
  }
  if (!board || message.row < board.row) {
    return board;
  }
  const seats = new Map(board.seats);
  for (const seat of message.seats ?? []) {
    seats.set(seat.seat, seat);
  }
  const room = message.room ? { ...board.room, ...message.room } : board.room;
  return { ...board, row: message.row, room, seats };
}

// The lab the board opens with: the one in which somebody worked last.
export function busiest(labs, seats) {
  let best = { slug: labs[0]?.slug, at: -1 };
  for (const seat of seats) {
    for (const [key, fact] of Object.entries(seat.steps)) {
      const slug = key.slice(0, key.indexOf("/"));
      if (fact.last_at > best.at && labs.some((lab) => lab.slug === slug)) {
        best = { slug, at: fact.last_at };
      }
    }
  }
  return best.slug;
}

// How long ago, in words: "now", "4 min", "1 h 05", "3 days".
export function ago(ms) {
  const minutes = Math.floor(Math.max(ms, 0) / 60_000);
  if (minutes < 1) {
    return "now";
  }
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  }
  const days = Math.floor(hours / 24);
  return days === 1 ? "1 day" : `${days} days`;
}

// "once", "3 times".
export function times(n) {
  return n === 1 ? "once" : `${n} times`;
}

// Gaps in a seat's numbering: reports that never arrived.
export function lost(gaps) {
  return gaps === 1 ? "1 report lost" : `${gaps} reports lost`;
}

// The address people type: without http://, which browsers add, and without the join
// page's own path, to which the door leads by itself.
export function address(url) {
  return String(url ?? "").replace(/^http:\/\//, "").replace(/\/hub\/join.*$/, "").replace(/\/+$/, "");
}
