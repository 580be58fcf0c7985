// The card of the seats: a table, on a phone a list, in a large room a heat map that
// opens into tables.

import { Choices, Key } from "./choices.js";
import { Grid } from "./grid.js";
import { Heat } from "./heat.js";
import { List } from "./list.js";
import { chosen, sorted } from "./order.js";
import { html } from "./parts.js";
import { say } from "./strings.js";
import { useEffect, useMemo, useRef } from "./vendor/hooks.mjs";

// The sets of seats to show, each with its heading: of a large room those who need
// somebody, and those that were searched or opened.
function sets(board, found, asked) {
  if (!board.aggregated) {
    return [{ key: "all", seats: [...board.seats.values()] }];
  }
  return [
    asked && { key: "found", title: say("grid.found", { count: found.seats.length }), seats: found.seats },
    { key: "urgent", title: say("grid.urgent"), seats: [...board.seats.values()] },
  ].filter(Boolean);
}

function Shown({ set, steps, wish, find, phone, ...table }) {
  const local = set.key === "found" ? "" : find; // the room has searched already
  const seats = useMemo(
    () => sorted(chosen(set.seats, steps, { ...wish, find: local }, wish.hidden), steps, wish.order, wish.hidden),
    [set.seats, steps, wish, local],
  );
  const left = set.seats.length - seats.length;
  const head = useRef(null);
  useEffect(() => {
    if (set.key === "found") {
      head.current.scrollIntoView({ block: "nearest" });
    }
  }, [set.title]);
  return html`${set.title && html`<h3 class="set" ref=${head}>${set.title}</h3>`}
    ${seats.length > 0 && html`<${phone ? List : Grid} seats=${seats} steps=${steps} hidden=${wish.hidden} ...${table} />`}
    ${seats.length === 0 && html`<p class="calm dim">${say("grid.none")}</p>`}
    ${left > 0 && html`<p class="calm dim">${say("grid.left", { count: left })}</p>`}`;
}

export function Seats({ board, steps, wish, find, found, block, onWish, onFind, onBlock, ...table }) {
  const asked = Boolean(block || find.trim());
  const list = useMemo(() => sets(board, found, asked), [board.seats, board.aggregated, found, asked]);
  return html`<section class="card seats" aria-label=${say("grid.title")}>
    <div class="card-head"><h2>${say("grid.title")}</h2>
      <${Choices} seats=${board.seats} wish=${wish} find=${find} onWish=${onWish} onFind=${onFind} /></div>
    ${board.aggregated && board.heat && html`<${Heat} heat=${board.heat} steps=${steps} block=${block} onBlock=${onBlock} />`}
    ${list.map((set) => html`<${Shown} key=${set.key} set=${set} steps=${steps} wish=${wish} find=${find} ...${table} />`)}
    <${Key} />
  </section>`;
}
