// What is known of one seat on one step. All of it is hostile text: text nodes only.

import { Phrase, Shared } from "./care.js";
import { WORDS, ago, nameOf, notes, stateOf, times } from "./facts.js";
import { html, mark, timeOf } from "./parts.js";

// The facts as short sentences.
function facts(fact, now) {
  if (!fact?.attempts) {
    const passed = fact?.passed_at ? `Passed at ${timeOf(fact.passed_at)}.` : "Nothing has been checked here yet.";
    return [passed, ...notes(fact)];
  }
  const tried = fact.attempts - (fact.errors || 0);
  const last = ago(now - fact.last_at);
  const since = last === "now" ? "just now" : `${last} ago`;
  return [
    tried > 0 ? `Checked ${times(tried)}, first at ${timeOf(fact.first_at)}, last ${since}.` : "",
    fact.state === "passed" && fact.passed_at ? `Passed at ${timeOf(fact.passed_at)}.` : "",
    fact.failed > 0 ? `Not yet right ${times(fact.failed)}.` : "",
    ...notes(fact),
  ].filter(Boolean);
}

// The body alone: also used in the list of a phone.
export function Body({ fact, now }) {
  return html`<p>${facts(fact, now).join(" ")}</p>
    ${fact?.hint && fact.state !== "passed" && html`<blockquote>${fact.hint}</blockquote>`}
    ${fact?.reason && fact.state !== "passed" && html`<p class="dim">Reason: <span class="mono">${fact.reason}</span></p>`}
    ${fact?.errors > 0 && html`<p class="faulty">${mark("fault", "", "small")} The check has a
      fault: it failed ${times(fact.errors)} by itself. That is the lab's mistake and counts
      against nobody.</p>`}`;
}

export function Lost({ gaps }) {
  if (!gaps) {
    return null;
  }
  const what = gaps === 1 ? "1 report" : `${gaps} reports`;
  return html`<p class="lost">${what} of this seat never arrived. Its marks may be behind.</p>`;
}

export function Detail({ room, seat, step, hidden, now, pinned, onClose }) {
  const state = stateOf(seat, step.key);
  return html`<section class="card detail" aria-label="Seat and step">
    <h2><span>${nameOf(seat, hidden)}${!hidden && html` <span class="dim">seat ${seat.number}</span>`}</span>
      ${pinned && html`<button type="button" class="link" onClick=${onClose}>Close</button>`}</h2>
    <div class="body" id="detail">
      <p class="state">${mark(state)}<b>${WORDS[state]}</b></p>
      <p class="dim">Step ${step.number} · ${step.title}</p>
      <${Body} fact=${seat.steps[step.key]} now=${now} />
      <${Lost} gaps=${seat.gaps} />
      ${pinned && html`<${Shared} key=${seat.seat + step.key} room=${room} seat=${seat} at=${step.key} />`}
      ${pinned && !hidden && html`<${Phrase} key=${seat.seat} room=${room} seat=${seat} />`}
      ${!pinned && seat.shared?.includes(step.key) && html`<p class="dim">This cell is shared with you: click the mark to read it.</p>`}
    </div>
  </section>`;
}
