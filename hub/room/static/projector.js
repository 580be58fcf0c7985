// The projector's page: counts, the way in and the time, in type for the last row. It
// holds no login, only the token behind its address, and is told no names.

import { Said, base, clock, html, mark, render, timeOf, useTime } from "./parts.js";
import { milestone, purpose, scene, sentences } from "./projection.js";
import { say, speak } from "./strings.js";
import { useEffect, useRef, useState } from "./vendor/hooks.mjs";
import { address } from "./facts.js";
import { follow } from "./stream.js";
import { left } from "./timing.js";

const SOON_MS = 15 * 60_000; // how long before its end the address says so
const STATES = ["passed", "trying", "stuck"];

// The room's state, the connection's, and when it was last heard.
function useRoom() {
  const [wall, setWall] = useState(null);
  const [live, setLive] = useState("opening");
  const seenAt = useRef(0);
  useEffect(() => {
    const token = location.hash.slice(1);
    addEventListener("hashchange", () => location.reload());
    const heard = async (_kind, message) => {
      clock.skew = message.at - Date.now();
      seenAt.current = Date.now();
      await speak(message.room.language);
      setWall((known) => (known && known.at > message.at ? known : message));
    };
    const follows = () => follow(`${base}api/projector/stream`, heard, setLive, { Authorization: `Bearer ${token}` });
    speak().then(token ? follows : () => setLive("login"));
  }, []);
  return { wall, live, seenAt: seenAt.current };
}

// Keeps the screen awake where the browser allows it.
function useAwake() {
  useEffect(() => {
    const wake = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
    wake();
    document.addEventListener("visibilitychange", wake);
    return () => document.removeEventListener("visibilitychange", wake);
  }, []);
}

const share = (n, counts) => {
  const all = counts.passed + counts.trying + counts.stuck + counts.none;
  return { width: `${all ? (100 * n) / all : 0}%` };
};

function Bar({ counts }) {
  return html`<div class="bar" aria-hidden="true">
    ${STATES.map((state) => html`<i class=${state} style=${share(counts[state], counts)}></i>`)}</div>`;
}

function Counts({ counts }) {
  return html`<ul class="counts">${[...STATES, "none"].filter((state) => counts[state] > 0).map(
    (state) => html`<li>${mark(state)} ${say(`projector.count.${state}`, { count: counts[state] })}</li>`,
  )}</ul>`;
}

function Steps({ steps, now }) {
  return html`<ol class="steps" aria-label=${say("projector.steps")}>${steps.map((step) => html`<li
      class=${step.number === now ? "now" : undefined} aria-current=${step.number === now ? "step" : undefined}>
      <b>${step.number}</b><${Bar} counts=${step} />
      <span class="said">${step.title}: ${say("projector.count.passed", { count: step.passed })}</span></li>`)}</ol>`;
}

function Join({ join, seats, big }) {
  const free = Math.max(seats.capacity - seats.taken, 0);
  return html`<div class="join">
    <img src=${join.qr} alt=${say("projector.qr")} />
    <div><p class="dim">${say("projector.join")}</p>
      <p class="where">${address(join.url)}</p>
      <p class="code mono">${join.code}</p>
      ${big && html`<p class="dim">${say("projector.free", { count: free })}</p>`}</div>
  </div>`;
}

function Clock({ wall, now }) {
  const found = left(wall.countdown, now);
  if (!found) {
    return null;
  }
  return html`<div class="clock ${found.over ? "over" : ""}">
    <p class="dim">${found.over ? say("projector.left.over") : purpose(wall)}</p>
    <p class="digits" role="timer">${found.words}</p></div>`;
}

function Head({ wall, where }) {
  const { room, lab, step } = wall;
  const labs = lab?.of > 1 ? say("projector.lab", lab) : "";
  return html`<header><p class="title">${[room.title, room.rehearsal ? say("projector.rehearsal") : ""].filter(Boolean).join(" · ")}</p>
    ${where === "lab" && step && html`<p class="step">${[labs, say("projector.step", step)].filter(Boolean).join(" · ")}</p>`}</header>`;
}

// The last line of calm news: what was said, else where the room stops, else a milestone.
function News({ wall }) {
  const { message, gate, step } = wall;
  const reached = milestone(wall);
  return html`<div class="news">
    ${message && html`<blockquote class=${message.text.length > 160 ? "long" : undefined}><span><${Said} text=${message.text} /></span></blockquote>`}
    ${gate && step && html`<p>${mark("none")} ${say("projector.gate", step)}</p>`}
    ${reached && !message && html`<p>${mark("passed")} ${timeOf(wall.milestone.at)} · ${reached}</p>`}
  </div>`;
}

// What is to be said of the link itself; "" while all is well.
function linkWords(live, wall, now, seenAt) {
  if (live !== "live" && live !== "opening") {
    return say("projector.reconnecting", { time: timeOf(seenAt) });
  }
  return wall.expires_at - now < SOON_MS ? say("projector.until", { time: timeOf(wall.expires_at) }) : "";
}

function Wall({ wall, live, seenAt }) {
  const now = useTime(250);
  const where = scene(wall);
  const said = sentences(wall);
  const link = linkWords(live, wall, now, seenAt);
  return html`<main class="wall at-${where} ${wall.message ? "telling" : ""} ${link ? "warned" : ""}">
    <${Head} wall=${wall} where=${where} />
    <h1>${said.map((one) => html`<span>${one} </span>`)}</h1>
    ${where === "lab" && html`<${Bar} counts=${wall.counts} /><${Counts} counts=${wall.counts} />`}
    ${where === "door" && html`<${Join} join=${wall.join} seats=${wall.seats} big />`}
    ${where !== "door" && wall.steps.length > 1 && html`<${Steps} steps=${wall.steps} now=${wall.step?.number} />`}
    <${News} wall=${wall} />
    <footer>${where === "lab" && wall.join ? html`<${Join} join=${wall.join} seats=${wall.seats} />` : html`<div></div>`}
      <${Clock} wall=${wall} now=${now} /></footer>
    <div role="status">${link && html`<p class="link-state">${mark("stuck")} ${link}</p>`}</div>
  </main>`;
}

function Projector() {
  const { wall, live, seenAt } = useRoom();
  useAwake();
  useEffect(() => {
    if (wall) {
      document.title = `${wall.room.title} · Airlift`;
    }
  }, [wall?.room.title]);
  if (live === "login" || live === "refused") {
    return html`<main class="wall over"><h1>${say("projector.ended")}</h1><p>${say("projector.ended.do")}</p></main>`;
  }
  if (!wall) {
    return html`<main class="wall over"><p role="status">${say(live === "opening" ? "wait" : "projector.away")}</p></main>`;
  }
  return html`<${Wall} wall=${wall} live=${live} seenAt=${seenAt} />`;
}

speak().then(() => render(html`<${Projector} />`, document.getElementById("projector")));
