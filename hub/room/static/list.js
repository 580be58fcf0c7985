// The seats on a phone: one line each, who needs somebody first, that opens the seat.

import { passedOf, stateOf } from "./facts.js";
import { needOf } from "./grid.js";
import { Said, html, mark, memo } from "./parts.js";
import { say } from "./strings.js";
import { ago, nameOf, zoneOf } from "./words.js";

const Line = memo(({ seat, name, zone, steps, kind, words, more, age, onPick }) => {
  return html`<li class=${seat.away ? "away" : undefined}><button type="button" class="line" data-seat=${seat.seat}
      onClick=${() => onPick({ seat: seat.seat })}>
    <span class="name">${name}</span><span class="dim age">${[zone, age].filter(Boolean).join(" · ")}</span>
    <span class="marks" aria-hidden="true">${steps.map((step) => mark(stateOf(seat, step.key), "", "small"))}</span>
    <span class="said">${say("progress.of", { passed: passedOf(seat, steps), total: steps.length })}</span>
    ${words && html`<span class="need ${kind}"><b>${words}</b>${more && html` <${Said} text=${more} />`}</span>`}
    ${seat.gaps > 0 && html`<small class="lost">${say("grid.lost", { count: seat.gaps })}</small>`}
  </button></li>`;
});

export function List({ seats, steps, now, hidden, onPick }) {
  return html`<ul class="list">
    ${seats.map((seat) => html`<${Line} key=${seat.seat} seat=${seat} steps=${steps} onPick=${onPick} ...${needOf(seat, steps, now)}
      name=${nameOf(seat, hidden)} zone=${zoneOf(seat)} age=${seat.last_at ? ago(now - seat.last_at) : say("grid.not-yet")} />`)}
  </ul>`;
}
