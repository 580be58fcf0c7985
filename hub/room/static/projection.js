// What the wall says, computed from what the room sends. Pure but for `say`.

import { say } from "./strings.js";

const sum = ({ passed, trying, stuck, none }) => passed + trying + stuck + none;

// Which picture fits: `closed`, `door` (people come in and nobody has begun) or `lab`.
export function scene({ room, steps, join }) {
  if (room.state !== "open") {
    return "closed";
  }
  const begun = steps.some(({ passed, trying, stuck }) => passed + trying + stuck > 0);
  return !begun && join ? "door" : "lab";
}

// The sentence that the room reads, in one or two parts.
export function sentences(state) {
  const { counts, room, seats, step } = state;
  if (room.state !== "open") {
    return [say(room.state === "closed" ? "projector.closed" : "projector.new")];
  }
  const all = sum(counts);
  if (all === 0 || !step) {
    return [seats.taken ? say("projector.here", { count: seats.taken }) : say("projector.nobody")];
  }
  const { passed, trying, stuck } = counts;
  if (passed === all) {
    return [say("projector.all", { count: all, number: step.number })];
  }
  if (passed + trying + stuck === 0) {
    return [say("projector.here", { count: all }), say("projector.next", step)];
  }
  const first = passed ? say("projector.have", { count: passed, all }) : say("projector.none");
  const rest = [
    trying ? say("projector.are", { count: trying }) : "",
    stuck ? say("projector.could", { count: stuck }) : "",
  ].filter(Boolean);
  return [first, rest.length ? `${rest.join(", ")}.` : ""].filter(Boolean);
}

// The last milestone, in words; "" when there is none.
export function milestone({ milestone: found, steps }) {
  if (!found) {
    return "";
  }
  const step = steps.find((one) => one.number === found.step) ?? { number: found.step, title: "" };
  return say(`projector.milestone.${found.kind}`, step);
}

// What a countdown is for: this step, another one or the room.
export function purpose({ countdown, step, lab, steps }) {
  if (!countdown?.step) {
    return say("projector.left");
  }
  const at = steps.findIndex((one) => one.id === countdown.step);
  if (countdown.lab !== lab?.slug || at < 0 || steps[at].number === step?.number) {
    return say("projector.left.this");
  }
  return say("projector.left.step", { number: steps[at].number });
}
