// The pace of the room: the countdown, where everybody goes, and what a step allows. What
// is in force is said with the way to take it back beside it.

import { Act, Problem, useSending } from "./sending.js";
import { html, mark, timeOf, useTime } from "./parts.js";
import { useRef, useState } from "./vendor/hooks.mjs";
import { Question } from "./question.js";
import { behind, left } from "./timing.js";
import { placeOf } from "./aims.js";
import { say } from "./strings.js";

const PRESETS = [5, 10, 15];
const MORE = 5;
const LONGEST = 600; // minutes

// What a countdown is for, in words.
function purpose({ lab, step }, labs) {
  return step ? say("pace.for.step", placeOf(labs, lab, step)) : say("pace.for.room");
}

function Running({ countdown, labs, now, sending }) {
  const { words, share, over } = left(countdown, now);
  return html`<div class="clock ${over ? "over" : ""}">
    <p class="big" role="timer">${over ? say("pace.over") : words}</p>
    <p class="dim">${purpose(countdown, labs)} · ${say("pace.until", { time: timeOf(countdown.ends_at) })}</p>
    <div class="bar" aria-hidden="true"><i style=${{ width: `${100 * share}%` }}></i></div>
    <p class="turns">
      <${Act} sending=${sending} path="countdown" body=${{ more: MORE }} words=${say("pace.more", { count: MORE })} main />
      <${Act} sending=${sending} path="countdown" body=${{ stop: true }} words=${say("pace.stop")} />
    </p>
  </div>`;
}

function Start({ lab, labs, step, sending }) {
  const [own, setOwn] = useState("");
  const [whole, setWhole] = useState(false);
  const aim = whole ? {} : { lab: lab.slug, step: step.id };
  const minutes = Number(own);
  const fits = Number.isInteger(minutes) && minutes >= 1 && minutes <= LONGEST;
  const pick = (event) => setWhole(event.target.value === "room");
  return html`<div class="clock">
    <p class="turns" role="group" aria-label=${say("pace.countdown")}>
      ${PRESETS.map((count) => html`<${Act} sending=${sending} path="countdown" body=${{ minutes: count, ...aim }}
        words=${say("pace.minutes", { count })} />`)}
      <label class="pick">${say("pace.own")} <input class="own" type="number" inputmode="numeric" min="1" max=${LONGEST}
        step="1" value=${own} onInput=${(event) => setOwn(event.target.value)} /></label>
      ${fits && html`<${Act} sending=${sending} path="countdown" body=${{ minutes, ...aim }} words=${say("pace.begin")}
        main onSent=${() => setOwn("")} />`}
    </p>
    <label class="pick">${say("pace.for")} <select onChange=${pick}>
      <option value="step" selected=${!whole}>${purpose({ lab: lab.slug, step: step.id }, labs)}</option>
      <option value="room" selected=${whole}>${purpose({}, labs)}</option>
    </select></label>
  </div>`;
}

// What a step allows: where the room stops, and whether its hints are there.
function Step({ room, aim, step, sending }) {
  const key = `${aim.lab}/${aim.step}`;
  const [gate, held] = [room.gates?.[key], room.held?.includes(key)];
  const act = (path, body, words, main) =>
    html`<${Act} sending=${sending} path=${path} body=${{ ...aim, ...body }} words=${words} main=${main} />`;
  return html`<dl class="allows">
    <div><dt>${say("pace.gate", step)}</dt>
      <dd>${gate ? html`<b>${say(`pace.gate.${gate}`)}</b>` : html`<span class="dim">${say("pace.gate.none")}</span>`}
        <p class="turns">${gate
          ? act("gates", { closed: false, strict: false }, say("pace.gate.open"), true)
          : html`${act("gates", { closed: true, strict: false }, say("pace.gate.close.soft"))}
              ${act("gates", { closed: true, strict: true }, say("pace.gate.close.strict"))}`}</p>
        <p class="dim small">${say("pace.gate.soft.means")}<br />${say("pace.gate.strict.means")}</p></dd></div>
    <div><dt>${say("pace.hints", step)}</dt>
      <dd>${held ? html`<b>${say("pace.hints.held")}</b>` : html`<span class="dim">${say("pace.hints.free")}</span>`}
        <p class="turns">${act("hints", { held: !held }, say(held ? "pace.hints.release" : "pace.hints.hold"), held)}</p></dd></div>
  </dl>`;
}

function Goal({ room, step, missing, aim, sending }) {
  const [asked, setAsked] = useState(false);
  const here = room.goal?.lab === aim.lab && room.goal?.step === aim.step;
  const words = say("pace.goal", step);
  const told = (key) => (missing ? say(key, { count: missing }) : say(`${key}.none`));
  const go = async () => (await sending.send("goal", aim)) && setAsked(false);
  return html`<p class="turns"><button type="button" class="btn main" aria-disabled=${here ? "true" : undefined}
      onClick=${(event) => event.detail < 2 && !here && setAsked(true)}>${words}</button>
      <span class="dim">${told("pace.behind")}</span></p>
    <${Question} open=${asked} title=${words} words=${`${told("pace.goal.behind")} ${say("pace.goal.means", step)}`}
      yes=${words} busy=${sending.busy} onYes=${go} onNo=${() => setAsked(false)} />`;
}

