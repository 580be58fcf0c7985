// What happened at one seat, newest first: attempts, hints, asks, resets, each with its
// mark and its time. Asked for when it is opened, and again when the seat did something.

import { Said, html, mark, timeOf } from "./parts.js";
import { timeline } from "./actions.js";
import { say } from "./strings.js";
import { useEffect, useState } from "./vendor/hooks.mjs";
import { staffOf } from "./words.js";

const MARKS = { passed: "passed", failed: "trying", error: "fault" };
const SHOWN = 12; // entries before "show all"

// A step by its place in its lab; "" for what concerns no step.
function placed(entry, labs) {
  const lab = labs.find((one) => one.slug === entry.lab);
  const at = lab?.steps.findIndex((step) => step.id === entry.step) ?? -1;
  return at < 0 ? "" : say("board.step", { step: at + 1 });
}

// What an entry says: its kind's words, for an attempt those of its outcome.
function told(entry) {
  const name = entry.kind === "attempt" ? entry.outcome : entry.kind;
  const key = `detail.did.${name}${entry.open === false ? ".end" : ""}`;
  const words = say(key, { number: entry.number, who: staffOf(entry.by ?? "") });
  return words === key ? name.replaceAll("-", " ") : words;
}

function Entry({ entry, labs }) {
  const name = entry.kind === "attempt" ? MARKS[entry.outcome] : "none";
  const more = entry.words || (entry.outcome === "passed" ? "" : entry.hint);
  return html`<li>
    <time class="dim">${timeOf(entry.at)}</time>${mark(name ?? "none", "", "small")}
    <div><p>${[placed(entry, labs), told(entry)].filter(Boolean).join(" · ")}${entry.reason && entry.outcome === "failed" && html` <span class="dim mono">${entry.reason}</span>`}</p>
      ${more && html`<p class="dim"><${Said} text=${more} /></p>`}</div>
  </li>`;
}

export function Timeline({ room, seat, labs }) {
  const [answer, setAnswer] = useState(null);
  const [all, setAll] = useState(false);
  useEffect(() => {
    let here = true;
    timeline(room, seat.seat).then((found) => here && setAnswer(found));
    return () => (here = false);
  }, [room, seat]);
  if (!answer) {
    return html`<p class="dim">${say("wait")}</p>`;
  }
  if (answer.problem) {
    return html`<p class="problem" role="alert">${answer.problem}</p>`;
  }
  const newest = [...answer.entries].reverse();
  const shown = all ? newest : newest.slice(0, SHOWN);
  return html`<ol class="timeline" reversed>
      ${shown.map((entry) => html`<${Entry} key=${`${entry.row}`} entry=${entry} labs=${labs} />`)}
    </ol>
    ${shown.length < newest.length && html`<p><button type="button" class="link" onClick=${() => setAll(true)}>
      ${say("detail.timeline.all", { count: newest.length })}</button></p>`}
    ${newest.length === 0 && html`<p class="dim">${say("detail.nothing")}</p>`}`;
}
