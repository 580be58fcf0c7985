// The panel as it is seen: head, what concerns the room, the steps, the foot.

import { Ask, HelpForm } from "./ask.js";
import { Closing } from "./closing.js";
import { Countdown } from "./countdown.js";
import * as facts from "./facts.js";
import { Foot } from "./foot.js";
import { Goal } from "./goal.js";
import { Messages } from "./messages.js";
import { News, Visit } from "./news.js";
import { Offer } from "./offer.js";
import { html, mark, useEffect, useLayoutEffect, useRef, useState } from "./parts.js";
import { Steps } from "./steps.js";
import { clock, day, say, speak, spoken } from "./words.js";

const MINUTE_MS = 60_000;

// Renders again when the seat, a save or the notebook in front changes, and each half
// minute for what is said of time.
function useChanges({ seat, saving, desk }) {
  const [, count] = useState(0);
  useLayoutEffect(() => {
    const change = () => count((n) => n + 1);
    seat.onChange(async () => {
      if (seat.state && (seat.state.language || "en") !== spoken()) {
        await speak(seat.state.language);
      }
      change();
    });
    saving.onChange(change);
    desk.onChange(change);
    const timer = setInterval(change, MINUTE_MS / 2);
    return () => clearInterval(timer);
  }, []);
}

// What to do when something could not be saved; heard at once.
function Alarm({ page, trouble }) {
  const { saving, hub } = page;
  const found = saving.trouble;
  let key = found ? `saving.${found.why}` : "";
  if (trouble && found?.why !== "full") {
    key = "saving.away";
  }
  const start = trouble && hub && html` <a href=${`${hub}seat`} target="_blank">${say("saving.start")}</a>`;
  return html`<div role="alert">${key &&
  html`<p class="note stuck">${mark("stuck")}<span>${say(key, { file: found?.path.split("/").pop() ?? "" })}${start}</span></p>`}</div>`;
}

// The room's end, when it has one.
function Time({ room, now }) {
  if (room?.state === "closed") {
    const erased = room.erase_at ? say("room.erased", { day: day(room.erase_at) }) : "";
    return html`<p class="dim">${say("room.closed")} ${erased}</p>`;
  }
  if (!room?.closes_at) {
    return null;
  }
  const number = facts.minutesUntil(room.closes_at, now);
  const values = { time: clock(room.closes_at), number };
  return html`<p class="dim">${say(number > 90 ? "room.closes" : "room.closes-soon", values)}</p>`;
}

function Head({ labs, lab, room, now, onLab }) {
  const [key, values] = facts.progressOf(lab);
  const share = lab.steps.length ? (100 * lab.passed) / lab.steps.length : 0;
  return html`<header>
    ${labs.length > 1
      ? html`<label><span class="said">${say("head.lab")}</span>
          <select value=${lab.slug} onChange=${(event) => onLab(event.target.value)}>
            ${labs.map((one) => html`<option key=${one.slug} value=${one.slug}>${one.title}</option>`)}
          </select></label><h2 class="said" lang=${lab.language}>${lab.title}</h2>`
      : html`<h2 lang=${lab.language}>${lab.title}</h2>`}
    <div class="bar" aria-hidden="true"><i style=${`width:${share}%`}></i></div>
    <p class="dim">${say(key, values)}</p>
    <${Time} room=${room} now=${now} />
  </header>`;
}

// How steps turn green and what is sent, until it was read once.
function Welcome({ practice, watched, onDone }) {
  return html`<section class="card" aria-labelledby="airlift-welcome">
    <h3 id="airlift-welcome">${say("welcome.title")}</h3>
    <p>${say("welcome.steps")}</p>
    ${watched && html`<p>${say("welcome.watch")}</p>`}
    <p>${say(practice ? "welcome.practice" : "welcome.sent")}</p>
    <p>${say("welcome.keys")}</p>
    <button type="button" class="btn main" onClick=${onDone}>${say("welcome.done")}</button>
  </section>`;
}

// Says to a screen reader that a step is passed; the line below the cell says the rest.
function Spoken({ lab }) {
  const known = useRef(null);
  const [said, setSaid] = useState("");
  const passed = lab.steps.filter((step) => step.state === "passed");
  useEffect(() => {
    const fresh = passed.filter((step) => known.current?.slug === lab.slug && !known.current.ids.has(step.id));
    known.current = { slug: lab.slug, ids: new Set(passed.map((step) => step.id)) };
    if (fresh.length) {
      setSaid(say("said.passed", { title: fresh[fresh.length - 1].title, passed: lab.passed, all: lab.steps.length }));
    }
  }, [lab.slug, passed.length]);
  return html`<p class="said" role="status">${said}</p>`;
}

