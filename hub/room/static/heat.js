// A large room at a glance: blocks of seats x steps, as shade and number; who is stuck
// as a triangle and a number on a hatched strip. A block opens to its seats.

import { html, mark, memo } from "./parts.js";
import { findSeats } from "./actions.js";
import { say } from "./strings.js";
import { useEffect, useState } from "./vendor/hooks.mjs";

const AGAIN_MS = 3_000;

// Seats that the room is asked for: by name or number, of a block, or one by its id.
// Asked again from time to time, since a large room's changes are not sent to all.
export function useFound(room, query) {
  const [answer, setAnswer] = useState({ seats: [] });
  const asked = query && JSON.stringify(query);
  useEffect(() => {
    setAnswer({ seats: [] });
    if (!asked) {
      return undefined;
    }
    let here = true;
    const ask = async () => {
      const found = await findSeats(room, JSON.parse(asked));
      if (here) {
        setAnswer((known) => (found.problem ? { ...known, problem: found.problem } : found));
      }
    };
    ask();
    const timer = setInterval(ask, AGAIN_MS);
    return () => {
      here = false;
      clearInterval(timer);
    };
  }, [room, asked]);
  return answer;
}

function Cell({ passed, stuck, seats }) {
  const words = [say("grid.heat.passed", { count: passed, total: seats }), stuck ? say("board.say.stuck", { count: stuck }) : ""];
  return html`<td style=${{ "--share": `${seats ? Math.round((55 * passed) / seats) : 0}%` }}>
    <span class="said">${words.filter(Boolean).join(", ")}</span>
    <b aria-hidden="true">${passed}</b>
    ${stuck > 0 && html`<span class="hatched" aria-hidden="true">${mark("stuck", "", "small")}<span>${stuck}</span></span>`}
  </td>`;
}

const Block = memo(({ block, steps, opened, onOpen }) => {
  const { from, to, seats } = block;
  return html`<tr>
    <th scope="row"><button type="button" class="btn" aria-expanded=${opened ? "true" : "false"}
      onClick=${() => onOpen(opened ? null : { from, to })}>${say("grid.heat.block", { from, to })}</button></th>
    ${steps.map((step) => html`<${Cell} key=${step.key} seats=${seats} passed=${block.passed[step.key] ?? 0} stuck=${block.stuck[step.key] ?? 0} />`)}
  </tr>`;
});

export function Heat({ heat, steps, block, onBlock }) {
  return html`<div class="heat grid" style=${{ "--columns": steps.length }}><table aria-label=${say("grid.heat")}>
    <thead><tr><th scope="col" class="first">${say("grid.heat.seats")}</th>
      ${steps.map((step) => html`<th scope="col" key=${step.key} title=${step.title}>
        <span aria-hidden="true">${step.number}</span><span class="said">${say("grid.step", step)}</span></th>`)}</tr></thead>
    <tbody>${heat.blocks.map((one) => html`<${Block} key=${one.from} block=${one} steps=${steps}
      opened=${block?.from === one.from} onOpen=${onBlock} />`)}</tbody>
  </table></div>
  <p class="key dim">${say("grid.heat.means")}</p>`;
}
