// A step that is checked by itself.

import * as facts from "./facts.js";
import { html, useState } from "./parts.js";
import { clock, say } from "./words.js";

// Says that the step is checked by itself, and checks it at once when asked.
export function Watched({ page, lab, step, run }) {
  const [checking, setChecking] = useState(false);
  const [said, setSaid] = useState("");
  if (!facts.isWatched(lab, step)) {
    return null;
  }
  const id = `airlift-watch-${step.id}`;
  const check = async () => {
    setChecking(true);
    setSaid("");
    const state = await run(() => page.seat.check(lab.slug, step.id));
    setChecking(false);
    setSaid(state ? say("watch.not-yet", { time: clock(Date.now() + page.seat.skew) }) : "");
  };
  return html`<div class="beside"><button type="button" class="btn" aria-describedby=${id}
      aria-disabled=${String(checking)} onClick=${() => !checking && check()}>
      ${say(checking ? "watch.running" : "watch.now")}</button>
    <p class="dim" id=${id}>${say("watch.is")}</p>
    <p class="dim" role="status">${said}</p></div>`;
}
