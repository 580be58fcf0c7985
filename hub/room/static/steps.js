// One card a step: its bar and its counts. The step where most of the room is has an
// ink border.

import { html, mark, memo } from "./parts.js";

const MOST = 8; // cards in a row; more steps make even rows

const share = (n, all) => ({ width: `${all ? (100 * n) / all : 0}%` });

const Step = memo(({ step, passed, trying, none, faults, now }) => {
  const all = passed + trying + none;
  const words = `${passed} passed, ${trying} trying, ${none} not started`;
  return html`<li class="step ${now ? "now" : ""}" aria-current=${now ? "step" : undefined}>
    <h2 title=${step.title}><span class="dim">${step.number}</span>${" "}${step.title}</h2>
    <div class="bar" aria-hidden="true">
      <i class="passed" style=${share(passed, all)}></i>
      <i class="trying" style=${share(trying, all)}></i>
    </div>
    <p class="said">${words}</p>
    <p class="count" aria-hidden="true">
      <span title="passed">${mark("passed", "", "small")}<b>${passed}</b></span>
      ${trying > 0 && html`<span title="trying">${mark("trying", "", "small")}${trying}</span>`}
      ${none > 0 && html`<span title="not started">${mark("none", "", "small")}${none}</span>`}
    </p>
    ${faults > 0 && html`<p class="faulty">${mark("fault", "", "small")} the check has a fault${" "}
      (${faults === 1 ? "1 seat" : `${faults} seats`})</p>`}
  </li>`;
});

export function Steps({ steps, sums, now }) {
  const rows = Math.ceil(steps.length / MOST);
  const style = { "--columns": Math.ceil(steps.length / rows) };
  return html`<ol class="steps" aria-label="Steps" style=${style}>
    ${steps.map((step, at) => html`<${Step} key=${step.key} step=${step} now=${at === now} ...${sums[at]} />`)}
  </ol>`;
}
