// The foot: hint and help for the open step, the connection, and what is seldom wanted.

import * as facts from "./facts.js";
import { html, useRef, useState } from "./parts.js";
import { Confirm } from "./steps.js";
import { say } from "./words.js";

// The next hint of the open step: there for the asking, offered after some failures.
function NextHint({ step, tell }) {
  const { hints } = step;
  const left = hints.total - hints.open.length;
  if (!hints.total || !left || (step.state === "passed" && !facts.isDifferent(step))) {
    return null;
  }
  if (hints.held) {
    return html`<p class="dim wide">${say("hints.held")}</p>`;
  }
  return html`<button type="button" class=${`btn ${hints.offered ? "main" : ""}`} onClick=${() => tell("hint", { number: hints.open.length + 1 })}
    aria-label=${`${say("hints.next")}: ${step.title}`}>${say("hints.next")}</button>`;
}

function Connection({ state, page }) {
  const { seat, saving } = page;
  const [how, key, values] = facts.connectionOf(state, seat.trouble, Boolean(saving.trouble));
  return html`<p class=${`line ${how}`}><i aria-hidden="true"></i><span>${say(key, values)}</span></p>
    <p class="said" role="status">${say(facts.heardOf(key), values)}</p>`;
}

// Chooses a take-home zip and brings it back.
function BringBack({ page, run }) {
  const field = useRef(null);
  const [said, setSaid] = useState("");
  const bring = (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) {
      run(async () => {
        const { attempts, files } = await page.seat.bringBack(file);
        setSaid(`${say("back.attempts", { number: attempts })} ${say("back.files", { number: files.length })}`);
      });
    }
  };
  return html`<button type="button" class="btn" onClick=${() => field.current.click()}>${say("back.button")}</button>
    <input type="file" accept=".zip,application/zip" hidden ref=${field} onChange=${bring} />
    <p class="dim" role="status">${said}</p>`;
}

function More({ page, state, lab, run, onForm }) {
  const [asked, setAsked] = useState(false);
  const whole = () =>
    run(async () => {
      setAsked(false);
      await page.desk.open(await page.seat.file("reset-lab", lab.slug));
    });
  return html`<details class="more wide"><summary>${say("more.lab")}</summary><div class="column">
    ${lab.handbook && html`<a class="btn" href=${`${page.base}handbook?lab=${encodeURIComponent(lab.slug)}`} target="_blank">${say("more.handbook")}</a>`}
    <a class="btn" href=${`${page.base}take-home.zip`} download>${say("home.zip")}</a>
    <a class="btn" href=${`${page.base}take-home.html?lab=${encodeURIComponent(lab.slug)}`} download>${say("home.html")}</a>
    <${BringBack} page=${page} run=${run} />
    <button type="button" class="btn" onClick=${() => onForm("closing")}>${say("more.closing")}</button>
    ${asked
      ? html`<${Confirm} text=${say("whole.confirm", { title: lab.title })} yes=${say("whole.yes")} onYes=${whole}
          onNo=${() => setAsked(false)} />`
      : html`<button type="button" class="btn" onClick=${() => setAsked(true)}>${say("whole")}</button>`}
    <p class="dim">${say("more.sent")}</p>
  </div></details>`;
}

export function Foot({ page, state, lab, step, run, tell, form, onForm }) {
  const asking = facts.hasHelpers(state) && !facts.isOpenAsk(state.ask) && form !== "help";
  return html`<footer>
    ${step?.hints.offered && !step.hints.held && html`<p class="dim wide">${say("hints.offered")}</p>`}
    ${step && html`<${NextHint} key=${step.id} step=${step} tell=${tell} />`}
    ${asking && html`<button type="button" class="btn" onClick=${() => onForm("help")}>${say("help.button")}</button>`}
    <${Connection} state=${state} page=${page} />
    <${More} ...${{ page, state, lab, run, onForm }} />
  </footer>`;
}
