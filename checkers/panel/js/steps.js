// The list of steps; the open one shows its last check, its hints and what can be done.

import * as facts from "./facts.js";
import { Feedback } from "./feedback.js";
import { Said, html, mark, useEffect, useLayoutEffect, useRef, useState } from "./parts.js";
import { Question } from "./question.js";
import { Watched } from "./watched.js";
import { clock, say } from "./words.js";

// What the last check said, in the amber-edged box.
function LastCheck({ step }) {
  const different = facts.isDifferent(step);
  const failed = step.now === "failed" && step.hint;
  if (!different && !failed) {
    return null;
  }
  return html`<div class="hint">${different && html`<b>${say("step.different")}</b> `}${failed && html`<${Said} text=${step.hint} />`}</div>`;
}

function Hints({ hints }) {
  if (!hints.open.length) {
    return null;
  }
  return html`<ol class="hints" aria-label=${say("hints.open")}>
    ${hints.open.map(({ text, sent }, at) => html`<li key=${at}><b>${say(sent ? "hints.sent" : "hints.one", { at: at + 1, total: hints.total })}</b> <${Said} text=${text} /></li>`)}
  </ol>`;
}

// Let the helpers read this one cell, and take it back.
function Sharing({ page, lab, step, run, tell }) {
  const id = `airlift-share-${step.id}`;
  const share = () =>
    run(async () => {
      const source = page.desk.source(lab, step);
      if (source === null) {
        throw Object.assign(new Error(say("share.closed")), { code: "closed" });
      }
      await page.seat.tell("share", lab.slug, step.id, { source: source.slice(0, 20_000) });
    });
  return html`<div class="beside"><button type="button" class="btn" aria-describedby=${id}
      onClick=${() => (step.shared ? tell("unshare", {}, step) : share())}>
      ${say(step.shared ? "share.stop" : "share.start")}</button>
    <p class="dim" id=${id}>${say(step.shared ? "share.is" : "share.what")}</p></div>`;
}

// Asks once more in words before something is done.
export function Confirm({ text, yes, onYes, onNo }) {
  const box = useRef(null);
  useLayoutEffect(() => box.current?.focus(), []);
  return html`<div class="confirm" tabindex="-1" ref=${box} role="group" aria-label=${text}>
    <p>${text}</p>
    <div class="row"><button type="button" class="btn main" onClick=${onYes}>${yes}</button>
      <button type="button" class="btn" onClick=${onNo}>${say("confirm.no")}</button></div></div>`;
}

// Catch up to here, start again: seldom wanted, so behind a disclosure.
function Seldom({ page, lab, step, run }) {
  const [asked, setAsked] = useState("");
  const opener = useRef(null);
  const done = () => {
    setAsked("");
    opener.current?.focus();
  };
  const catchUp = () =>
    run(async () => {
      done();
      await page.catchUp(lab, step);
    });
  const again = () =>
    run(async () => {
      done();
      const { cells } = await page.seat.pristine(lab.slug, step.id);
      if (!page.desk.notebook(lab)) {
        throw Object.assign(new Error(say("again.closed")), { code: "closed" });
      }
      await page.seat.tell("reset", lab.slug, step.id, { generation: step.generation + 1 });
      await page.desk.insertBelow(lab, step, cells);
    });
  const choices = { "catch-up": catchUp, again };
  return html`<details class="more"><summary ref=${opener}>${say("more.step")}</summary>
    ${asked
      ? html`<${Confirm} text=${say(`${asked}.confirm`, { title: step.title })} yes=${say(`${asked}.yes`)}
          onYes=${choices[asked]} onNo=${done} />`
      : html`<div class="column">${Object.keys(choices).map(
          (name) => html`<button type="button" class="btn" key=${name} onClick=${() => setAsked(name)}>${say(name)}</button>`,
        )}</div>`}</details>`;
}

function Open({ page, state, lab, step, run, tell, onGo }) {
  const tried = step.state !== "untouched" || step.attempts > 0;
  const gate = facts.gateAt(lab, step);
  const next = step.state === "passed" && !facts.isDifferent(step) && facts.nextStep(lab, step);
  const sharing =
    facts.hasHelpers(state) &&
    (step.shared || (tried && (step.state !== "passed" || facts.isDifferent(step)))) &&
    html`<${Sharing} ...${{ page, lab, step, run, tell }} />`;
  return html`<div class="open" id=${`airlift-open-${step.id}`}>
    ${gate && html`<p class="note ask">${mark("gate")}<span>${say(facts.gateKey(lab, gate), { at: gate.number })}</span></p>`}
    ${step.question
      ? html`<${Question} key=${`q-${lab.slug}-${step.id}`} ...${{ page, lab, step, run }} />`
      : html`<${LastCheck} step=${step} /><${Watched} key=${`w-${step.id}`} ...${{ page, lab, step, run }} />`}
    <${Hints} hints=${step.hints} />
    ${step.caught_up && step.state !== "passed" && html`<p class="dim">${say("step.caught-up")}</p>`}
    ${next && html`<div><button type="button" class=${`btn ${gate ? "" : "main"}`} onClick=${() => onGo(next)}>
      ${say("step.next", { title: next.title })}</button></div>`}
    ${sharing}
    ${tried && html`<${Feedback} key=${`f-${step.id}`} step=${step} tell=${tell} />`}
    <${Seldom} key=${`s-${step.id}`} ...${{ page, lab, step, run }} />
  </div>`;
}

function Row({ lab, step, at, open, onGo }) {
  const [key, values] = facts.sideOf(step, clock, facts.isShut(lab, step));
  return html`<button type="button" class="step" aria-expanded=${String(open)} data-step=${step.id}
      aria-controls=${open ? `airlift-open-${step.id}` : undefined} onClick=${() => onGo(step)}>
    ${mark(facts.markOf(step))}<span class="said">${say(facts.wordOf(step))}${": "}</span>
    <span class="title" lang=${lab.language}>${at + 1} ${step.title}</span>
    <small>${say(key, values)}${step.gate && html`<span class="wait">${say("side.gate")}</span>`}</small></button>`;
}

export function Steps(props) {
  const { lab, step: current, onGo } = props;
  const list = useRef(null);
  const seen = useRef(current?.id);
  useEffect(() => {
    if (seen.current !== current?.id) {
      seen.current = current?.id;
      list.current?.querySelector(".now > .step")?.scrollIntoView({ block: "nearest" });
    }
  }, [current?.id]);
  return html`<ol class="steps" ref=${list} aria-label=${say("steps.title")}>
    ${lab.steps.map((step, at) => {
      const open = step.id === current?.id;
      return html`<li key=${step.id} class=${`${step.state} ${open ? "now" : ""}`}>
        <${Row} lab=${lab} step=${step} at=${at} open=${open} onGo=${onGo} />
        ${open && html`<${Open} ...${props} step=${step} />`}</li>`;
    })}</ol>`;
}
