// Seats x steps as a table that works by mouse and by arrow keys. Rows are memoised:
// a message renders only the seats it names.

import { WORDS, ago, lost, nameOf, stateOf } from "./facts.js";
import { useRef, useState } from "./vendor/hooks.mjs";
import { html, mark, memo } from "./parts.js";

const Row = memo(({ seat, name, steps, age, active, picked }) => {
  return html`<tr data-seat=${seat.seat}>
    <th scope="row"><span class="name" title=${name}>${name}</span>
      ${seat.gaps > 0 && html`<small class="lost" title="Reports of this seat that never arrived">${lost(seat.gaps)}</small>`}</th>
    ${steps.map((step, at) => {
      const state = stateOf(seat, step.key);
      return html`<td key=${step.key} data-at=${at} tabindex=${at === active ? 0 : -1}
        class=${at === picked ? "picked" : undefined}>${mark(state, WORDS[state])}</td>`;
    })}
    <td class="age">${age}</td>
  </tr>`;
});

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

// The cell an arrow, Home, End or Page key leads to; null for every other key.
function target(event, cell, pageRows) {
  const row = cell.parentElement;
  const rows = row.parentElement.rows;
  const columns = row.cells.length - 2;
  const at = [row.sectionRowIndex, Number(cell.dataset.at)];
  const far = event.ctrlKey ? rows.length : 0;
  const move = {
    ...MOVES,
    Home: [-far, -columns],
    End: [far, columns],
    PageUp: [-pageRows, 0],
    PageDown: [pageRows, 0],
  }[event.key];
  if (!move) {
    return null;
  }
  const clip = (n, most) => Math.min(Math.max(n, 0), most);
  const next = rows[clip(at[0] + move[0], rows.length - 1)];
  return next.cells[1 + clip(at[1] + move[1], columns - 1)];
}

const cellOf = (event) => event.target.closest?.("td[data-at]");

// `seats` come sorted. While somebody is inside the table the rows stay where they are:
// nothing jumps away under a hand; newcomers are added below.
export function Grid({ seats, steps, now, hidden, picked, onLook, onPick }) {
  const [active, setActive] = useState(null);
  const [inside, setInside] = useState(false);
  const order = useRef([]);
  const rows = inside ? held(order.current, seats) : seats;
  order.current = rows.map((seat) => seat.seat);
  const current = rows.some((seat) => seat.seat === active?.seat) ? active : { seat: rows[0]?.seat, at: 0 };
  const where = (cell) => ({ seat: cell.parentElement.dataset.seat, at: Number(cell.dataset.at) });

  const on = {
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
      if (cell) {
        cell.focus();
        onPick(where(cell));
      }
    },
    onKeyDown: (event) => {
      const cell = cellOf(event);
      const next = cell && target(event, cell, 10);
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
  return html`<div class="grid ${steps.length > 16 ? "wide" : ""}">
    <table role="grid" aria-label="Seats and steps" ...${on}>
      <thead><tr>
        <th scope="col" class="first">Seat</th>
        ${steps.map((step) => html`<th scope="col" key=${step.key} title=${step.title}>
          <span aria-hidden="true">${step.number}</span><span class="said">step ${step.number}, ${step.title}</span></th>`)}
        <th scope="col" class="age">last seen working</th>
      </tr></thead>
      <tbody>
        ${rows.map((seat) => html`<${Row} key=${seat.seat} seat=${seat} steps=${steps}
          name=${nameOf(seat, hidden)} age=${seat.last_at ? ago(now - seat.last_at) : "not yet"}
          active=${seat.seat === current.seat ? current.at : -1}
          picked=${seat.seat === picked?.seat ? picked.at : -1} />`)}
      </tbody>
    </table>
  </div>`;
}

// The rows in their old order, newcomers last.
function held(order, seats) {
  const left = new Map(seats.map((seat) => [seat.seat, seat]));
  const kept = order.filter((id) => left.has(id)).map((id) => left.get(id));
  kept.forEach((seat) => left.delete(seat.seat));
  return [...kept, ...left.values()];
}
