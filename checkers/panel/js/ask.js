// The call for help: a line, then where it stands, until somebody came.

import { isOpenAsk } from "./facts.js";
import { html, useLayoutEffect, useRef, useState } from "./parts.js";
import { clock, say } from "./words.js";

const SHOWN_MS = 10 * 60_000;
const ENDED = ["answered", "solved"];

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
  return say(ENDED.includes(ask.state) ? `ask.${ask.state}` : "ask.sent");
}

// When the newest call came to its end, as far as this page knows: seen here, or else
// reckoned from when it was made.
function useEnd(ask, now) {
  const known = useRef({});
  const { id, state } = known.current;
  if (ask && (ask.id !== id || ask.state !== state)) {
    known.current = { id: ask.id, state: ask.state, at: ask.id === id ? now : ask.at };
  }
  return known.current.at ?? 0;
}

// Where the call for help stands; nothing when there is none.
export function Ask({ page, state, run }) {
  const { ask } = state;
  const now = Date.now() + page.seat.skew;
  const endedAt = useEnd(ask, now);
  const ended = ENDED.includes(ask?.state);
  const shown = isOpenAsk(ask) || (ended && now - endedAt < SHOWN_MS);
  const lab = shown && state.labs.find((one) => one.slug === ask.lab);
  const step = lab && lab.steps.find((one) => one.id === ask.step);
  const withdraw = () => run(() => page.seat.tell("withdraw", ask.lab, ask.step, { ask: ask.id }));
  return html`<section class=${shown ? "card queue" : ""} aria-label=${shown ? say("ask.title") : undefined}>
    <div class="beside">${shown && html`<span class="place" aria-hidden="true">${ask.position ?? (ended ? "✓" : "…")}</span>`}
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
  useLayoutEffect(() => field.current?.focus(), []);
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
