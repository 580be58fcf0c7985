// What helps one seat: the cell it shares, and another return phrase.

import { freshId, newPhrase, sharedCell } from "./actions.js";
import { html } from "./parts.js";
import { useState } from "./vendor/hooks.mjs";

// A cell that somebody shares, as plain text; read when asked for.
export function Shared({ room, seat, at }) {
  const [cell, setCell] = useState(null);
  if (!seat.shared?.includes(at)) {
    return null;
  }
  const read = async () => setCell(await sharedCell(room, seat.seat, at));
  if (!cell?.source) {
    return html`<p><button type="button" class="btn" onClick=${read}>Read the shared cell</button></p>
      ${cell?.problem && html`<p class="problem" role="alert">${cell.problem}</p>`}`;
  }
  return html`<pre class="mono cell" tabindex="0" aria-label="The shared cell">${cell.source}</pre>
    <p><button type="button" class="link" onClick=${() => setCell(null)}>Put it away</button></p>`;
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
    return html`<div role="status"><p>The new return phrase. Let them write it down: it is not shown again here.</p>
      <p class="phrase">${answer.phrase}</p></div>
      <p><button type="button" class="btn" onClick=${done}>It is written down</button></p>`;
  }
  if (!asked) {
    return html`<p><button type="button" class="btn" onClick=${() => setAsked(freshId())}>New return phrase</button></p>`;
  }
  return html`<p>The old phrase stops working. Is this their seat?</p>
    ${answer?.problem && html`<p class="problem" role="alert">${answer.problem}</p>`}
    <p class="turns"><button type="button" class="btn main" onClick=${(event) => event.detail < 2 && give()}>Make a new phrase</button>
      <button type="button" class="btn" onClick=${done}>Leave it</button></p>`;
}
