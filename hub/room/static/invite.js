// How others come in: links and keys for staff, the join address, the projector's.

import { Act, Problem, useSending } from "./sending.js";
import { useEffect, useLayoutEffect, useRef, useState } from "./vendor/hooks.mjs";
import { html, timeOf } from "./parts.js";
import { say } from "./strings.js";
import { staffKeys } from "./actions.js";

const ROLES = ["presenter", "helper", "observer"];
const HOURS = [2, 4, 8, 24];

// Copies a text; over plain HTTP browsers have no clipboard, but copy what is selected.
// A dialog keeps the focus inside, so the field is put beside the button.
async function copy(text, beside) {
  if (navigator.clipboard && isSecureContext) {
    return navigator.clipboard.writeText(text).then(() => true, () => false);
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "said";
  beside.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

function Copy({ text, words, label, onCopied }) {
  const press = async (event) => {
    const button = event.currentTarget;
    const done = await copy(text, button.parentElement);
    button.focus();
    onCopied(done);
  };
  return html`<button type="button" class="btn" aria-label=${label} onClick=${press}>${words}</button>`;
}

// One address or key with its buttons. A key stays out of sight until somebody wants to
// see it, since boards hang on walls.
function Given({ id, title, means, link, secret, hidden }) {
  const [shown, setShown] = useState(!hidden);
  const [copied, setCopied] = useState("");
  const told = (done) => {
    setCopied(say(done ? "invite.copied" : "invite.select"));
    setShown((now) => now || !done);
  };
  const both = (words) => `${words}: ${title}`;
  return html`<section class="given" aria-labelledby=${`invite-${id}`}>
    <h3 id=${`invite-${id}`}>${title}</h3>
    <p class="dim">${means}</p>
    <p class="turns">
      <${Copy} text=${link} words=${say("invite.copy.link")} label=${both(say("invite.copy.link"))} onCopied=${told} />
      ${secret && html`<${Copy} text=${secret} words=${say("invite.copy.key")} label=${both(say("invite.copy.key"))} onCopied=${told} />`}
      ${hidden && html`<button type="button" class="btn" aria-expanded=${String(shown)} aria-label=${both(say("invite.show"))}
        onClick=${() => setShown(!shown)}>${say(shown ? "invite.hide" : "invite.show")}</button>`}
      <span class="dim" role="status">${copied}</span></p>
    ${shown && html`<p class="mono shown">${link}</p>${secret && html`<p class="mono shown">${secret}</p>`}`}
  </section>`;
}

function Projector({ room }) {
  const sending = useSending(room.id);
  const [hours, setHours] = useState(4);
  const [made, setMade] = useState(null);
  const link = useRef(null);
  useLayoutEffect(() => link.current?.focus(), [made]);
  return html`<section class="given" aria-labelledby="invite-wall">
    <h3 id="invite-wall">${say("invite.projector")}</h3>
    <p class="dim">${say("invite.projector.means")}</p>
    <${Problem} text=${sending.problem} />
    <p class="turns"><label class="pick">${say("invite.hours")} <select onChange=${(event) => setHours(Number(event.target.value))}>
        ${HOURS.map((count) => html`<option value=${count} selected=${count === hours}>${say("invite.hour", { count })}</option>`)}
      </select></label>
      <${Act} sending=${sending} path="projector" body=${{ hours }} words=${say(made ? "invite.projector.anew" : "invite.projector.make")}
        main=${!made} onSent=${setMade} /></p>
    ${made && html`<p class="turns"><a class="btn main" ref=${link} href=${made.url} target="_blank" rel="noopener">${say("invite.projector.open")}</a>
        <span class="dim">${say("invite.until", { time: timeOf(made.expires_at) })}</span></p>
      <${Given} id="made" title=${say("invite.projector.address")} means=${say("invite.projector.other")} link=${made.url} />`}
  </section>`;
}

export function Invite({ room, me }) {
  const [keys, setKeys] = useState(null);
  const presenter = me?.role === "presenter";
  useEffect(() => {
    if (presenter) {
      staffKeys(room.id).then(setKeys);
    }
  }, [room.id, presenter]);
  const staff = (role) => html`<${Given} key=${role} id=${role} title=${say(`invite.${role}`)} means=${say(`invite.${role}.means`)}
    link=${`${keys.url}#key=${encodeURIComponent(keys[role].key)}`} secret=${keys[role].key} hidden />`;
  return html`<div class="invite">
    <${Given} id="join" title=${say("invite.join")} means=${say("invite.join.means")} link=${room.join_url} />
    ${presenter && html`<${Projector} room=${room} />`}
    ${presenter && html`<${Problem} text=${keys?.problem} />`}
    ${keys?.url && ROLES.map(staff)}
    ${presenter && html`<p class="dim">${say("invite.over")}</p>`}
  </div>`;
}
