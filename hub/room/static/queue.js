// Who asks for help, and what became of those who asked. Pure.

import { isOpen } from "./facts.js";
import { say } from "./strings.js";

// Who asks for help: those who wait in their order, then those to whom somebody goes.
// `where` names the step, or the lab when it is about no step.
export function asking(seats, labs, user) {
  const open = [...seats].filter((seat) => isOpen(seat.ask));
  const place = (seat) => (seat.ask.state === "waiting" ? seat.ask.position ?? Infinity : Infinity);
  open.sort((a, b) => place(a) - place(b) || a.ask.at - b.ask.at || a.number - b.number);
  return open.map((seat) => ({
    seat,
    ask: seat.ask,
    mine: seat.ask.state === "claimed" && seat.ask.by === user,
    where: placeOf(seat.ask, labs),
  }));
}

// A step of a lab in words; the lab's name where there are several.
export function placeOf({ lab: slug, step: id }, labs) {
  const lab = labs.find((one) => one.slug === slug);
  const at = lab ? lab.steps.findIndex((step) => step.id === id) : -1;
  const step = at < 0 ? "" : say("board.step.titled", { number: at + 1, title: lab.steps[at].title });
  return [step, labs.length > 1 || !step ? lab?.title : ""].filter(Boolean).join(" · ");
}

// The seats whose ask was open in `before` and has ended by itself since: solved, or
// taken back. What somebody answered was seen by whoever did it.
export function parted(before, seats) {
  return before
    .map(({ seat, ask }) => ({ seat: seats.get(seat.seat), id: ask.id }))
    .filter(({ seat, id }) => seat?.ask?.id === id && ["solved", "withdrawn"].includes(seat.ask.state))
    .map(({ seat }) => seat);
}

// What this person can do about an ask, the main thing first.
export function turns({ ask, mine }, role) {
  if (role !== "presenter" && role !== "helper") {
    return [];
  }
  if (ask.state === "waiting") {
    return ["claim"];
  }
  if (mine) {
    return ["answer", "release"];
  }
  return role === "presenter" ? ["answer", "release"] : [];
}
