// Three questions before leaving, asked once and never in the way.

import { html, mark, useLayoutEffect, useRef, useState } from "./parts.js";
import { say } from "./words.js";

const ANSWERS = ["yes", "maybe", "no"];

export function Closing({ state, run, lab, page, wanted, onDone }) {
  const given = state.closing ?? {};
  const [again, setAgain] = useState(given.again ?? "");
  const [good, setGood] = useState(given.good ?? "");
  const [better, setBetter] = useState(given.better ?? "");
  const [sent, setSent] = useState(false);
  const [thanks, first] = [useRef(null), useRef(null)];
  useLayoutEffect(() => wanted && first.current?.focus(), [wanted]);
  useLayoutEffect(() => sent && thanks.current?.focus(), [sent]);
  const send = (event) => {
    event.preventDefault();
    run(async () => {
      await page.seat.tell("closing", lab.slug, "", { again, good: good.trim(), better: better.trim() });
      setSent(true);
    });
  };
  if (sent) {
    return html`<section class="card"><p class="beside" tabindex="-1" ref=${thanks}>${mark("passed")}<span>${say("closing.thanks")}</span></p>
      <button type="button" class="btn" onClick=${onDone}>${say("closing.close")}</button></section>`;
  }
  const line = (id, value, set) => html`<label for=${`airlift-${id}`}>${say(`closing.${id}`)}</label>
    <textarea id=${`airlift-${id}`} rows="2" maxlength="500" value=${value} onInput=${(event) => set(event.target.value)}></textarea>`;
  return html`<form class="card closing" aria-labelledby="airlift-closing" onSubmit=${send}>
    <h3 id="airlift-closing">${say("closing.title")}</h3>
    <fieldset><legend>${say("closing.again")}</legend>
      <div class="row">${ANSWERS.map((one) => html`<label key=${one} class="radio"><input ref=${one === ANSWERS[0] ? first : null} type="radio" name="airlift-again" value=${one}
        required checked=${again === one} onChange=${() => setAgain(one)} />${say(`closing.${one}`)}</label>`)}</div></fieldset>
    ${line("good", good, setGood)}${line("better", better, setBetter)}
    <p class="dim">${say("closing.what")}</p>
    <div class="row"><button class="btn main">${say("closing.send")}</button>
      <button type="button" class="btn" onClick=${onDone}>${say("closing.later")}</button></div>
  </form>`;
}
