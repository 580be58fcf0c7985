// What the presenters say to the room, to a step or to this seat.

import { newestFirst, unseen } from "./facts.js";
import { html, useEffect } from "./parts.js";
import { clock, say } from "./words.js";

// Brings what came since the last look as a notification of JupyterLab too.
function useNotifications(messages, { kept, notify }) {
  const newest = messages.reduce((at, message) => Math.max(at, message.at), 0);
  useEffect(() => {
    const seen = kept.get("message");
    if (newest > (seen ?? 0)) {
      kept.set("message", newest);
    }
    if (seen !== null) {
      unseen(messages, seen).forEach((message) => notify(say("messages.new", { text: message.text })));
    } else if (!newest) {
      kept.set("message", 0);
    }
  }, [newest]);
}

function Message({ message }) {
  return html`<p class="message"><small class="dim">${say(`messages.to-${message.to}`, { time: clock(message.at) })}</small>
    <span>${message.text}</span></p>`;
}

export function Messages({ messages, page }) {
  useNotifications(messages, page);
  const [newest, ...earlier] = newestFirst(messages);
  return html`<section class=${newest ? "card messages" : ""} aria-label=${newest ? say("messages.title") : undefined}>
    <div role="status">${newest && html`<${Message} key=${newest.id} message=${newest} />`}</div>
    ${earlier.length > 0 && html`<details class="more"><summary>${say("messages.earlier", { number: earlier.length })}</summary>
      ${earlier.map((message) => html`<${Message} key=${message.id} message=${message} />`)}</details>`}
  </section>`;
}
