// The replay: a slider over the journal with the passes of each minute above it.

import { usePlayer, useTape } from "./player.js";
import { SPEEDS, bars, jump, neighbour, part } from "./rewind.js";
import { html, timeOf } from "./parts.js";
import { locale, say } from "./strings.js";
import { Problem } from "./sending.js";
import { placeOf } from "./aims.js";
import { useEffect } from "./vendor/hooks.mjs";

const KEYS = { ArrowLeft: -10_000, ArrowRight: 10_000, ArrowDown: -10_000, ArrowUp: 10_000, PageDown: -300_000, PageUp: 300_000 };
const LONGEST = 60; // characters of a message in the list
const SHIFT = 6; // with Shift an arrow goes a minute

const exact = (ms) => new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);

const SWITCHES = ["gate", "hints", "countdown", "room"]; // their word says which way

// What happened at a mark.
function markWords({ at, kind, lab, step, words }, labs) {
  const place = step ? placeOf(labs, lab, step) : { number: "", title: "" };
  const which = SWITCHES.includes(kind) ? `${kind}.${words}` : kind === "goal" && !step ? "goal.none" : kind;
  return `${timeOf(at)} · ${say(`replay.mark.${which}`, { ...place, words: words.slice(0, LONGEST) })}`;
}

function Spark({ tape, at }) {
  const wide = (tape.last - tape.first) / tape.bin; // the last bin is rarely whole
  return html`<svg class="spark" viewBox="0 0 ${wide} 1" preserveAspectRatio="none" aria-hidden="true">
    <rect class="played" width=${wide * part(tape, at)} height="1" />
    <path d=${bars(tape.passes)} />
    ${tape.marks.map((mark) => {
      const x = wide * part(tape, mark.at);
      return html`<line class="mark-at" x1=${x} x2=${x} y1="0" y2="1" />`;
    })}
  </svg>`;
}

function Slider({ tape, at, player }) {
  const keys = (event) => {
    if (event.key === " ") {
      event.preventDefault();
      player[player.playing ? "pause" : "play"]();
    } else if (KEYS[event.key]) {
      event.preventDefault();
      player.seek(jump(tape, at, KEYS[event.key] * (event.shiftKey ? SHIFT : 1)));
    }
  };
  return html`<div class="track"><${Spark} tape=${tape} at=${at} />
    <input type="range" aria-label=${say("replay.slider")} aria-valuetext=${exact(at)} min=${tape.first} max=${tape.last}
      step="1" value=${at} onKeyDown=${keys} onInput=${(event) => player.seek(Number(event.target.value))} />
    <p class="ends dim" aria-hidden="true"><span>${timeOf(tape.first)}</span><span>${timeOf(tape.last)}</span></p></div>`;
}

function Marks({ tape, labs, at, player }) {
  const go = (forward) => {
    const found = neighbour(tape.marks, at, forward);
    return html`<button type="button" class="btn" aria-disabled=${found ? undefined : "true"} aria-label=${say(forward ? "replay.next" : "replay.before")}
      title=${say(forward ? "replay.next" : "replay.before")} onClick=${() => found && player.seek(found.at)}>${forward ? "⇥" : "⇤"}</button>`;
  };
  return html`<span class="pair">${go(false)}${go(true)}</span><label class="pick"><span class="said">${say("replay.marks")}</span>
    <select value="" onChange=${(event) => player.seek(Number(event.target.value))}>
      <option value="" disabled>${say("replay.marks")}</option>
      ${tape.marks.map((mark) => html`<option value=${mark.at}>${markWords(mark, labs)}</option>`)}
    </select></label>`;
}

// Mounted it is open. `onBoard` gets every board it shows, with `replay` = its time;
// `onLive` is told when somebody has seen enough.
export function Replay({ room, labs, onBoard, onLive }) {
  const tape = useTape(room.id);
  const player = usePlayer(room.id, tape, onBoard);
  useEffect(() => onLive, []); // whoever puts the replay away is back at once
  const leave = () => {
    player.leave();
    onLive();
  };
  const live = html`<button type="button" class="btn main" onClick=${leave}>${say("replay.live")}</button>`;
  if (!tape?.passes || tape.last <= tape.first) {
    return html`<section class="replay" aria-label=${say("replay.title")}>
      ${tape?.problem ? html`<${Problem} text=${tape.problem} />` : html`<p class="dim">${say(tape ? "replay.nothing" : "wait")}</p>`}
      <p class="turns">${live}</p></section>`;
  }
  const at = player.at ?? tape.last;
  const press = () => player[player.playing ? "pause" : "play"]();
  return html`<section class="replay" aria-label=${say("replay.title")}>
    <p class="banner"><b>${say("replay.title")}</b> <span class="time mono">${exact(at)}</span>
      <span class="dim">${say(player.at === null ? "replay.how" : "replay.notnow")}</span></p>
    <${Problem} text=${player.problem} />
    <${Slider} tape=${tape} at=${at} player=${player} />
    <p class="turns">
      <button type="button" class="btn play" onClick=${press}>${say(player.playing ? "replay.pause" : "replay.play")}</button>
      <label class="pick">${say("replay.speed")} <select onChange=${(event) => player.setSpeed(Number(event.target.value))}>
        ${SPEEDS.map((speed) => html`<option value=${speed} selected=${speed === player.speed}>${speed}×</option>`)}
      </select></label>
      ${tape.marks.length > 0 && html`<${Marks} tape=${tape} labs=${labs} at=${at} player=${player} />`}
      ${live}
    </p>
  </section>`;
}
