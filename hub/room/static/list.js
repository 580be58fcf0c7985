// The seats on a phone: one line each that opens, instead of a table too wide to read.

import { WORDS, ago, lost, nameOf, passedOf, stateOf } from "./facts.js";
import { Phrase, Shared } from "./care.js";
import { Body, Lost } from "./detail.js";
import { useState } from "./vendor/hooks.mjs";
import { html, mark, memo } from "./parts.js";

function Opened({ room, seat, steps, now, hidden }) {
  return html`<ol class="opened">
    ${steps.map((step) => {
      const state = stateOf(seat, step.key);
      return html`<li key=${step.key}>${mark(state)}
        <div><p><b>${step.number} ${step.title}</b> <span class="dim">${WORDS[state]}</span></p>
          ${state !== "none" && html`<${Body} fact=${seat.steps[step.key]} now=${now} />`}
          <${Shared} room=${room} seat=${seat} at=${step.key} /></div></li>`;
    })}
  </ol><${Lost} gaps=${seat.gaps} />
  ${!hidden && html`<div class="below"><${Phrase} room=${room} seat=${seat} /></div>`}`;
}

function Line({ room, seat, name, steps, age, minute, hidden }) {
  const [open, setOpen] = useState(false);
  return html`<li><details onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>
      <span class="name">${name}</span><span class="dim age">${age}</span>
      <span class="marks" aria-hidden="true">${steps.map((step) => mark(stateOf(seat, step.key), "", "small"))}</span>
      <span class="said">${passedOf(seat, steps)} of ${steps.length} steps passed</span>
      ${seat.gaps > 0 && html`<small class="lost">${lost(seat.gaps)}</small>`}
    </summary>
    ${open && html`<${Opened} room=${room} seat=${seat} steps=${steps} now=${minute * 60_000} hidden=${hidden} />`}
  </details></li>`;
}

const Seat = memo((props) => html`<${Line} ...${props} />`);

export function List({ room, seats, steps, now, hidden }) {
  const minute = Math.ceil(now / 60_000);
  return html`<ul class="list">
    ${seats.map((seat) => html`<${Seat} key=${seat.seat} room=${room} seat=${seat} steps=${steps} minute=${minute} hidden=${hidden}
      name=${nameOf(seat, hidden)} age=${seat.last_at ? ago(now - seat.last_at) : "not yet"} />`)}
  </ul>`;
}
