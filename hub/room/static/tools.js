// The presenter's tools below the head, one open at a time: say something, set the pace,
// invite, replay.

import { Invite } from "./invite.js";
import { Pace } from "./pace.js";
import { Replay } from "./replay.js";
import { Talk } from "./talk.js";
import { clock, html } from "./parts.js";
import { say } from "./strings.js";
import { useLayoutEffect, useRef } from "./vendor/hooks.mjs";

const TOOLS = { talk: Talk, pace: Pace, invite: Invite, replay: Replay };

// What this person may use: an observer looks back, a helper as well.
export const toolsOf = (role) => (role === "presenter" ? Object.keys(TOOLS) : role ? ["replay"] : []);

export function Buttons({ role, tool, onTool }) {
  return html`<nav class="tools" aria-label=${say("board.tools")}>
    ${toolsOf(role).map((name) => html`<button type="button" class="btn" aria-expanded=${name === tool ? "true" : "false"}
      onClick=${() => onTool(name === tool ? "" : name)}>${say(`board.tool.${name}`)}</button>`)}
  </nav>`;
}

export function Tool({ board, lab, me, tool, target, hidden, onTool, onBoard }) {
  const card = useRef(null);
  useLayoutEffect(() => {
    card.current?.scrollIntoView({ block: "nearest" });
    if (!target) {
      card.current?.focus();
    }
  }, [tool, target]);
  const close = () => {
    onBoard(null);
    onTool("");
  };
  const { room, labs, now, groups, seats } = board;
  const given = { room, labs, lab, now, groups, seats, hidden, me, messages: room.messages, target, skew: clock.skew };
  return html`<section class="card tool" aria-label=${say(`board.tool.${tool}`)} tabindex="-1" ref=${card}
      onKeyDown=${(event) => event.key === "Escape" && close()}>
    <h2>${say(`board.tool.${tool}`)} <button type="button" class="link" onClick=${close}>${say("detail.close")}</button></h2>
    <div class="body"><${TOOLS[tool]} ...${given} onBoard=${onBoard} onLive=${() => onBoard(null)} /></div>
  </section>`;
}
