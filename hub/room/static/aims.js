// To whom something can be said, and in words to whom it was said. Pure but for `say`.

import { nameOf } from "./words.js";
import { say } from "./strings.js";

const MOST_SEATS = 300; // beyond these somebody is found by the board's search

// The number and title of a step of the room's labs, for sentences.
export function placeOf(labs, slug, id) {
  const steps = labs.find((lab) => lab.slug === slug)?.steps ?? [];
  const at = steps.findIndex((step) => step.id === id);
  return at < 0 ? { number: "?", title: id } : { number: at + 1, title: steps[at].title };
}

// Every aim of a lab as [{ key, words, body }] in named groups; `body` is what a message
// needs besides its text. A wished `target` comes first.
export function aims({ room, labs, lab, now, seats, hidden, target }) {
  const place = (step) => placeOf([lab], lab.slug, step.id);
  const sums = now?.[lab.slug]?.steps ?? [];
  const stuck = lab.steps.flatMap((step, at) => {
    const count = sums[at]?.stuck ?? 0;
    const body = { to: "stuck", lab: lab.slug, step: step.id };
    return count ? [{ key: `stuck/${step.id}`, words: say("talk.to.stuck", { count, ...place(step) }), body }] : [];
  });
  const onStep = lab.steps.map((step) => ({
    key: `step/${step.id}`,
    words: say("talk.to.step", place(step)),
    body: { to: "step", lab: lab.slug, step: step.id },
  }));
  const people = [...(seats?.values() ?? [])].sort((a, b) => a.number - b.number).slice(0, MOST_SEATS);
  const one = people.map((seat) => ({
    key: `seat/${seat.seat}`,
    words: seatWords(seat, hidden),
    body: { to: "seat", seat: seat.seat },
  }));
  const wished = target && target.to !== "all" ? [wish(target, labs, seats, hidden)] : [];
  const all = [...wished, { key: "all", words: say("talk.to.all", { count: room.claimed }), body: { to: "all" } }];
  return [
    { name: "", aims: all },
    { name: say("talk.to.stuck.group"), aims: stuck },
    { name: say("talk.to.step.group"), aims: onStep },
    { name: say("talk.to.seat.group"), aims: one },
  ].filter((group) => group.aims.length);
}

function seatWords(seat, hidden) {
  const name = nameOf(seat, hidden);
  return hidden || !seat.name ? name : say("talk.to.seat", { name, number: seat.number });
}

// What the board asks to be addressed: a group of people, a step, the stuck, one seat.
function wish(target, labs, seats, hidden) {
  const { to, lab = "", step = "", seat = "" } = target;
  const count = target.seats?.length ?? 0;
  const found = seats?.get?.(seat);
  const words = {
    seats: () => say("talk.to.seats", { count, ...placeOf(labs, lab, step) }),
    stuck: () => say("talk.to.stuck.some", placeOf(labs, lab, step)),
    step: () => say("talk.to.step", placeOf(labs, lab, step)),
    seat: () => (found ? seatWords(found, hidden) : say("talk.to.seat.one")),
  }[to]();
  const body = to === "seat" ? { to, seat } : { to, lab, step, ...(to === "seats" && { seats: target.seats }) };
  return { key: "wish", words, body };
}

// Who said it: the room calls presenters "the presenter" or, of several, "presenter 2".
export function saidBy(by) {
  const found = by.match(/^(?:the )?presenter ?(\d*)$/);
  return found ? say(found[1] ? "talk.by.numbered" : "talk.by.presenter", { number: found[1] }) : say("talk.by.somebody");
}

// To whom a message went, as the list of messages says it.
export function saidTo(message, labs, seats, hidden) {
  const place = placeOf(labs, message.lab, message.step);
  const seat = seats?.get?.(message.seat);
  return {
    all: () => say("talk.said.all"),
    step: () => say("talk.said.step", place),
    stuck: () => say("talk.said.stuck", place),
    seats: () => say("talk.said.seats", { count: message.seats, ...place }),
    seat: () => (seat ? say("talk.said.seat", { name: nameOf(seat, hidden) }) : say("talk.said.seat.one")),
  }[message.to]();
}
