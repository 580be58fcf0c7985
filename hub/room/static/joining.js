// How people get in: big while the room is empty, a card at the side afterwards.

import { address } from "./facts.js";
import { html, memo } from "./parts.js";
import { say } from "./strings.js";

export const Empty = memo(({ room }) => {
  return html`<section class="card empty">
    <p class="dim">${say("board.join.tell")}</p>
    <ol>
      <li>${say("board.join.open")} <b class="where mono">${address(room.join_url)}</b></li>
      <li>${say("board.join.code")} <b class="big mono">${room.code}</b></li>
      <li>${say("board.join.name")}</li>
    </ol>
    <p class="dim">${room.state === "open" ? say("board.join.free", { count: room.capacity }) : say("board.join.shut")}</p>
  </section>`;
});

export const Joining = memo(({ room }) => {
  const free = Math.max(room.capacity - room.claimed, 0);
  const words = free ? say("board.free", { count: free }) : say("board.free.none");
  return html`<section class="card joining">
    <h2>${say("board.join")}</h2>
    <div class="body">
      <p class="where mono">${address(room.join_url)}</p>
      <p class="mono code">${room.code}</p>
      <p class="dim">${room.state === "open" ? words : say("board.join.closed")}</p>
    </div>
  </section>`;
});
