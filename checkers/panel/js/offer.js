// A corrected version of the lab in the middle of a room: taken only where nobody has
// worked, and only when the attendee says so.

import { html, useEffect, useState } from "./parts.js";
import { say } from "./words.js";

export function Offer({ page, state, lab, run, tell }) {
  const version = state.offers.find((offer) => offer.lab === lab.slug)?.version ?? "";
  const declined = page.kept.get(`offer-${lab.slug}`) === version;
  const [found, setFound] = useState(null);
  const [done, setDone] = useState("");
  const notebook = page.desk.notebook(lab)?.context.localPath ?? lab.notebook;
  useEffect(() => {
    if (version && !declined) {
      page.seat.update(lab.slug, notebook).then(setFound, () => setFound(null));
    }
  }, [version, notebook]);
  if (done && (!version || declined)) {
    return html`<section class="card"><p role="status">${done}</p></section>`;
  }
  if (!version || declined || !found || !found.cells.length) {
    return null;
  }
  const decide = (text) => {
    page.kept.set(`offer-${lab.slug}`, version);
    setDone(text);
  };
  const number = page.desk.fitting(lab, found.cells) ?? found.cells.length;
  const accept = () =>
    run(async () => {
      if (!page.desk.notebook(lab)) {
        await page.desk.open(lab.notebook);
        return;
      }
      const cells = await page.desk.correct(lab, found.cells);
      await tell("updated", { version: found.version, cells }, null);
      decide(say("offer.done", { number: cells }));
    });
  const key = page.desk.notebook(lab) ? "offer.accept" : "offer.open";
  return html`<section class="card" aria-label=${say("offer.title")}>
    <p role="status">${say("offer.text", { number, version })}</p>
    <div class="row"><button type="button" class="btn main" onClick=${accept}>${say(key)}</button>
      <button type="button" class="btn" onClick=${() => decide(say("offer.declined"))}>${say("offer.decline")}</button></div>
  </section>`;
}