// Which step is open: the one that was clicked, until another one is touched.
function useOpen(lab) {
  const [chosen, setChosen] = useState(null);
  const current = lab ? facts.currentStep(lab) : null;
  const touched = `${lab?.slug}/${current?.id}/${current?.attempts}`;
  const valid = chosen?.lab === lab?.slug && chosen?.touched === touched;
  const step = (valid && lab.steps.find((one) => one.id === chosen.id)) || current;
  return [step, (id) => setChosen({ id, lab: lab.slug, touched })];
}

// Says which watched step is open: whoever has it before them is at it.
function useOpened(seat, lab, step) {
  const watched = Boolean(step) && facts.isWatched(lab, step);
  useEffect(() => {
    if (step && !seat.trouble) {
      seat.opened(lab.slug, step.id).catch(() => {}); // that the seat is away is said
    }
  }, [lab?.slug, step?.id, watched, seat.trouble]);
}

// What an action said when it was refused; `run` does one and keeps its refusal.
function useActions() {
  const [refusal, setRefusal] = useState("");
  const run = async (action) => {
    setRefusal("");
    try {
      return await action();
    } catch (error) {
      const plain = error.code === "away" || !error.message ? say("refused.away") : error.message;
      setRefusal(plain);
      return null;
    }
  };
  return [refusal, run, () => setRefusal("")];
}

function Waiting({ trouble }) {
  return html`<header><h2>${say("panel.title")}</h2>
    <p class="dim" role="status">${say(trouble ? "line.no-agent" : "panel.loading")}</p></header>`;
}

export function Panel({ page }) {
  useChanges(page);
  const { seat, desk } = page;
  const { state, trouble } = seat;
  const [chosenLab, setChosenLab] = useState("");
  const lab = state && facts.shownLab(state.labs, desk.path, chosenLab);
  const [step, setStep] = useOpen(lab);
  useOpened(seat, lab, step);
  const [refusal, run, forget] = useActions();
  const [form, setForm] = useState("");
  if (!state || !lab) {
    return html`<div class="body"><${Waiting} trouble=${trouble} /><${Alarm} page=${page} trouble=${Boolean(state) && trouble} /></div>`;
  }
  const now = Date.now() + seat.skew;
  const tell = (kind, body, at = step) => run(() => seat.tell(kind, lab.slug, at?.id ?? "", body));
  const common = { page, state, lab, step, run, tell };
  desk.onArrive = (one) => setStep(one.id);
  const go = async (one) => {
    setStep(one.id);
    forget();
    const found = await run(() => desk.show(lab, one));
    if (found === false) {
      await run(() => Promise.reject(Object.assign(new Error(say("step.lost")), { code: "lost" })));
    } else if (found) {
      page.hide();
    }
  };
  const closing = form === "closing" || (facts.isEnd(state, lab) && !state.closing && form !== "no-closing");
  return html`<div class="body" lang=${spoken()}>
    <div class="scroll" tabindex="-1">
      <${Head} labs=${state.labs} lab=${lab} room=${state.room} now=${now} onLab=${setChosenLab} />
      <${Alarm} page=${page} trouble=${trouble} />
      ${!state.welcomed &&
      html`<${Welcome} practice=${!facts.hasHelpers(state)} watched=${lab.steps.some((one) => one.watch)} onDone=${() => run(() => seat.welcomed())} />`}
      <${Visit} visit=${state.visit} />
      <${Countdown} countdown=${state.countdown} labs=${state.labs} skew=${seat.skew} />
      <${Goal} ...${common} />
      <${Messages} messages=${state.messages} page=${page} lab=${lab} />
      <${Ask} ...${common} />
      <${Offer} ...${common} key=${lab.slug} />
      <${Steps} ...${common} onGo=${go} />
      ${closing && html`<${Closing} ...${common} wanted=${form === "closing"} onDone=${() => setForm("no-closing")} />`}
      <${Spoken} lab=${lab} />
      <${News} ...${common} />
    </div>
    <div role="alert">${refusal && html`<p class="note trying refusal">${mark("trying")}<span>${refusal}</span></p>`}</div>
    ${form === "help" && html`<${HelpForm} ...${common} onDone=${() => setForm("")} />`}
    <${Foot} ...${common} form=${form} onForm=${setForm} />
  </div>`;
}
