// Who asks for help, in the order of asking. What people write is text and nothing else.

import { html, useTime } from "./parts.js";
import { asking, parted, turns } from "./queue.js";
import { same, turn } from "./actions.js";
import { say } from "./strings.js";
import { useEffect, useRef, useState } from "./vendor/hooks.mjs";
import { first, lasting, nameOf, staffOf, zoneOf } from "./words.js";

const GONE_MS = 12_000; // how long the board says that an ask ended by itself

function Waits({ since }) {
  return html`<span class="waits">${lasting(useTime(1_000) - since)}</span>`;
}

// Sends one call at a time; says what did not work.
function useCalls(room) {
  const [busy, setBusy] = useState("");
  const [problem, setProblem] = useState("");
  const call = async (id, send) => {
    setBusy(id);
    const answer = await send(room);
    setProblem(answer.problem ?? "");
    setBusy("");
  };
  return { busy, problem, call };
}

// The other asks, of which this one may be the same question.
function Same({ row, others, hidden, onSame }) {
  if (row.ask.same) {
    const first = others.find((one) => one.ask.id === row.ask.same);
    const who = first ? nameOf(first.seat, hidden) : say("help.same.earlier");
    return html`<p class="dim">${say("help.same.is", { who })}${" "}
      <button type="button" class="link" onClick=${() => onSame("")}>${say("help.same.not")}</button></p>`;
  }
  if (!others.length) {
    return null;
  }
  return html`<details class="same"><summary>${say("help.same")}</summary>
    <ul class="chips">${others.map((one) => html`<li key=${one.ask.id}>
      <button type="button" class="chip" onClick=${() => onSame(one.ask.id)}>${nameOf(one.seat, hidden)}</button></li>`)}
    </ul></details>`;
}

function Ask({ row, others, role, top, hidden, calls, onOpen }) {
  const { seat, ask, mine, where } = row;
  const going = ask.state === "claimed";
  const zone = zoneOf(seat) || (hidden ? "" : say("board.seat.at", { number: seat.number }));
  const can = turns(row, role);
  const press = (event, how) => event.detail < 2 && !calls.busy && calls.call(ask.id, (room) => turn(room, ask.id, how));
  return html`<li class=${going ? "going" : undefined} data-ask=${ask.id}>
    <span class="ask" aria-hidden="true">${going ? "→" : ask.position}</span>
    <div class="whom">
      <p><button type="button" class="link" onClick=${() => onOpen({ seat: seat.seat })}><b>${nameOf(seat, hidden)}</b></button>
        ${zone && html`<span class="dim"> · ${zone}</span>`}<span class="dim"> · <${Waits} since=${ask.at} /></span></p>
      ${where && html`<p class="dim where" title=${where}>${where}</p>`}
      ${ask.words && html`<p class="words">${ask.words}</p>`}
      ${going && html`<p class="dim">${mine ? say("help.mine") : first(say("help.going", { who: staffOf(ask.who) }))}</p>`}
      ${ask.also > 0 && html`<p class="dim">${say("help.also", { count: ask.also })}</p>`}
      ${can.length > 0 && html`<${Same} row=${row} others=${others} hidden=${hidden}
        onSame=${(as) => calls.call(ask.id, (room) => same(room, ask.id, as))} />`}
    </div>
    ${can.length > 0 && html`<div class="turns">
      ${can.map((how, at) => html`<button type="button" class="btn ${at === 0 && (top || mine) ? "main" : ""}"
        aria-disabled=${calls.busy === ask.id ? "true" : undefined} onClick=${(event) => press(event, how)}>
        ${say(how === "release" && !mine ? "help.release.other" : `help.${how}`)}</button>`)}
    </div>`}
  </li>`;
}

// The seats whose ask ended by itself a moment ago.
function useParted(rows, seats) {
  const before = useRef([]);
  const [gone, setGone] = useState([]);
  useEffect(() => {
    const left = parted(before.current, seats);
    before.current = rows;
    if (left.length) {
      setGone((known) => [...known, ...left]);
      setTimeout(() => setGone((known) => known.slice(left.length)), GONE_MS);
    }
  }, [seats]);
  return gone;
}

// The buttons and notes of one seat's ask, for the seat's own card.
export function OwnAsk({ room, seat, labs, me, hidden, onOpen }) {
  const calls = useCalls(room);
  const [row] = asking([seat], labs, me.user);
  if (!row) {
    return null;
  }
  return html`<ol class="own">
    <${Ask} row=${row} others=${[]} role=${me.role} top=${true} hidden=${hidden} calls=${calls} onOpen=${onOpen} />
  </ol>${calls.problem && html`<p class="problem" role="alert">${calls.problem}</p>`}`;
}

export function Help({ room, seats, labs, me, hidden, onOpen }) {
  const calls = useCalls(room);
  const rows = asking(seats.values(), labs, me.user);
  const gone = useParted(rows, seats);
  const waiting = rows.filter((row) => row.ask.state === "waiting").length;
  const others = (row) => rows.filter((one) => one !== row && !one.ask.same);
  return html`<section class="card help" aria-label=${say("help.title")} hidden=${!rows.length && !gone.length && !calls.problem}>
    <h2>${say("help.title")} <span class="dim">${waiting ? say("help.waiting", { count: waiting }) : ""}</span></h2>
    <p class="said" role="status">${waiting ? say("help.said", { count: waiting }) : ""}</p>
    ${calls.problem && html`<p class="problem" role="alert">${calls.problem}</p>`}
    <ol>
      ${rows.map((row, at) => html`<${Ask} key=${row.ask.id} row=${row} others=${others(row)} role=${me.role}
        top=${at === 0} hidden=${hidden} calls=${calls} onOpen=${onOpen} />`)}
    </ol>
    <div role="status" class="gone">${gone.map((seat) => html`<p key=${seat.ask.id}>
      ${say(`help.gone.${seat.ask.state}`, { who: nameOf(seat, hidden) })}</p>`)}</div>
  </section>`;
}
