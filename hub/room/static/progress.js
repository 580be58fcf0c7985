// A person's own progress: a sentence, a strip of steps, a table for each lab. It asks the
// room once, and again when somebody comes back to the page.

import { html, mark, render, base } from "./parts.js";
import { useEffect, useState } from "./vendor/hooks.mjs";
import { locale, say, speak } from "./strings.js";
import { refusal, xsrf } from "./stream.js";

const AGAIN_MS = 2_000;
const ROOT = base.replace(/services\/room\/$/, "");

async function progress() {
  try {
    const response = await fetch(`${base}api/seat/progress`, {
      headers: { "X-XSRFToken": xsrf() },
      cache: "no-store",
      redirect: "manual",
    });
    if (response.ok) {
      const found = await response.json();
      await speak(found.room.language);
      return { state: "live", found };
    }
    const refused = await refusal(response);
    if (refused && refused.status < 500 && refused.status !== 429) {
      await speak();
      return { state: refused.status === 401 ? "login" : "seatless" };
    }
  } catch {
    // Nobody answers: the room service comes back by itself.
  }
  await speak();
  return { state: "away" };
}

// Asks until the room answers, and again whenever the page is looked at anew.
function useProgress() {
  const [answer, setAnswer] = useState(null);
  useEffect(() => {
    let timer = 0;
    const ask = async () => {
      clearTimeout(timer);
      const next = await progress();
      setAnswer((now) => (next.state === "away" && now?.state === "live" ? now : next));
      if (next.state === "away") {
        timer = setTimeout(ask, AGAIN_MS);
      }
    };
    const look = () => document.visibilityState === "visible" && ask();
    document.addEventListener("visibilitychange", look);
    ask();
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return answer;
}

const day = (ms) => new Intl.DateTimeFormat(locale(), { day: "numeric", month: "long", year: "numeric" }).format(ms);
const moment = (ms) => new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(ms);

// The address that starts the seat when it does not run, then goes to a page of it.
const through = (page) => `${ROOT}hub/spawn?next=${encodeURIComponent(page)}`;

function states(lab, steps) {
  return lab.steps.map((step) => {
    const facts = steps[`${lab.slug}/${step.id}`] ?? { state: "untouched", attempts: 0 };
    let state = facts.state;
    if (state === "passed" && facts.verified) {
      state = "verified";
    } else if (state === "untouched" && facts.caught_up) {
      state = "caught-up";
    }
    return { ...facts, id: step.id, title: step.title, state };
  });
}

const MARKS = { passed: "passed", verified: "verified", trying: "trying" };
const markOf = (step, words) => mark(MARKS[step.state] ?? "none", words);

function Step({ step }) {
  const word = say(`progress.${step.state}`);
  const passed = step.passed_at ? moment(step.passed_at) : "";
  return html`<tr>
    <th scope="row">${step.title}</th>
    <td class="is"><span class="state">${markOf(step)}<span>${word}</span></span></td>
    <td class=${passed ? "" : "nothing"} data-name=${say("progress.when")}>${passed}</td>
    <td class="count ${step.attempts ? "" : "nothing"}" data-name=${say("progress.attempts")}>${step.attempts || ""}</td>
    <td class="count ${step.hints ? "" : "nothing"}" data-name=${say("progress.hints")}>${step.hints || ""}</td>
  </tr>`;
}

function Lab({ lab, room, seat, only }) {
  const steps = states(lab, seat.steps);
  const passed = steps.filter((step) => step.passed_at).length;
  const tree = room.interface === "notebook" ? "notebooks" : "lab/tree";
  const page = `${ROOT}user/${seat.seat}/${tree}/${lab.slug}/${lab.slug}.ipynb`;
  return html`<section class="card" aria-labelledby=${lab.slug}>
    <div class="lab-head">
      <div><h2 id=${lab.slug}>${lab.title}</h2>
        <span class="dim">${say("progress.of", { passed, total: steps.length })}</span></div>
      <ol class="strip" aria-hidden="true">
        ${steps.map((step) => html`<li key=${step.id} title=${step.title}>${markOf(step)}</li>`)}
      </ol>
      ${only ? null : html`<p><a class="btn" href=${through(page)} aria-label=${say("progress.on.lab", { lab: lab.title })}>${say("progress.on")}</a></p>`}
    </div>
    <table>
      <thead><tr>
        <th scope="col">${say("progress.step")}</th><th scope="col">${say("progress.state")}</th>
        <th scope="col">${say("progress.when")}</th>
        <th scope="col" class="count">${say("progress.attempts")}</th><th scope="col" class="count">${say("progress.hints")}</th>
      </tr></thead>
      <tbody>${steps.map((step) => html`<${Step} key=${step.id} step=${step} />`)}</tbody>
    </table>
  </section>`;
}

function sentence(passed, total) {
  if (!passed) {
    return say("progress.say.none", { count: total });
  }
  return passed === total ? say("progress.say.all", { count: total }) : say("progress.say.some", { passed, total });
}

function Own({ found }) {
  const { room, labs, seat } = found;
  const all = labs.flatMap((lab) => states(lab, seat.steps));
  const passed = all.filter((step) => step.passed_at).length;
  const provisional = all.some((step) => step.state === "passed");
  const home = `${ROOT}user/${seat.seat}/airlift/take-home.zip`;
  return html`<main class="own">
    <header class="lead">
      <h1><b>${room.title}</b> · ${say("progress.seat", { number: seat.number, name: seat.name })}</h1>
      <p class="say">${sentence(passed, all.length)}</p>
      ${provisional ? html`<p class="dim note">${say("progress.provisional")}</p>` : null}
      <p class="go no-print">
        <a class="btn main" href="${ROOT}hub/spawn">${say("progress.on")}</a>
        <a class="btn" href=${through(home)}>${say("progress.home")}</a>
      </p>
    </header>
    ${labs.map((lab) => html`<${Lab} key=${lab.slug} lab=${lab} room=${room} seat=${seat} only=${labs.length === 1} />`)}
    <footer class="foot">
      ${room.erase_at ? html`<p>${say(room.practice ? "progress.erase.practice" : "progress.erase", { day: day(room.erase_at) })}</p>` : null}
      <nav class="no-print" aria-label=${say("progress.more")}><a href="${ROOT}hub/labs">${say("progress.labs")}</a></nav>
    </footer>
  </main>`;
}

function Said({ answer }) {
  const links = {
    login: html`<p><a class="btn main" href="${ROOT}hub/join">${say("progress.join")}</a></p>`,
    seatless: html`<p><a class="btn" href=${base}>${say("progress.rooms")}</a></p>`,
  };
  const key = { away: "away", login: "progress.login", seatless: "progress.seatless" }[answer.state];
  return html`<main class="own"><p class="say" role="status">${say(key)}</p>${links[answer.state] ?? null}</main>`;
}

function Page() {
  const answer = useProgress();
  useEffect(() => {
    if (answer) {
      document.title = `${say("progress.title")} · Airlift`;
    }
  }, [answer]);
  if (!answer) {
    return null;
  }
  return answer.state === "live" ? html`<${Own} found=${answer.found} />` : html`<${Said} answer=${answer} />`;
}

render(html`<${Page} />`, document.getElementById("progress"));
