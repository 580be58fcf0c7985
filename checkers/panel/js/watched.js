// What a step has that is not only done in its cell: a question, checks by themselves.

import * as facts from "./facts.js";
import { Said, html, useState } from "./parts.js";
import { clock, say } from "./words.js";

// What the step asks, with its options numbered as `answer` takes them.
export function Question({ lab, step }) {
  const { question, id } = step;
  if (!question || (step.state === "passed" && !facts.isDifferent(step))) {
    return null;
  }
  return html`<div class="question"><p lang=${lab.language}><${Said} text=${question.text} /></p>
    ${question.options.length > 0 &&
    html`<ol lang=${lab.language}>${question.options.map((text) => html`<li key=${text}><${Said} text=${text} /></li>`)}</ol>`}
    <p class="dim"><${Said} text=${say("question.how", { step: id })} /></p></div>`;
}

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
