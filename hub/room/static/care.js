// What helps one seat: the next hint, a word, a visit, the cell it shares, where it sits,
// and another return phrase.

import { freshId, newPhrase, sendHint, setZone, sharedCell, visit } from "./actions.js";
import { html } from "./parts.js";
import { say } from "./strings.js";
import { useState } from "./vendor/hooks.mjs";

// A cell that somebody shares, as plain text; read when asked for.
export function Shared({ room, seat, at }) {
  const [cell, setCell] = useState(null);
  if (!seat.shared?.includes(at)) {
    return null;
  }
  const read = async () => setCell(await sharedCell(room, seat.seat, at));
  if (!cell?.source) {
    return html`<p><button type="button" class="btn" onClick=${read}>${say("detail.shared.read")}</button></p>
      ${cell?.problem && html`<p class="problem" role="alert">${cell.problem}</p>`}`;
  }
  return html`<pre class="mono cell" tabindex="0" aria-label=${say("detail.shared")}>${cell.source}</pre>
    <p><button type="button" class="link" onClick=${() => setCell(null)}>${say("detail.shared.away")}</button></p>`;
}

// Another phrase for somebody who lost the first one: asked twice, shown once.
export function Phrase({ room, seat }) {
  const [asked, setAsked] = useState("");
  const [answer, setAnswer] = useState(null);
  const give = async () => setAnswer(await newPhrase(room, seat.seat, asked));
  const done = () => {
    setAsked("");
    setAnswer(null);
  };
  if (answer?.phrase) {
    return html`<div role="status"><p>${say("detail.phrase.new")}</p><p class="phrase">${answer.phrase}</p></div>
      <p><button type="button" class="btn" onClick=${done}>${say("detail.phrase.done")}</button></p>`;
  }
  if (!asked) {
    return html`<p><button type="button" class="btn" onClick=${() => setAsked(freshId())}>${say("detail.phrase")}</button></p>`;
  }
  return html`<p>${say("detail.phrase.sure")}</p>
    ${answer?.problem && html`<p class="problem" role="alert">${answer.problem}</p>`}
    <p class="turns"><button type="button" class="btn main" onClick=${(event) => event.detail < 2 && give()}>${say("detail.phrase.make")}</button>
      <button type="button" class="btn" onClick=${done}>${say("detail.phrase.leave")}</button></p>`;
}

// Where somebody sits, to be corrected when it was typed wrong.
export function Zone({ room, seat }) {
  const [typed, setTyped] = useState(null);
  const [problem, setProblem] = useState("");
  const keep = async (event) => {
    event.preventDefault();
    const answer = await setZone(room, seat.seat, typed.trim());
    setProblem(answer.problem ?? "");
    setTyped(answer.problem ? typed : null);
  };
  if (typed === null) {
    return html`<p><button type="button" class="btn" onClick=${() => setTyped(seat.zone ?? "")}>${say("detail.zone")}</button></p>`;
  }
  return html`<form class="turns" onSubmit=${keep}>
    <label class="pick">${say("detail.zone.field")}${" "}<input class="short" maxlength="24" value=${typed} onInput=${(event) => setTyped(event.target.value)} /></label>
    <button class="btn main">${say("detail.zone.keep")}</button>
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
  </form>`;
}

// The next hint of a step for this seat, until it has them all or has passed.
export function NextHint({ room, seat, step }) {
  const [told, setTold] = useState({});
  const open = Math.max(seat.steps[step.key]?.sent ?? 0, seat.steps[step.key]?.hints ?? 0);
  if (seat.steps[step.key]?.state === "passed") {
    return null;
  }
  if (open >= step.hints.length) {
    return step.hints.length ? html`<span class="dim">${say("detail.hint.none")}</span>` : null;
  }
  const send = async (event) => {
    if (event.detail < 2 && !told.busy) {
      setTold({ busy: true });
      setTold(await sendHint(room, step.lab, step.id, [seat.seat]));
    }
  };
  const next = { number: open + 1, total: step.hints.length };
  return html`<button type="button" class="btn" title=${step.hints[open]} aria-disabled=${told.busy ? "true" : undefined} onClick=${send}>
      ${say("detail.hint", next)}</button>
    ${told.problem && html`<p class="problem" role="alert">${told.problem}</p>`}`;
}

// The seat's own page in another tab, announced to whoever sits there.
export function Visit({ room, seat }) {
  const [problem, setProblem] = useState("");
  const go = async (open) => {
    const tab = open ? globalThis.open("", "_blank") : null;
    const answer = await visit(room, seat.seat, open);
    setProblem(answer.problem ?? "");
    if (answer.url && tab) {
      tab.opener = null;
      tab.location = answer.url;
    } else {
      tab?.close();
    }
  };
  return html`<button type="button" class="btn" onClick=${(event) => event.detail < 2 && go(true)}>${say("detail.visit")}</button>
    ${seat.visit && html`<button type="button" class="btn" onClick=${() => go(false)}>${say("detail.visit.end")}</button>
      <span class="dim">${say("detail.visit.now", { who: seat.visit })}</span>`}
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}`;
}
