// What the presenters say to the room, to a step or to this seat. Once a message was
// really on the screen, the room hears that it was seen.

import { newestFirst, unseen } from "./facts.js";
import { Said, html, useEffect, useRef, useState } from "./parts.js";
import { clock, say } from "./words.js";

const AGAIN_MS = 30_000;

// Tells the room once which messages were on the screen; tries again when it fails.
// Returns what to call with such a message's id.
function useReceipts(messages, { seat }, lab) {
  const shown = useRef(new Set()).current;
  const sent = useRef(new Set()).current;
  const [, again] = useState(0);
  useEffect(() => {
    messages.filter(({ id, seen }) => !seen && shown.has(id) && !sent.has(id)).forEach(({ id }) => {
      sent.add(id);
      seat.tell("seen", lab.slug, "", { message: id }).catch(() => {
        setTimeout(() => {
          sent.delete(id);
          again((n) => n + 1);
        }, AGAIN_MS);
      });
    });
  });
  return (id) => {
    if (!shown.has(id)) {
      shown.add(id);
      again((n) => n + 1);
    }
  };
}

// Brings what came since the last look as a notification of JupyterLab too, once the
// page is looked at.
function useNotifications(messages, { kept, notify }, onShow) {
  const newest = messages.reduce((at, message) => Math.max(at, message.at), 0);
  const hidden = document.hidden;
  useEffect(() => {
    if (hidden) {
      return;
    }
    const seenAt = kept.get("message");
    if (newest > (seenAt ?? 0)) {
      kept.set("message", newest);
    }
    if (seenAt !== null) {
      unseen(messages, seenAt).forEach((message) => {
        notify(say("messages.new", { text: message.text }));
        onShow(message.id);
      });
    } else if (!newest) {
      kept.set("message", 0);
    }
  }, [newest, hidden]);
}

function Message({ message, onShow }) {
  const head = useRef(null);
  const hidden = document.hidden;
  useEffect(() => {
    if (message.seen || hidden) {
      return undefined;
    }
    const look = ([{ isIntersecting }]) => isIntersecting && onShow(message.id);
    const eye = new IntersectionObserver(look, { threshold: 0.9 });
    eye.observe(head.current);
    return () => eye.disconnect();
  }, [message.id, message.seen, hidden]);
  return html`<p class="message"><small class="dim" ref=${head}>${say(`messages.to-${message.to}`, { time: clock(message.at) })}</small>
    <span><${Said} text=${message.text} /></span></p>`;
}

export function Messages({ messages, page, lab }) {
  const onShow = useReceipts(messages, page, lab);
  useNotifications(messages, page, onShow);
  const [newest, ...earlier] = newestFirst(messages);
  return html`<section class=${newest ? "card messages" : ""} aria-label=${newest ? say("messages.title") : undefined}>
    <div role="status">${newest && html`<${Message} key=${newest.id} message=${newest} onShow=${onShow} />`}</div>
    ${earlier.length > 0 && html`<details class="more"><summary>${say("messages.earlier", { number: earlier.length })}</summary>
      ${earlier.map((message) => html`<${Message} key=${message.id} message=${message} onShow=${onShow} />`)}</details>`}
  </section>`;
}
