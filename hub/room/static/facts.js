// What the board knows, from what the room sends. Pure: no page, no clock, no counting
// that the room has done already.

// A step of a lab as the board shows it: `key` is how a seat's facts name it.
export function stepsOf(lab) {
  return lab.steps.map((step, index) => ({
    key: `${lab.slug}/${step.id}`,
    lab: lab.slug,
    id: step.id,
    number: index + 1,
    title: step.title,
    minutes: step.minutes,
    hints: step.hints ?? [],
  }));
}

// The room's own sums for a lab; all zero for one of which it says nothing yet.
export function sumsOf(board, lab) {
  const found = lab && board.now[lab.slug];
  const zero = { passed: 0, trying: 0, stuck: 0, none: 0, faults: 0 };
  return found ?? { steps: lab?.steps.map(() => zero) ?? [], front: 0, minutes: null };
}

// How many are stuck in the whole room: somebody is so at one step at most.
export function stuckIn(board) {
  return Object.values(board.now).reduce((sum, lab) => sum + lab.steps.reduce((part, step) => part + step.stuck, 0), 0);
}

// Where a seat stands on a step: passed, stuck, trying, fault (only the check itself
// failed, which is never the seat's fault) or none.
export function stateOf(seat, key) {
  const fact = seat.steps[key];
  if (fact?.state === "passed") {
    return "passed";
  }
  if (seat.stuck && `${seat.stuck.lab}/${seat.stuck.step}` === key) {
    return "stuck";
  }
  if (!fact || fact.state === "untouched") {
    return "none";
  }
  return fact.errors > 0 && !fact.failed ? "fault" : "trying";
}

// How many of `steps` a seat has passed.
export function passedOf(seat, steps) {
  return steps.reduce((sum, step) => sum + (stateOf(seat, step.key) === "passed" ? 1 : 0), 0);
}

// The step a seat is at, by index: where it is stuck or asks, else the first not passed.
export function placeIn(seat, steps) {
  const at = (where) => (where ? steps.findIndex((step) => step.lab === where.lab && step.id === where.step) : -1);
  const first = steps.findIndex((step) => stateOf(seat, step.key) !== "passed");
  const asked = isOpen(seat.ask) ? at(seat.ask) : -1;
  return [at(seat.stuck), asked, first, steps.length - 1].find((found) => found >= 0) ?? 0;
}

// Whether an ask still wants somebody.
export const isOpen = (ask) => ["waiting", "claimed"].includes(ask?.state);

const OPENING = { groups: [], aggregated: false, heat: null };

// The board after a message of the stream. A snapshot is the whole truth; a delta
// replaces what it names. What is older than what is known changes nothing.
export function apply(board, kind, message) {
  if (kind === "snapshot") {
    return { ...OPENING, now: {}, ...message, seats: byId(message.seats) };
  }
  if (!board || message.row < board.row) {
    return board;
  }
  const next = { ...board, ...message };
  next.room = message.room ? { ...board.room, ...message.room } : board.room;
  next.now = message.now ? { ...board.now, ...message.now } : board.now;
  next.seats = board.seats;
  if (message.seats) {
    // Of a large room only the most urgent seats are sent, and always all of them.
    next.seats = next.aggregated ? byId(message.seats) : new Map([...board.seats, ...byId(message.seats)]);
  }
  return next;
}

const byId = (seats) => new Map(seats.map((seat) => [seat.seat, seat]));

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

// The address people type: without http://, which browsers add, and without the join
// page's own path, to which the door leads by itself.
export function address(url) {
  return String(url ?? "").replace(/^http:\/\//, "").replace(/\/hub\/join.*$/, "").replace(/\/+$/, "");
}
