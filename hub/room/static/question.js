// A question before something that reaches everybody: a native dialog, so that the focus
// goes in, Escape leaves it, and the focus comes back.

import { useLayoutEffect, useRef } from "./vendor/hooks.mjs";
import { html } from "./parts.js";
import { say } from "./strings.js";

export function Question({ open, title, words, yes, busy, onYes, onNo }) {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    if (open && !dialog.current.open) {
      dialog.current.showModal();
    } else if (!open && dialog.current.open) {
      dialog.current.close();
    }
  }, [open]);
  return html`<dialog ref=${dialog} class="card question" aria-labelledby="question" aria-describedby="question-words"
    onClose=${onNo} onKeyDown=${(event) => event.stopPropagation()}>
    <h2 id="question">${title}</h2>
    <p id="question-words">${words}</p>
    <p class="turns"><button type="button" class="btn main" aria-disabled=${busy ? "true" : undefined}
      onClick=${(event) => event.detail < 2 && !busy && onYes()}>${yes}</button>
      <button type="button" class="btn" onClick=${onNo}>${say("pace.leave")}</button></p>
  </dialog>`;
}
