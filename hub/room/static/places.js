// Everything below the head once people are in: the sentence, the steps, the seats, and
// at the side whoever needs somebody. On narrow pages the side comes first.

import { placeIn, stuckIn } from "./facts.js";
import { Detail, Peek } from "./detail.js";
import { Help } from "./help.js";
import { Joining } from "./joining.js";
import { Seats } from "./seats.js";
import { Steps } from "./steps.js";
import { Stuck } from "./stuck.js";
import { html, useMedia } from "./parts.js";
import { say } from "./strings.js";
import { useFound } from "./heat.js";
import { useCallback, useEffect, useMemo, useRef, useState } from "./vendor/hooks.mjs";

// Pressing the same place again lets go of it.
const pressed = (place) => (now) =>
  place && place.at !== undefined && now?.seat === place.seat && now.at === place.at ? null : place;

// What is searched: a large room is asked, a small one is here as a whole.
function question(board, find, block, picked) {
  if (!board.aggregated) {
    return { list: null, one: null };
  }
  const list = find.trim() ? { q: find.trim() } : block;
  const one = picked && !board.seats.has(picked.seat) ? { seat: picked.seat } : null;
  return { list, one };
}

function useSeats(board, picked) {
  const [find, setFind] = useState("");
  const [block, setBlock] = useState(null);
  const asked = question(board, find, block, picked);
  const found = useFound(board.room.id, asked.list);
  const single = useFound(board.room.id, asked.one);
  const known = useMemo(() => {
    const more = [...found.seats, ...single.seats].map((seat) => [seat.seat, seat]);
    return new Map([...more, ...board.seats]);
  }, [board.seats, found, single]);
  return { find, found, block, known, onFind: setFind, onBlock: setBlock };
}

// What is pointed at or walked over: apart from the table, which stays as it is meanwhile.
function Looked({ hand, known, steps, me, hidden, now }) {
  const [place, setPlace] = useState(null);
  hand.current = setPlace;
  useEffect(() => () => (hand.current = () => {}), []);
  const seat = place && known.get(place.seat);
  return seat && steps[place.at] && html`<${Peek} seat=${seat} step=${steps[place.at]} me=${me} hidden=${hidden} now=${now} />`;
}

export function Places({ board, steps, sums, said, now, wish, me, onWish, onSay }) {
  const look = useRef(() => {});
  const [picked, setPicked] = useState(null);
  const narrow = useMedia("(max-width: 67.5em)");
  const phone = useMedia("(max-width: 45em)");
  const { known, ...search } = useSeats(board, picked);
  const pick = useCallback((place) => setPicked(pressed(place)), []);
  const onLook = useCallback((place) => look.current(place), []);
  const { room, labs } = board;
  const hidden = wish.hidden;
  const shared = { labs, me, hidden, onOpen: pick };
  const open = picked && known.get(picked.seat);
  const at = open && Math.min(picked.at ?? placeIn(open, steps), steps.length - 1);

  const sentence = html`<p class="say" key="say">${said.main}${said.more && html` <small>${said.more}</small>`}</p>`;
  const detail = open && html`<${Detail} key="detail" ...${{ board, seat: open, steps, at, me, hidden, now, onSay }} sheet=${narrow} onPick=${pick} />`;
  const urgent = html`<${Help} key="help" room=${room.id} seats=${board.seats} ...${shared} />
    <${Stuck} key="stuck" room=${room} groups=${board.groups} stuck=${stuckIn(board)} seats=${known} ...${shared} onSay=${onSay} />`;
  const main = html`<${Steps} steps=${steps} sums=${sums} gates=${room.gates} />
    <${Seats} ...${{ board, steps, wish, now, hidden, picked: picked && { seat: picked.seat, at }, phone, onWish }} ...${search}
      onLook=${onLook} onPick=${pick} />`;
  if (narrow) {
    return html`<main class="board narrow" data-row=${board.row}>${urgent}${sentence}${main}<${Joining} room=${room} />${detail}</main>`;
  }
  return html`<main class="board" data-row=${board.row}>
    ${sentence}
    <div class="left">${main}</div>
    <aside class="rail" aria-label=${say("board.rail")}>
      ${detail}${urgent}<${Joining} room=${room} />
      ${!open && html`<${Looked} hand=${look} known=${known} steps=${steps} me=${me} hidden=${hidden} now=${now} />`}
    </aside>
  </main>`;
}
