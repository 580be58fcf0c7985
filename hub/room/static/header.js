// The board's head: which room, how to join it, who is in, how it stands against the
// plan, and whether what you see is live.

import { pace, span } from "./words.js";
import { html, memo, timeOf, useTime } from "./parts.js";
import { left } from "./timing.js";
import { say } from "./strings.js";


// Shape and word of the connection: disc, ring, square.
export const Live = memo(({ state, clock }) => {
  const words = state === "live" && clock ? say("board.live.at", { time: clock }) : say(`board.live.${state}`, { time: clock });
  return html`<p class="conn ${state}"><i aria-hidden="true"></i>${words}</p>`;
});

// What is left of the room's time; ticks by itself.
function Left({ room }) {
  const rest = room.closes_at - useTime(10_000);
  const whole = span(room.closes_at - room.opened_at);
  return html`<div><dt>${room.opened_at ? say("board.left.of", { whole }) : say("board.left")}</dt>
    <dd><time title=${say("board.closes", { time: timeOf(room.closes_at) })}>${span(rest)}</time></dd></div>`;
}

function Countdown({ countdown, labs }) {
  const { words, over } = left(countdown, useTime(500));
  const steps = labs.find((lab) => lab.slug === countdown.lab)?.steps ?? [];
  const at = steps.findIndex((step) => step.id === countdown.step);
  const what = at < 0 ? say("board.countdown") : say("board.countdown.step", { step: at + 1 });
  return html`<div class="countdown"><dt>${what}</dt>
    <dd><span role="timer">${over ? say("board.countdown.over") : words}</span></dd></div>`;
}

export const Header = memo(({ room, lab, labs, minutes, live, clock, onLab, children }) => {
  const place = labs.length > 1 ? say("board.lab.of", { number: labs.indexOf(lab) + 1, total: labs.length }) : lab?.title === room.title ? "" : lab?.title;
  const plan = pace(minutes);
  return html`<header class="head">
    <div class="what">
      <h1>${room.title}</h1>
      <p class="dim">${[room.host, place].filter(Boolean).join(" · ")}</p>
    </div>
    <dl class="facts">
      <div><dt>${say("board.code")}</dt><dd class="mono code">${room.code}</dd></div>
      <div><dt>${say("board.taken")}</dt><dd>${room.claimed} / ${room.capacity}</dd></div>
      ${room.closes_at && room.state === "open" && html`<${Left} room=${room} />`}
      ${room.state !== "open" && html`<div><dt>${say("board.room.is")}</dt><dd>${say(`board.room.${room.state}`)}</dd></div>`}
      ${plan && html`<div><dt>${plan.words}</dt><dd>${plan.figure}</dd></div>`}
      ${room.countdown && html`<${Countdown} countdown=${room.countdown} labs=${labs} />`}
      ${room.rehearsal && html`<div><dt>${say("board.rehearsal.means")}</dt><dd>${say("board.rehearsal")}</dd></div>`}
    </dl>
    ${labs.length > 1 && html`<label class="pick">${say("board.lab")}${" "}
      <select value=${lab.slug} onChange=${(event) => onLab(event.target.value)}>
        ${labs.map((item) => html`<option value=${item.slug}>${item.title}</option>`)}
      </select></label>`}
    <div class="side"><${Live} state=${live} clock=${clock} />${children}</div>
  </header>`;
});

// What to do when the board is not live; nothing while it is.
export const Trouble = memo(({ state, sentence, seenAt }) => {
  if (state === "away") {
    const seen = seenAt ? ` ${say("board.trouble.seen", { time: timeOf(seenAt) })}` : "";
    return html`<div class="problem calm" role="status"><p>${say("board.trouble.away")}${seen}</p></div>`;
  }
  if (state === "login") {
    return html`<div class="problem" role="alert">
      <p>${say("board.trouble.login")} <a href=${location.pathname}>${say("board.trouble.again")}</a></p>
    </div>`;
  }
  if (state === "refused") {
    return html`<div class="problem" role="alert">
      <p>${sentence} <a href="./">${say("progress.rooms")}</a></p>
    </div>`;
  }
  return null;
});
