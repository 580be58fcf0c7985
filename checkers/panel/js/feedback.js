// How a step was: one click or one key, and words for who wants to.

import { FACES } from "./facts.js";
import { face, html, useState } from "./parts.js";
import { say } from "./words.js";

export function Feedback({ step, tell }) {
  const given = step.feedback?.face ?? "";
  const [words, setWords] = useState(step.feedback?.words ?? "");
  const [sent, setSent] = useState(false);
  const pick = async (name) => {
    setSent(false);
    await tell("feedback", { face: name, words: words.trim() }, step);
  };
  const onKey = (event) => {
    const name = FACES[Number(event.key) - 1];
    if (name && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      pick(name);
      event.currentTarget.querySelector(`[data-face=${name}]`).focus();
    }
  };
  const add = async (event) => {
    event.preventDefault();
    setSent(Boolean(await tell("feedback", { face: given, words: words.trim() }, step)));
  };
  return html`<div class="feedback">
    <p class="dim" id=${`airlift-how-${step.id}`}>${say("feedback.how")}</p>
    <div class="faces" role="group" aria-labelledby=${`airlift-how-${step.id}`} onKeyDown=${onKey}>
      ${FACES.map(
        (name, at) => html`<button type="button" key=${name} data-face=${name} class="btn" aria-keyshortcuts=${at + 1}
          aria-pressed=${String(given === name)} onClick=${() => pick(name)}>${face(name)}${say(`face.${name}`)}</button>`,
      )}</div>
    ${given && html`<form class="row" onSubmit=${add}>
      <input type="text" maxlength="500" aria-label=${say("feedback.words")} placeholder=${say("feedback.words")}
        value=${words} onInput=${(event) => (setWords(event.target.value), setSent(false))} />
      <button class="btn">${say("feedback.send")}</button></form>`}
    <p class="dim" role="status">${sent ? say("feedback.sent") : ""}</p>
  </div>`;
}
