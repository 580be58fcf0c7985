// The board's head: which room, how to join it, who is in, and whether it is live.

import { html, memo, timeOf } from "./parts.js";

const LIVE = {
  opening: "opening",
  live: "live",
  reconnecting: "reconnecting",
  away: "the room is away",
  login: "logged out",
  refused: "not open to you",
};
const STATES = { new: "not open yet", closed: "closed" };

// Shape and word of the connection: disc, ring, square.
export const Live = memo(({ state, clock }) => {
  const words = state === "live" && clock ? `live · ${clock}` : LIVE[state];
  return html`<p class="conn ${state}"><i aria-hidden="true"></i>${words}</p>`;
});

export const Header = memo(({ room, lab, labs, claimed, live, clock, onLab }) => {
  const place = labs.length > 1 ? `Lab ${labs.indexOf(lab) + 1} of ${labs.length}` : lab?.title;
  return html`<header class="head">
    <div class="what">
      <h1>${room.title}</h1>
      <p class="dim">${[room.host, place].filter(Boolean).join(" · ")}</p>
    </div>
    <dl class="facts">
      <div><dt>join code</dt><dd class="mono code">${room.code}</dd></div>
      <div><dt>seats taken</dt><dd>${claimed} / ${room.capacity}</dd></div>
      ${room.closes_at && html`<div><dt>closes at</dt><dd>${timeOf(room.closes_at)}</dd></div>`}
      ${STATES[room.state] && html`<div><dt>this room is</dt><dd>${STATES[room.state]}</dd></div>`}
    </dl>
    ${labs.length > 1 && html`<label class="pick">Lab${" "}
      <select value=${lab.slug} onChange=${(event) => onLab(event.target.value)}>
        ${labs.map((item) => html`<option value=${item.slug}>${item.title}</option>`)}
      </select></label>`}
    <${Live} state=${live} clock=${clock} />
  </header>`;
});

// What to do when the board is not live; nothing while it is.
export const Trouble = memo(({ state, sentence, seenAt }) => {
  if (state === "away") {
    const seen = seenAt ? ` What you see is from ${timeOf(seenAt)}.` : "";
    return html`<div class="problem calm" role="status">
      <p>The room is away. It comes back by itself, and nobody's work stops.${seen}</p>
    </div>`;
  }
  if (state === "login") {
    return html`<div class="problem" role="alert">
      <p>You are logged out. <a href=${location.pathname}>Log in again</a></p>
    </div>`;
  }
  if (state === "refused") {
    return html`<div class="problem" role="alert">
      <p>${sentence} <a href="./">My rooms</a></p>
    </div>`;
  }
  return null;
});
