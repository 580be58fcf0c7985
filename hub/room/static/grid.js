// Seats x steps as a table that works by mouse and by arrow keys. Rows are memoised:
// a message renders only the seats it names.

import { stateOf } from "./facts.js";
import { held } from "./order.js";
import { Said, html, mark, memo } from "./parts.js";
import { say } from "./strings.js";
import { useRef, useState } from "./vendor/hooks.mjs";
import { ago, first, nameOf, staffOf, stateWords, why, zoneOf } from "./words.js";

// Why a seat needs somebody, in a few words; "" for whoever works or is through.
export function needOf(seat, steps, now) {
  if (seat.ask?.state === "waiting") {
    return { kind: "asks", words: seat.ask.words || say("grid.asks") };
  }
  if (seat.ask?.state === "claimed") {
    return { kind: "going", words: first(say("grid.going", { who: staffOf(seat.ask.who) })) };
  }
  if (steps.some((step) => stateOf(seat, step.key) === "stuck")) {
    return { kind: "stuck", words: why(seat.stuck, now), more: seat.steps[`${seat.stuck.lab}/${seat.stuck.step}`]?.hint };
  }
  return seat.away ? { kind: "away", words: say("grid.away") } : { kind: "", words: "" };
}

const Row = memo(({ seat, name, zone, steps, kind, words, more, age, active, picked }) => {
  return html`<tr role="row" data-seat=${seat.seat} class=${seat.away ? "away" : undefined}>
    <th role="rowheader" scope="row"><span class="name" title=${name}>${name}</span>${zone && html`<small class="zone">${zone}</small>`}
      ${seat.gaps > 0 && html`<small class="lost" title=${say("grid.lost.means")}>${say("grid.lost", { count: seat.gaps })}</small>`}</th>
    ${steps.map((step, at) => {
      const state = stateOf(seat, step.key);
      return html`<td role="gridcell" key=${step.key} data-at=${at} tabindex=${at === active ? 0 : -1}
        class=${at === picked ? "picked" : undefined}>${mark(state, stateWords(state))}</td>`;
    })}
    <td role="gridcell" class="need ${kind}" title=${[words, more].filter(Boolean).join(": ")}>
      ${kind === "asks" && html`<span class="ask" aria-hidden="true">${seat.ask.position ?? "?"}</span>`}<b>${words}</b>${more && html` <${Said} text=${more} />`}</td>
    <td role="gridcell" class="age">${age}</td>
  </tr>`;
});

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const PAGE = 10; // rows

// The cell an arrow, Home, End or Page key leads to; null for every other key.
function target(event, cell) {
  const row = cell.parentElement;
  const rows = row.parentElement.rows;
  const columns = row.querySelectorAll("[data-at]").length;
  const at = [row.sectionRowIndex, Number(cell.dataset.at)];
  const far = event.ctrlKey ? rows.length : 0;
  const move = {
    ...MOVES,
    Home: [-far, -columns],
    End: [far, columns],
    PageUp: [-PAGE, 0],
    PageDown: [PAGE, 0],
  }[event.key];
  if (!move) {
    return null;
  }
  const clip = (n, most) => Math.min(Math.max(n, 0), most);
  const next = rows[clip(at[0] + move[0], rows.length - 1)];
  return next.cells[1 + clip(at[1] + move[1], columns - 1)];
}

const cellOf = (event) => event.target.closest?.("td[data-at]");
const where = (cell) => ({ seat: cell.parentElement.dataset.seat, at: Number(cell.dataset.at) });

// What the table does when it is walked, pointed at or pressed.
function manners({ setInside, setActive, onLook, onPick }) {
  return {
    onFocusIn: (event) => {
      const cell = cellOf(event);
      if (cell) {
        setInside(true);
        setActive(where(cell));
        onLook(where(cell));
        cell.setAttribute("aria-describedby", "detail");
      }
    },
    onFocusOut: (event) => {
      event.target.removeAttribute?.("aria-describedby");
      if (!event.currentTarget.contains(event.relatedTarget)) {
        setInside(false);
        onLook(null);
      }
    },
    onPointerOver: (event) => {
      const cell = cellOf(event);
      if (cell && event.pointerType === "mouse") {
        onLook(where(cell));
      }
    },
    onPointerLeave: () => onLook(null),
    onClick: (event) => {
      const cell = cellOf(event);
      const row = event.target.closest?.("tr[data-seat]");
      if (cell) {
        cell.focus();
      }
      if (row) {
        onPick(cell ? where(cell) : { seat: row.dataset.seat });
      }
    },
    onKeyDown: (event) => {
      const cell = cellOf(event);
      const next = cell && target(event, cell);
      if (next) {
        event.preventDefault();
        next.focus();
      } else if (cell && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        onPick(where(cell));
      } else if (event.key === "Escape") {
        onPick(null);
        onLook(null);
      }
    },
  };
}

// `seats` come sorted. While somebody is inside the table the rows stay where they are:
// nothing jumps away under a hand; newcomers are added below.
export function Grid({ seats, steps, now, hidden, picked, onLook, onPick, label = say("grid.label") }) {
  const [active, setActive] = useState(null);
  const [inside, setInside] = useState(false);
  const order = useRef([]);
  const rows = inside ? held(order.current, seats) : seats;
  order.current = rows.map((seat) => seat.seat);
  const current = rows.some((seat) => seat.seat === active?.seat) ? active : { seat: rows[0]?.seat, at: 0 };
  return html`<div class="grid seats-table ${steps.length > 16 ? "wide" : ""} ${steps.length > 9 ? "many" : ""}">
    <table role="grid" aria-label=${label} style=${{ "--columns": steps.length }} ...${manners({ setInside, setActive, onLook, onPick })}>
      <thead role="rowgroup"><tr role="row">
        <th role="columnheader" scope="col" class="first">${say("grid.seat")}</th>
        ${steps.map((step) => html`<th role="columnheader" scope="col" class="no" key=${step.key} title=${step.title}>
          <span aria-hidden="true">${step.number}</span><span class="said">${say("grid.step", step)}</span></th>`)}
        <th role="columnheader" scope="col" class="need">${say("grid.need")}</th>
        <th role="columnheader" scope="col" class="age">${say("grid.seen")}</th>
      </tr></thead>
      <tbody role="rowgroup">
        ${rows.map((seat) => html`<${Row} key=${seat.seat} seat=${seat} steps=${steps} ...${needOf(seat, steps, now)}
          name=${nameOf(seat, hidden)} zone=${zoneOf(seat)} age=${seat.last_at ? ago(now - seat.last_at) : say("grid.not-yet")}
          active=${seat.seat === current.seat ? current.at : -1}
          picked=${seat.seat === picked?.seat ? picked.at : -1} />`)}
      </tbody>
    </table>
  </div>`;
}
