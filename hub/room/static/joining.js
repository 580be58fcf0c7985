// How people get in: big while the room is empty, a card at the side afterwards.

import { address } from "./facts.js";
import { html, memo } from "./parts.js";

export const Empty = memo(({ room }) => {
  return html`<section class="card empty">
    <p class="dim">Tell the room:</p>
    <ol>
      <li>Open <b class="where mono">${address(room.join_url)}</b></li>
      <li>Type the code <b class="big mono">${room.code}</b></li>
      <li>Type a name and press “Take a seat”</li>
    </ol>
    <p class="dim">${room.state === "open"
      ? `${room.capacity} seats are free. Whoever takes one appears here.`
      : "The room is not open: nobody can take a seat now."}</p>
  </section>`;
});

export const Joining = memo(({ room, claimed }) => {
  const free = Math.max(room.capacity - claimed, 0);
  const seats = free === 0 ? "No seat is free." : free === 1 ? "1 seat is free." : `${free} seats are free.`;
  return html`<section class="card joining">
    <h2>How to join</h2>
    <div class="body">
      <p class="where mono">${address(room.join_url)}</p>
      <p class="mono code">${room.code}</p>
      <p class="dim">${room.state === "open" ? seats : "Nobody can take a seat now."}</p>
    </div>
  </section>`;
});