// The start of the lab, and a corrected version of it when there is one.
function Lab({ room, lab, sums, sending }) {
  const [started, offered] = [sums?.started_at, room.offers?.[lab.slug]];
  return html`<section class="row" aria-labelledby="pace-lab">
    <h3 id="pace-lab">${lab.title}</h3>
    <p class="turns">
      <${Act} sending=${sending} path="start" body=${{ lab: lab.slug }} main=${!started}
        words=${say(started ? "pace.start.again" : "pace.start")} />
      <span class="dim">${started ? say("pace.started", { time: timeOf(started) }) : say("pace.start.means")}</span></p>
    ${lab.newer && lab.newer !== offered && html`<p class="turns">
      <${Act} sending=${sending} path="offers" body=${{ lab: lab.slug, version: lab.newer }} words=${say("pace.offer", { version: lab.newer })} />
      <span class="dim">${say("pace.offer.means")}</span></p>`}
  </section>`;
}

// Everything that is in force in the room, each with its way back.
function inForce({ room, labs }) {
  const split = (key) => ({ lab: key.slice(0, key.indexOf("/")), step: key.slice(key.indexOf("/") + 1) });
  const at = ({ lab, step }) => placeOf(labs, lab, step);
  const { goal, gates = {}, held = [], offers = {} } = room;
  return [
    goal?.step && { key: "goal", words: say("pace.force.goal", { ...at(goal), time: timeOf(goal.at) }), path: "goal", body: { clear: true }, undo: say("pace.takeback") },
    ...Object.keys(gates).map((key) => ({
      key: `gate ${key}`,
      words: say(`pace.force.gate.${gates[key]}`, at(split(key))),
      path: "gates", body: { ...split(key), closed: false, strict: false }, undo: say("pace.gate.open"),
    })),
    ...held.map((key) => ({
      key: `held ${key}`, words: say("pace.force.held", at(split(key))),
      path: "hints", body: { ...split(key), held: false }, undo: say("pace.hints.release"),
    })),
    ...Object.entries(offers).map(([slug, version]) => ({
      key: `offer ${slug}`, words: say("pace.force.offer", { version, lab: labs.find((one) => one.slug === slug)?.title ?? slug }),
    })),
  ].filter(Boolean);
}

function Force({ room, labs, sending }) {
  const list = inForce({ room, labs });
  return html`<section class="row now" aria-labelledby="pace-force">
    <h3 id="pace-force">${say("pace.force")}</h3>
    ${list.length === 0 && html`<p class="dim">${say("pace.force.none")}</p>`}
    <ul class="force">${list.map(({ key, words, path, body, undo }) => html`<li key=${key}><span>${words}</span>
      ${path && html`<${Act} sending=${sending} path=${path} body=${body} words=${undo} label=${`${undo}: ${words}`} />`}</li>`)}</ul>
  </section>`;
}

export function Pace({ room, labs, lab, now }) {
  const sending = useSending(room.id);
  const time = useTime(500);
  const sums = now?.[lab.slug];
  const [chosen, setChosen] = useState(null);
  const front = useRef(null);
  front.current ??= sums?.front ?? 0; // where the room was when this was opened
  const at = Math.min(chosen?.lab === lab.slug ? chosen.at : front.current, lab.steps.length - 1);
  const step = lab.steps[at];
  if (!step) {
    return html`<div class="pace"><p class="dim">${say("pace.nosteps")}</p></div>`;
  }
  const aim = { lab: lab.slug, step: step.id };
  const place = { number: at + 1, title: step.title };
  const { passed = 0, trying = 0, stuck = 0 } = sums?.steps[at] ?? {};
  return html`<div class="pace">
    <${Problem} text=${sending.problem} />
    <${Force} room=${room} labs=${labs} sending=${sending} />
    <section class="row" aria-labelledby="pace-clock"><h3 id="pace-clock">${say("pace.countdown")}</h3>
      ${room.countdown?.ends_at
        ? html`<${Running} countdown=${room.countdown} labs=${labs} now=${time} sending=${sending} />`
        : html`<${Start} lab=${lab} labs=${labs} step=${step} sending=${sending} />`}</section>
    <section class="row" aria-labelledby="pace-step"><h3 id="pace-step">${say("pace.step")}</h3>
      <label class="pick"><span class="said">${say("pace.step")}</span>
        <select onChange=${(event) => setChosen({ lab: lab.slug, at: Number(event.target.value) })}>
          ${lab.steps.map((one, index) => html`<option value=${index} selected=${index === at}>${index + 1} · ${one.title}</option>`)}
        </select></label>
      <p class="count"><span>${mark("passed", "", "small")} ${say("pace.passed", { count: passed })}</span>
        <span>${mark("trying", "", "small")} ${say("pace.trying", { count: trying })}</span>
        <span>${mark("stuck", "", "small")} ${say("pace.stuck", { count: stuck })}</span></p>
      <${Goal} room=${room} step=${place} missing=${behind(sums?.steps ?? [], at)} aim=${aim} sending=${sending} />
      <${Step} room=${room} aim=${aim} step=${place} sending=${sending} /></section>
    <${Lab} room=${room} lab=${lab} sums=${sums} sending=${sending} />
  </div>`;
}
