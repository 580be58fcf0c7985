// "The room goes on to step N", for those who are not there: come along by catching up,
// or go on alone.

import { html, useState } from "./parts.js";
import { say } from "./words.js";

export function Goal({ page, state, run }) {
  const { goal } = state;
  const [, decided] = useState(0);
  const lab = goal?.behind && state.labs.find((one) => one.slug === goal.lab);
  const step = lab && lab.steps.find((one) => one.id === goal.step);
  const name = goal && `${goal.lab}/${goal.step}/${goal.at ?? ""}`;
  if (!step || page.kept.get("goal") === name) {
    return null;
  }
  const alone = (event) => {
    event.currentTarget.closest(".scroll").focus(); // the button goes away
    page.kept.set("goal", name);
    decided((n) => n + 1);
  };
  const along = () => run(() => page.catchUp(lab, step));
  const values = { at: goal.number, title: step.title };
  return html`<section class="card" aria-label=${say("goal.title", values)}>
    <p><b>${say("goal.title", values)}</b></p>
    <p class="dim">${say("goal.what")}</p>
    <div class="row"><button type="button" class="btn main" onClick=${along}>${say("goal.along", values)}</button>
      <button type="button" class="btn" onClick=${alone}>${say("goal.alone")}</button></div>
  </section>`;
}
