// What is known of one seat on one step, and what can be done for it. All of it is
// hostile text: text nodes only.

import { NextHint, Phrase, Shared, Visit, Zone } from "./care.js";
import { stateOf } from "./facts.js";
import { OwnAsk } from "./help.js";
import { Said, html, mark, timeOf } from "./parts.js";
import { say } from "./strings.js";
import { Timeline } from "./timeline.js";
import { useLayoutEffect, useRef } from "./vendor/hooks.mjs";
import { ago, nameOf, notes, since, stateWords, why, zoneOf } from "./words.js";

// The facts as short sentences.
function facts(fact, now) {
  if (!fact?.attempts) {
    const passed = fact?.passed_at ? say("detail.passed", { time: timeOf(fact.passed_at) }) : say("detail.unchecked");
    return [passed, ...notes(fact)];
  }
  const tried = fact.attempts - (fact.errors || 0);
  const when = { first: timeOf(fact.first_at), last: since(now - fact.last_at) };
  return [
    tried > 0 ? say("detail.checked", { count: tried, ...when }) : "",
    fact.state === "passed" && fact.passed_at ? say("detail.passed", { time: timeOf(fact.passed_at) }) : "",
    fact.failed > 0 ? say("detail.failed", { count: fact.failed }) : "",
    ...notes(fact),
  ].filter(Boolean);
}

function Body({ fact, now }) {
  const open = fact && fact.state !== "passed";
  return html`<p>${facts(fact, now).join(" ")}</p>
    ${open && fact.hint && html`<blockquote><${Said} text=${fact.hint} /></blockquote>`}
    ${open && fact.reason && html`<p class="dim">${say("detail.reason")} <span class="mono">${fact.reason}</span></p>`}
    ${fact?.errors > 0 && html`<p class="faulty">${mark("fault", "", "small")} ${say("detail.fault", { count: fact.errors })}</p>`}`;
}

// The seat's steps as marks, each a button that shows it.
function Strip({ seat, steps, at, onPick }) {
  return html`<ol class="strip" aria-label=${say("board.steps")}>
    ${steps.map((step, index) => {
      const words = `${say("grid.step", step)}: ${stateWords(stateOf(seat, step.key))}`;
      return html`<li key=${step.key}><button type="button" aria-label=${words} aria-pressed=${index === at ? "true" : "false"}
        title=${words} onClick=${() => onPick({ seat: seat.seat, at: index })}>${mark(stateOf(seat, step.key))}<span aria-hidden="true">${step.number}</span></button></li>`;
    })}
  </ol>`;
}

// What a presenter, or any of the staff, can do for this seat.
function Actions({ room, seat, step, me, hidden, onSay }) {
  const aim = { to: "seat", seat: seat.seat, lab: step.lab, step: step.id, text: "" };
  const presenter = me.role === "presenter";
  return html`<div class="turns">
      ${presenter && html`<${NextHint} key=${seat.seat + step.key} room=${room.id} seat=${seat} step=${step} />
        <button type="button" class="btn" onClick=${() => onSay(aim)}>${say("detail.say")}</button>`}
      ${room.subdomains && html`<${Visit} key=${seat.seat} room=${room.id} seat=${seat} />`}
    </div>
    <${Shared} key=${seat.seat + step.key} room=${room.id} seat=${seat} at=${step.key} />
    <details class="rare"><summary>${say("detail.more")}</summary>
      <${Zone} key=${seat.seat} room=${room.id} seat=${seat} />
      ${!hidden && html`<${Phrase} key=${seat.seat} room=${room.id} seat=${seat} />`}
    </details>`;
}

// Why this seat stands out, in one line.
function Alarm({ seat, now }) {
  if (seat.stuck) {
    return html`<p class="alarm">${mark("stuck")}<span><b>${say("detail.stuck")}</b> ${why(seat.stuck, now)}</span></p>`;
  }
  return seat.away ? html`<p class="dim">${say("detail.away", { ago: ago(now - (seat.heard_at ?? seat.claimed_at)) })}</p>` : null;
}

// The seat in the focus of the table: what its mark means, while it is pointed at.
export function Peek({ seat, step, me, hidden, now }) {
  const state = stateOf(seat, step.key);
  return html`<section class="card detail peek" aria-label=${say("detail.title")}>
    <div class="body" id="detail">
      <p class="state">${mark(state)}<b>${nameOf(seat, hidden)}</b> <span>${stateWords(state)}</span></p>
      <p class="dim">${say("board.step.titled", step)}</p>
      <${Body} fact=${seat.steps[step.key]} now=${now} />
      ${me.role !== "observer" && seat.shared?.includes(step.key) && html`<p class="dim">${say("detail.shared.hint")}</p>`}
    </div>
  </section>`;
}

// The seat that was opened.
export function Detail({ board, seat, steps, at, me, hidden, now, sheet, onPick, onSay }) {
  const { room, labs } = board;
  const step = steps[at];
  const card = useRef(null);
  const staff = me.role === "presenter" || me.role === "helper";
  useLayoutEffect(() => {
    if (sheet) {
      card.current.showModal();
    }
  }, [sheet]);
  const gone = () => onPick(null);
  const close = () => (sheet ? card.current.close() : gone()); // a dialog gives the focus back
  return html`<${sheet ? "dialog" : "section"} class="card detail ${sheet ? "sheet" : ""}" aria-label=${say("detail.title")} ref=${card}
      onClose=${gone} onKeyDown=${(event) => event.key === "Escape" && close()}>
    <h2><span>${nameOf(seat, hidden)} <span class="dim">${[hidden ? "" : say("board.seat.at", { number: seat.number }), zoneOf(seat)].filter(Boolean).join(" · ")}</span></span>
      <button type="button" class="link" onClick=${close}>${say("detail.close")}</button></h2>
    <div class="body" id="detail">
      <${Alarm} seat=${seat} now=${now} />
      <${OwnAsk} key=${seat.seat} room=${room.id} seat=${seat} labs=${labs} me=${me} hidden=${hidden} onOpen=${() => {}} />
      <${Strip} seat=${seat} steps=${steps} at=${at} onPick=${onPick} />
      ${step && html`<p class="state">${mark(stateOf(seat, step.key))}<b>${stateWords(stateOf(seat, step.key))}</b>
          <span class="dim">${say("board.step.titled", step)}</span></p>
        <${Body} fact=${seat.steps[step.key]} now=${now} />`}
      ${seat.gaps > 0 && html`<p class="lost">${say("detail.lost", { count: seat.gaps })}</p>`}
      ${staff && step && html`<${Actions} ...${{ room, seat, step, me, hidden, onSay }} />`}
      <h3>${say("detail.timeline")}</h3>
      <${Timeline} key=${seat.seat} room=${room.id} seat=${seat} labs=${labs} />
    </div>
  <//>`;
}
