// Saying something to the room: to whom, what, and below it what was said before.

import { Act, Problem, useSending } from "./sending.js";
import { aims, saidBy, saidTo } from "./aims.js";
import { Said, html, timeOf } from "./parts.js";
import { useLayoutEffect, useRef, useState } from "./vendor/hooks.mjs";
import { say } from "./strings.js";

const LONGEST = 1_000;
const NEARLY = 200; // characters left from which they are counted
const READY = ["look", "minutes", "stuck", "together", "on", "break"];

// What was typed and not said yet outlives the tool that is closed.
let draft = "";

// The sentence with another one behind it.
const joined = (text, more) => (text.trim() ? `${text.trim()} ${more}` : more).slice(0, LONGEST);

// Sentences that need no typing, and the author's hints of the step that is meant.
function Ready({ hints, onTake }) {
  return html`<div class="ready">
    <p class="label" id="ready">${say("talk.ready")}</p>
    <ul aria-labelledby="ready">
      ${READY.map((name) => say(`talk.ready.${name}`)).map(
        (words) => html`<li><button type="button" class="btn" onClick=${() => onTake(words)}>${words}</button></li>`,
      )}
      ${hints.map((words) => html`<li class="hinted"><button type="button" class="btn" onClick=${() => onTake(words)}>
        <span class="dim">${say("talk.ready.hint")}</span> ${words}</button></li>`)}
    </ul>
  </div>`;
}

function Aim({ groups, value, onAim }) {
  const options = (aim) => html`<option value=${aim.key} selected=${aim.key === value}>${aim.words}</option>`;
  return html`<div class="field"><label for="talk-to">${say("talk.to")}</label>
    <select id="talk-to" class="input" value=${value} onChange=${(event) => onAim(event.target.value)}>
      ${groups.map(({ name, aims: list }) =>
        name ? html`<optgroup label=${name}>${list.map(options)}</optgroup>` : list.map(options),
      )}
    </select></div>`;
}

function Compose({ about, sending, onDone }) {
  const { target, labs } = about;
  const [text, write] = useState(target?.text ?? draft);
  const setText = (words) => write((draft = words));
  const [key, setKey] = useState(target && target.to !== "all" ? "wish" : "all");
  const [sent, setSent] = useState("");
  const field = useRef(null);
  useLayoutEffect(() => {
    if (target) {
      setText(target.text ?? "");
      setKey(target.to === "all" ? "all" : "wish");
      setSent("");
      field.current?.focus();
    }
  }, [target]);
  const groups = aims(about);
  const every = groups.flatMap((group) => group.aims);
  const aim = every.find((one) => one.key === key) ?? every.find((one) => one.key === "all");
  const hints = labs.find((lab) => lab.slug === aim.body.lab)?.steps.find((step) => step.id === aim.body.step)?.hints ?? [];
  const left = LONGEST - text.length;
  const send = async () => {
    if (!text.trim()) {
      field.current.focus();
      return;
    }
    setSent(""); // what was said before is not said of this one
    if (await sending.send("messages", { ...aim.body, text: text.trim() })) {
      if (draft === text) {
        setText(""); // but what was typed meanwhile stays
        setKey("all");
      }
      setSent(say("talk.sent", { to: aim.words }));
      onDone?.();
    }
  };
  const take = (words) => {
    setText(joined(text, words));
    field.current.focus();
  };
  const keys = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send();
  return html`<form class="compose" onSubmit=${(event) => event.preventDefault()}>
    <${Aim} groups=${groups} value=${aim.key} onAim=${setKey} />
    <div class="field"><label for="talk-text">${say("talk.text")}</label>
      <textarea id="talk-text" ref=${field} class="input" rows="3" maxlength=${LONGEST} value=${text}
        aria-describedby="talk-left" onInput=${(event) => setText(event.target.value)} onKeyDown=${keys}></textarea>
      <p class="dim small" id="talk-left">${left <= NEARLY ? say("talk.left", { count: left }) : say("talk.where")}</p></div>
    <${Problem} text=${sending.problem} />
    <p class="turns"><button type="button" class="btn main" aria-disabled=${sending.busy ? "true" : undefined}
      onClick=${(event) => event.detail < 2 && send()}>${say("talk.send")}</button>
      <span class="dim" role="status">${sent}</span></p>
    <${Ready} hints=${hints} onTake=${take} />
  </form>`;
}

function Message({ message, labs, seats, hidden, sending }) {
  const { id, at, by, text, seen, withdrawn } = message;
  const told = say("talk.seen", { count: message.seats, seen });
  return html`<li class=${withdrawn ? "back" : undefined}>
    <p class="dim">${timeOf(at)} · ${saidTo(message, labs, seats, hidden)} · ${saidBy(by)}</p>
    <p class="text"><${Said} text=${text} /></p>
    ${withdrawn
      ? html`<p class="dim">${say("talk.withdrawn")}</p>`
      : html`<div class="turns"><p>${told}</p>
          <${Act} sending=${sending} path=${`messages/${id}/withdraw`} words=${say("talk.withdraw")}
            label=${say("talk.withdraw.which", { text: text.slice(0, 60) })} /></div>`}
  </li>`;
}

// `target` ({ to, lab, step, seat, seats, text }) fills the form anew whenever it is
// another object; `onDone` is told when something was sent.
export function Talk({ messages, onDone, ...about }) {
  const { room, labs, seats, hidden } = about;
  const lab = about.lab ?? labs[0];
  const sending = useSending(room.id, "talk.lost");
  const taking = useSending(room.id);
  const newest = [...(messages ?? [])].reverse();
  return html`<div class="talk">
    <${Compose} about=${{ ...about, lab }} sending=${sending} onDone=${onDone} />
    <section class="told" aria-labelledby="told">
      <h3 id="told">${say("talk.told")}</h3>
      <${Problem} text=${taking.problem} />
      ${newest.length === 0 && html`<p class="dim">${say("talk.told.none")}</p>`}
      <ol tabindex="0" aria-labelledby="told">${newest.map((message) => html`<${Message} key=${message.id} message=${message} labs=${labs}
        seats=${seats} hidden=${hidden} sending=${taking} />`)}</ol>
    </section>
  </div>`;
}
