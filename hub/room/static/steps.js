// One card a step: its bar and its counts. The step where most of the room is has an
// ink border.

import { html, mark, memo } from "./parts.js";
import { say } from "./strings.js";
import { stateWords } from "./words.js";

const MOST = 8; // cards in a row; more steps make even rows
const KINDS = ["passed", "trying", "stuck", "none"];

const share = (n, all) => ({ width: `${all ? (100 * n) / all : 0}%` });

const Step = memo(({ number, title, passed, trying, stuck, none, faults, now, gate }) => {
  const sums = { passed, trying, stuck, none };
  const all = passed + trying + stuck + none;
  const words = KINDS.map((kind) => `${sums[kind]} ${stateWords(kind)}`).join(", ");
  return html`<li class="step ${now ? "now" : ""}" aria-current=${now ? "step" : undefined}>
    <h2 title=${title}><span class="dim">${number}</span>${" "}${title}</h2>
    <div class="bar" aria-hidden="true">
      ${KINDS.slice(0, 3).map((kind) => sums[kind] > 0 && html`<i class=${kind} style=${share(sums[kind], all)}></i>`)}
    </div>
    <p class="said">${words}</p>
    <p class="count" aria-hidden="true">
      ${KINDS.map((kind) => (kind === "passed" || sums[kind] > 0) && html`<span class=${kind} title=${stateWords(kind)}>
        ${mark(kind, "", "small")}<b>${sums[kind]}</b></span>`)}
    </p>
    ${(faults > 0 || gate) && html`<p class="more">
      ${faults > 0 && html`<span>${mark("fault", "", "small")} ${say("board.fault.seats", { count: faults })}</span>`}
      ${gate && html`<span>${say(`board.gate.${gate}`)}</span>`}</p>`}
  </li>`;
});

export function Steps({ steps, sums, gates }) {
  const rows = Math.ceil(steps.length / MOST);
  const style = { "--columns": Math.ceil(steps.length / rows) || 1 };
  return html`<ol class="steps" aria-label=${say("board.steps")} style=${style}>
    ${steps.map((step, at) => html`<${Step} key=${step.key} number=${step.number} title=${step.title}
      now=${at === sums.front} gate=${gates?.[step.key]} ...${sums.steps[at]} />`)}
  </ol>`;
}
