// What staff do to the pace and to this seat, said once: to a screen reader by one
// polite region, and as a notification of JupyterLab where the panel does not show it.

import * as facts from "./facts.js";
import { html, useEffect, useRef, useState } from "./parts.js";
import { say } from "./words.js";

const NOTIFIED = ["hints.arrived", "visit.presenter", "visit.helper"];

// Whether the panel is closed, or has another step open than the hint's.
const isMissed = (page, open, { id }) => !page.isOpen() || (Boolean(id) && id !== open?.id);

export function News({ state, lab, step, page }) {
  const known = useRef(null);
  const [said, setSaid] = useState("");
  const items = facts.newsOf(state, lab);
  const hidden = document.hidden; // what nobody would see waits until the page is seen
  useEffect(() => {
    if (hidden) {
      return;
    }
    const before = known.current;
    known.current = { slug: lab.slug, ids: items.map(([id]) => id) };
    if (before?.slug !== lab.slug) {
      return;
    }
    const fresh = items.filter(([id]) => !before.ids.includes(id));
    if (fresh.length) {
      setSaid(fresh.map(([, key, values]) => say(key, values)).join(" "));
    }
    fresh
      .filter(([, key, values]) => NOTIFIED.includes(key) && isMissed(page, step, values))
      .forEach(([, key, values]) => page.notify(say(key, values)));
  }, [lab.slug, hidden, items.map(([id]) => id).join("\n")]);
  return html`<p class="said" role="status">${said}</p>`;
}

// Somebody of the staff is at this seat; there as long as they are.
export function Visit({ visit }) {
  return visit ? html`<p class="note">${say(facts.visitOf(visit))}</p>` : null;
}
