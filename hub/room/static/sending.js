// Sending what the presenter does: once, however often a button is pressed, and again as
// the same call when no answer came.

import { act, freshId } from "./actions.js";
import { useRef, useState } from "./vendor/hooks.mjs";
import { html } from "./parts.js";
import { say } from "./strings.js";

// Returns { send(path, body), busy, problem }. `send` gives the room's answer, or null
// when it was refused, lost or another call is still under way. A call that was lost
// keeps its id for as long as the same is sent.
export function useSending(room, lost = "pace.lost") {
  const [state, setState] = useState({ busy: false, problem: "" });
  const unsaid = useRef({ what: "", id: "" });
  const running = useRef(false);
  const send = async (path, body = {}) => {
    if (running.current) {
      return null;
    }
    running.current = true;
    setState({ busy: true, problem: "" });
    const what = JSON.stringify([path, body]);
    if (unsaid.current.what !== what) {
      unsaid.current = { what, id: freshId() };
    }
    const answer = await act(room, path, { id: unsaid.current.id, ...body });
    if (!answer.lost) {
      unsaid.current = { what: "", id: "" };
    }
    running.current = false;
    setState({ busy: false, problem: answer.lost ? say(lost) : answer.problem ?? "" });
    return answer.problem ? null : answer;
  };
  return { send, ...state };
}

// A button that sends; the second click of a double click is no second wish.
export function Act({ sending, path, body, words, main, label, onSent }) {
  const press = async (event) => {
    if (event.detail < 2 && !sending.busy) {
      const answer = await sending.send(path, body);
      if (answer) {
        onSent?.(answer);
      }
    }
  };
  return html`<button type="button" class="btn ${main ? "main" : ""}" aria-label=${label}
    aria-disabled=${sending.busy ? "true" : undefined} onClick=${press}>${words}</button>`;
}

export function Problem({ text }) {
  return text ? html`<p class="problem" role="alert">${text}</p>` : null;
}
