// The call for help: a line, then where it stands, until somebody came.

import { isOpenAsk } from "./facts.js";
import { html, useEffect, useRef, useState } from "./parts.js";
import { clock, say } from "./words.js";

const ANSWERED_MS = 10 * 60_000;

function sentenceOf(ask, connected) {
  if (ask.state === "saved" && !connected) {
    return say("ask.saved");
  }
  if (ask.state === "waiting" && ask.position) {
    return ask.position === 1 ? say("ask.first") : say("ask.position", { position: ask.position });
  }
  if (ask.state === "claimed") {
    return say("ask.claimed");
  }
  return say(ask.state === "answered" ? "ask.answered" : "ask.sent");
}

// Where the call for help stands; nothing when there is none.
export function Ask({ page, state, run }) {
  const { ask } = state;
  const now = Date.now() + page.seat.skew;
  const shown = isOpenAsk(ask) || (ask?.state === "answered" && now - ask.at < ANSWERED_MS);
  const lab = shown && state.labs.find((one) => one.slug === ask.lab);
  const step = lab && lab.steps.find((one) => one.id === ask.step);
  const withdraw = () => run(() => page.seat.tell("withdraw", ask.lab, ask.step, { ask: ask.id }));
  return html`<section class=${shown ? "card queue" : ""} aria-label=${shown ? say("ask.title") : undefined}>
    <div class="beside">${shown && html`<span class="place" aria-hidden="true">${ask.position ?? (ask.state === "answered" ? "✓" : "…")}</span>`}
      <div><p role="status">${shown ? sentenceOf(ask, state.connection.state === "connected") : ""}</p>
      ${shown && html`<p class="dim">${say("ask.about", { title: step?.title ?? lab?.title ?? "", time: clock(ask.at) })}</p>`}
      ${shown && ask.words && html`<p class="dim words">${ask.words}</p>`}</div></div>
    ${isOpenAsk(ask) && html`<button type="button" class="btn" onClick=${withdraw}>${say("ask.withdraw")}</button>`}
  </section>`;
}

// One optional line, then the call goes out.
export function HelpForm({ step, tell, onDone }) {
  const [words, setWords] = useState("");
  const field = useRef(null);
  useEffect(() => field.current?.focus(), []);
  const send = async (event) => {
    event.preventDefault();
    if (await tell("ask", { words: words.trim() })) {
      onDone();
    }
  };
  const onKey = (event) => event.key === "Escape" && onDone();
  return html`<form class="card help" onSubmit=${send} onKeyDown=${onKey}>
    <label for="airlift-words">${say("help.words", { title: step?.title ?? "" })}</label>
    <input id="airlift-words" type="text" maxlength="500" ref=${field} value=${words} autocomplete="off"
      onInput=${(event) => setWords(event.target.value)} />
    <p class="dim">${say("help.what")}</p>
    <div class="row"><button class="btn main">${say("help.send")}</button>
      <button type="button" class="btn" onClick=${onDone}>${say("confirm.no")}</button></div>
  </form>`;
}
