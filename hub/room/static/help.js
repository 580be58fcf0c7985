// Who asks for help, in the order of asking. What people write is text and nothing else.

import { ago, asking, nameOf } from "./facts.js";
import { useState } from "./vendor/hooks.mjs";
import { html } from "./parts.js";
import { turn } from "./actions.js";

const since = (ms) => (ago(ms) === "now" ? "just now" : ago(ms));

// What this person can do about an ask: [what, words].
function choices({ ask, mine }, role) {
  if (ask.state === "waiting") {
    return [["claim", "I'm going"]];
  }
  if (mine) {
    return [["answer", "Answered"], ["release", "Not after all"]];
  }
  return role === "presenter" ? [["answer", "Answered"], ["release", "Not going"]] : [];
}

function Ask({ row, role, first, hidden, now, busy, onTurn, onOpen }) {
  const { seat, ask, mine, where } = row;
  const going = ask.state === "claimed";
  const who = mine ? "You are going." : `${ask.who.replace(/^./, (c) => c.toUpperCase())} is going.`;
  return html`<li class=${going ? "going" : undefined}>
    <span class="ask" aria-hidden="true">${going ? "→" : ask.position}</span>
    <div class="whom">
      <p><button type="button" class="link" onClick=${() => onOpen(row)}><b>${nameOf(seat, hidden)}</b></button>
        ${!hidden && html`<span class="dim"> seat ${seat.number}</span>`} · ${since(now - ask.at)}</p>
      ${where && html`<p class="dim">${where}</p>`}
      ${ask.words && html`<p class="words">${ask.words}</p>`}
      ${going && html`<p class="dim">${who}</p>`}
    </div>
    <div class="turns">
      ${choices(row, role).map(
        ([how, words], at) => html`<button type="button" class="btn ${at === 0 && (first || mine) ? "main" : ""}"
          aria-disabled=${busy ? "true" : undefined}
          onClick=${(event) => event.detail < 2 && !busy && onTurn(ask.id, how)}>${words}</button>`,
      )}
    </div>
  </li>`;
}

export function Help({ room, seats, labs, me, hidden, now, onOpen }) {
  const [busy, setBusy] = useState(null);
  const [problem, setProblem] = useState("");
  const rows = asking(seats.values(), labs, me.user);
  const waiting = rows.filter((row) => row.ask.state === "waiting").length;
  const told = waiting === 1 ? "1 person waits" : `${waiting} people wait`;
  const act = async (id, how) => {
    setBusy(id);
    const answer = await turn(room, id, how);
    setProblem(answer.problem ?? "");
    setBusy(null);
  };
  return html`<section class="card help" aria-label="Asking for help" hidden=${!rows.length && !problem}>
    <h2>Asking for help <span class="dim">${waiting ? `${waiting} waiting` : ""}</span></h2>
    <p class="said" role="status">${waiting ? `${told} for help.` : ""}</p>
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <ol>
      ${rows.map((row, at) => html`<${Ask} key=${row.ask.id} row=${row} role=${me.role} first=${at === 0}
        hidden=${hidden} now=${now} busy=${busy === row.ask.id} onTurn=${act} onOpen=${onOpen} />`)}
    </ol>
  </section>`;
}
