// The time that the presenter has set, ticking by itself.

import * as facts from "./facts.js";
import { html, useEffect, useState } from "./parts.js";
import { clock, say } from "./words.js";

// The time by the room's clock, new with each second that is left; still without an end.
function useNow(ends, skew) {
  const [, tick] = useState(0);
  const now = Date.now() + skew;
  useEffect(() => {
    if (ends === null) {
      return undefined;
    }
    const timer = setTimeout(() => tick((n) => n + 1), facts.untilTick(ends, now));
    return () => clearTimeout(timer);
  });
  return now;
}

// What a screen reader hears: how long it is when it is set or changed, the last
// minute, and the end. The seconds are for eyes only.
function Heard({ ends, stage, now }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const values = { number: facts.minutesUntil(ends ?? 0, now), time: ends && clock(ends) };
    setSaid(stage ? say(`countdown.${stage}`, values) : "");
  }, [ends, stage]);
  return html`<p class="said" role="status">${said}</p>`;
}

export function Countdown({ countdown, labs, skew }) {
  const ends = countdown?.ends_at ?? null;
  const now = useNow(ends, skew);
  const stage = facts.stageOf(ends, now);
  const lab = stage && labs.find((one) => one.slug === countdown.lab);
  const at = lab ? lab.steps.findIndex((one) => one.id === countdown.step) : -1;
  const title = at < 0 ? say("countdown.title") : say("countdown.step", { at: at + 1, title: lab.steps[at].title });
  const share = facts.shareLeft(countdown, now);
  return html`<section class=${stage ? "card countdown" : ""} aria-label=${stage ? title : undefined}>
    ${stage === "over" && html`<p><b>${say("countdown.over")}</b> <span class="dim">${say("countdown.work")}</span></p>`}
    ${(stage === "set" || stage === "soon") &&
    html`<p class="time"><span class="clock" role="timer" aria-live="off">${facts.leftOf(ends, now)}</span>
      <span>${title}<small class="dim">${say("countdown.until", { time: clock(ends) })}</small></span></p>
      ${share !== null && html`<div class="bar" aria-hidden="true"><i style=${`width:${share}%`}></i></div>`}`}
    <${Heard} ends=${ends} stage=${stage} now=${now} />
  </section>`;
}
