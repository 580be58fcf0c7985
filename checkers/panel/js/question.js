// A step's question as a form. What is answered goes the way of `answer` in a terminal:
// the seat keeps it and checks the step; what came of it is the step's own state.

import * as facts from "./facts.js";
import { Said, html, mark, useLayoutEffect, useRef, useState } from "./parts.js";
import { say } from "./words.js";

const MOST = 500;
const SEPARATOR = "; "; // between the options of one answer, as the seat keeps them

// What there is to choose from: one option, or several.
function Options({ name, question, draft, onDraft }) {
  const several = question.kind === "choices";
  const chosen = several ? draft.split(SEPARATOR) : [draft];
  const pick = (option, on) => {
    const has = (one) => (one === option ? on : several && chosen.includes(one));
    onDraft(question.options.filter(has).join(SEPARATOR));
  };
  return question.options.map(
    (option) => html`<label key=${option} class="radio"><input type=${several ? "checkbox" : "radio"} name=${name}
      checked=${chosen.includes(option)} onChange=${(event) => pick(option, event.target.checked)} />
      <span><${Said} text=${option} /></span></label>`,
  );
}

// A line to write in. A number is a text too: the seat reads it with a point or a comma,
// and says of what it cannot read.
function Words({ name, question, draft, onDraft, described }) {
  const unit = question.unit && `${name}-unit`;
  return html`<div class="row"><input id=${name} type="text" inputmode=${question.kind === "number" ? "decimal" : undefined}
      maxlength=${MOST} autocomplete="off" autocapitalize="off" spellcheck=${false} value=${draft}
      aria-describedby=${[unit, described].filter(Boolean).join(" ")} onInput=${(event) => onDraft(event.target.value)} />
    ${unit && html`<span id=${unit}>${question.unit}</span>`}</div>`;
}

// What the last check said. The key is new with each try, so the same is heard again.
function Result({ id, step }) {
  const different = facts.isDifferent(step);
  const words = different ? "step.different" : `question.${step.now}`;
  const shown = step.now === "passed" || step.now === "failed";
  return html`<div id=${id} class="result" role="status">${shown &&
  html`<p key=${step.last_at} class=${step.now === "failed" ? "hint" : "beside"}>
    ${step.now === "passed" && mark("passed")}<span><b>${say(words)}</b> <${Said} text=${step.hint} /></span></p>`}</div>`;
}

export function Question({ page, lab, step, run }) {
  const { question } = step;
  const given = step.answer ?? "";
  const [draft, setDraft] = useState(given);
  const [checking, setChecking] = useState(false);
  const before = useRef(given);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = given;
    setDraft((now) => facts.draftOf(now, old, given));
  }, [given, step.generation]);
  const name = `airlift-answer-${step.id}`;
  const [result, note] = [`${name}-result`, `${name}-note`];
  const submit = async (event) => {
    event.preventDefault();
    if (checking) {
      return;
    }
    const form = event.currentTarget;
    setChecking(true);
    await run(() => page.seat.answer(lab.slug, step.id, draft));
    setChecking(false);
    requestAnimationFrame(() => form.querySelector(".result")?.scrollIntoView({ block: "nearest" }));
  };
  const open = facts.isChecked(lab, step);
  const wanted = open && (step.state !== "passed" || facts.isDifferent(step));
  const how = facts.isBehind(lab, step) ? "question.behind" : wanted && "question.how";
  const text = html`<${Said} text=${question.text} />`;
  const common = { name, question, draft, onDraft: setDraft };
  return html`<form class="question" onSubmit=${submit}>
    <fieldset disabled=${!open} aria-describedby=${question.options.length ? result : undefined}>
      ${question.options.length
        ? html`<legend lang=${lab.language}>${text}</legend><div class="options" lang=${lab.language}><${Options} ...${common} /></div>`
        : html`<label for=${name} lang=${lab.language}>${text}</label><${Words} ...${common} described=${result} />`}
      <button class=${`btn ${wanted ? "main" : ""}`} aria-describedby=${how ? note : undefined} aria-disabled=${String(checking)}>
        ${say(checking ? "watch.running" : "question.submit")}</button></fieldset>
    <${Result} id=${result} step=${step} />
    ${how && html`<p class="dim" id=${note}><${Said} text=${say(how, { step: step.id })} /></p>`}
  </form>`;
}
