// Who fails alike and who is stuck: how many, why in plain words, and what can be done
// for all of them at once.

import { Said, html, mark } from "./parts.js";
import { sendHint } from "./actions.js";
import { say } from "./strings.js";
import { useState } from "./vendor/hooks.mjs";
import { nameOf } from "./words.js";

const FEW = 3; // groups before "show 4 more"
const MOST = 8; // names of a group before "and 12 more"

// The step of a group, and what its author says to whoever is stuck there.
function stepOf({ lab: slug, step: id }, labs) {
  const lab = labs.find((one) => one.slug === slug);
  const at = lab?.steps.findIndex((step) => step.id === id) ?? -1;
  return at < 0 ? { number: "?", title: id, hints: [] } : { number: at + 1, hints: [], ...lab.steps[at] };
}

// A reason is a short key such as rows-lost: said as words.
const spoken = (reason) => reason.replaceAll("-", " ");

// Why these people are together, as sentences.
export function reasons(group) {
  if (group.why === "slow") {
    return say("stuck.slow.means");
  }
  return group.stuck ? say("stuck.alike.some", { count: group.stuck }) : say("stuck.alike.none");
}

// The sentence that the presenter may say to all, ready to be changed.
export function readySentence(group, step) {
  const hint = step.hints[0] ?? "";
  return [say("stuck.ready", { step: step.number, title: step.title }), hint || group.hint].filter(Boolean).join(" ");
}

function Names({ group, seats, hidden, onOpen }) {
  const [all, setAll] = useState(false);
  const known = group.seats.filter((id) => seats.has(id)); // of a large room not all are
  const shown = all ? known : known.slice(0, MOST);
  const left = group.people - shown.length;
  const more = say("stuck.more", { count: left });
  return html`<ul class="chips">
    ${shown.map((id) => html`<li key=${id}><button type="button" class="chip" onClick=${() => onOpen({ seat: id })}>
      ${seats.get(id).stuck && mark("stuck", say("board.state.stuck"), "small")}${nameOf(seats.get(id), hidden)}</button></li>`)}
    ${left > 0 && html`<li class="dim">${shown.length < known.length
      ? html`<button type="button" class="chip more" onClick=${() => setAll(true)}>${more}</button>`
      : more}</li>`}
  </ul>`;
}

// The next hint for everybody of a group, once.
function SendHint({ room, group, step }) {
  const [sent, setSent] = useState({ words: "", busy: false });
  const send = async (event) => {
    if (event.detail > 1 || sent.busy) {
      return;
    }
    setSent({ words: "", busy: true });
    const answer = await sendHint(room, group.lab, group.step, group.seats);
    setSent({ busy: false, problem: answer.problem, words: answer.problem ? "" : say("stuck.sent", { count: answer.seats }) });
  };
  return html`<button type="button" class="btn" aria-disabled=${sent.busy ? "true" : undefined} onClick=${send}>
      ${say("stuck.send", { count: group.seats.length })}</button>
    <span class="dim" role="status">${sent.words}</span>
    ${sent.problem && html`<p class="problem" role="alert">${sent.problem}</p>`}`;
}

function Group({ room, group, labs, seats, me, hidden, onOpen, onSay }) {
  const step = stepOf(group, labs);
  const title = group.why === "slow" ? say("stuck.slow", { count: group.minutes }) : spoken(group.reason);
  const aim = { to: "all", lab: group.lab, step: group.step, text: readySentence(group, step) };
  return html`<li class="group" data-reason=${group.reason}>
    <h3><b class="many">${group.people}</b> <span>${title}</span> <span class="dim">${say("stuck.step", step)}</span></h3>
    ${group.hint && html`<blockquote><${Said} text=${group.hint} /></blockquote>`}
    <p class="dim">${reasons(group)}${step.hints[0] && html` <${Said} text=${say("stuck.author", { hint: step.hints[0] })} />`}</p>
    <${Names} group=${group} seats=${seats} hidden=${hidden} onOpen=${onOpen} />
    ${me.role === "presenter" && html`<p class="turns">
      <button type="button" class="btn main" onClick=${() => onSay(aim)}>${say("stuck.say")}</button>
      ${step.hints.length > 0 && html`<${SendHint} room=${room.id} group=${group} step=${step} />`}
    </p>`}
  </li>`;
}

function Rules({ rules }) {
  return html`<details class="rules"><summary>${say("stuck.rules")}</summary>
    <ol>
      <li>${say("stuck.rules.same", { count: rules.same })}</li>
      <li>${say("stuck.rules.failures", { count: rules.failures })}</li>
      <li>${say("stuck.rules.minutes", { count: rules.minutes })}</li>
    </ol>
    <p>${say("stuck.rules.away", { count: rules.away })}</p>
  </details>`;
}

export function Stuck({ room, groups, stuck, labs, seats, me, hidden, onOpen, onSay }) {
  const [all, setAll] = useState(false);
  const shown = all ? groups : groups.slice(0, FEW);
  const left = groups.length - shown.length;
  return html`<section class="card failing" aria-label=${say("stuck.title")}>
    <h2>${say("stuck.title")}${stuck > 0 && html` <span class="total">${mark("stuck", "", "small")} ${say("stuck.total", { count: stuck })}</span>`}</h2>
    ${groups.length
      ? html`<ol>${shown.map((group) => html`<${Group} key=${[group.lab, group.step, group.reason, group.why].join()}
          ...${{ room, group, labs, seats, me, hidden, onOpen, onSay }} />`)}</ol>`
      : html`<p class="calm dim">${say("stuck.nobody")}</p>`}
    ${left > 0 && html`<p class="all"><button type="button" class="link" onClick=${() => setAll(true)}>${say("stuck.groups", { count: left })}</button></p>`}
    ${room.rules && html`<${Rules} rules=${room.rules} />`}
  </section>`;
}
