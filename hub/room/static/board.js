// The board of one room: first a sentence, then a picture, then a table.

import { ORDERS, apply, busiest, counts, front, sentence, sorted, stepsOf } from "./facts.js";
import { useEffect, useMemo, useRef, useState } from "./vendor/hooks.mjs";
import { Detail } from "./detail.js";
import { Empty, Joining } from "./joining.js";
import { Grid } from "./grid.js";
import { Help } from "./help.js";
import { Header, Live, Trouble } from "./header.js";
import { List } from "./list.js";
import { Steps } from "./steps.js";
import { base, html, mark, render, timeOf, useKept, useMedia, useNow } from "./parts.js";
import { follow } from "./stream.js";
import { whoAmI } from "./actions.js";

const SPEAK_MS = 20_000; // a screen reader hears the sentence at most this often

const room = decodeURIComponent(location.pathname.slice(base.length));

// The room's state, the connection's state, and how far our clock is off.
function useRoom() {
  const [board, setBoard] = useState(null);
  const [live, setLive] = useState({ state: "opening", sentence: "" });
  const clock = useRef({ skew: 0, seenAt: 0 });
  useEffect(() => {
    follow(
      `${base}api/rooms/${encodeURIComponent(room)}/stream`,
      (kind, message) => {
        clock.current = { skew: message.at - Date.now(), seenAt: Date.now() };
        setBoard((known) => apply(known, kind, message));
      },
      (state, said) =>
        setLive((now) => (now.state === state && now.sentence === said ? now : { state, sentence: said })),
    );
  }, []);
  return { board, live, clock: clock.current };
}

// Says the sentence to screen readers, but not at every message.
function Spoken({ text }) {
  const [said, setSaid] = useState(text);
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    const timer = setInterval(() => setSaid(latest.current), SPEAK_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<p class="said" role="status">${said}</p>`;
}

function Choices({ order, hidden, onOrder, onHide }) {
  return html`<div class="choices">
    <label class="check"><input type="checkbox" checked=${hidden}
      onChange=${(event) => onHide(event.target.checked)} />Hide names</label>
    <label class="pick">Sort by <select value=${order} onChange=${(event) => onOrder(event.target.value)}>
      ${Object.entries(ORDERS).map(([key, words]) => html`<option value=${key}>${words}</option>`)}
    </select></label>
  </div>`;
}

function Key() {
  return html`<div class="key">
    <span>${mark("passed")} passed</span><span>${mark("trying")} trying</span>
    <span>${mark("none")} not started</span><span>${mark("fault")} the check has a fault</span>
  </div>`;
}

// Everything below the head, once people are in.
function Seats({ board, me, steps, sums, at, said, now }) {
  const { room, labs, seats } = board;
  const [order, setOrder] = useKept("order", "behind");
  const [hidden, setHidden] = useKept("hidden", false);
  const [looked, setLooked] = useState(null);
  const [picked, setPicked] = useState(null);
  const phone = useMedia("(max-width: 45em)");
  const list = useMemo(() => sorted(seats.values(), steps, order, hidden), [seats, steps, order, hidden]);
  const shown = looked ?? picked;
  const seat = shown && seats.get(shown.seat);
  const pick = (place) =>
    setPicked((now) => (place && now?.seat === place.seat && now.at === place.at ? null : place));
  const table = { room: room.id, seats: list, steps, now, hidden };
  const open = ({ seat: { seat }, ask }) => {
    const found = steps.findIndex((step) => step.key === `${ask.lab}/${ask.step}`);
    setPicked({ seat, at: Math.max(found, 0) });
  };
  return html`<main class="board">
    <p class="say">${said.main}${said.more && html` <small>${said.more}</small>`}</p>
    <div class="left">
      <${Steps} steps=${steps} sums=${sums} now=${at} />
      <section class="card seats">
        <div class="card-head"><h2>Seats</h2>
          <${Choices} order=${order} hidden=${hidden} onOrder=${setOrder} onHide=${setHidden} /></div>
        ${phone
          ? html`<${List} ...${table} />`
          : html`<${Grid} ...${table} picked=${picked} onLook=${setLooked} onPick=${pick} />`}
        <${Key} />
      </section>
    </div>
    <aside class="rail">
      <${Help} room=${room.id} seats=${seats} labs=${labs} me=${me} hidden=${hidden} now=${now} onOpen=${open} />
      ${seat && steps[shown.at] && !phone
        ? html`<${Detail} room=${room.id} seat=${seat} step=${steps[shown.at]} hidden=${hidden} now=${now}
            pinned=${Boolean(picked)} onClose=${() => setPicked(null)} />`
        : html`<p class="card hint no-touch">Point at a mark to see what its check said.</p>`}
      <${Joining} room=${room} claimed=${seats.size} />
    </aside>
  </main>`;
}

function Board() {
  const { board, live, clock } = useRoom();
  const now = useNow(10_000) + clock.skew;
  const [chosen, setChosen] = useState(null);
  const [me, setMe] = useState({});
  useEffect(() => {
    if (live.state === "live" && !me.user) {
      whoAmI(room).then(setMe);
    }
  }, [live.state]);
  const slug = useRef(null);
  if (board && !slug.current && board.seats.size) {
    slug.current = busiest(board.labs, board.seats.values());
  }
  const wanted = chosen ?? slug.current;
  const lab = board && (board.labs.find((item) => item.slug === wanted) ?? board.labs[0]);
  const steps = useMemo(() => (lab ? stepsOf(lab) : []), [lab]);
  const sums = useMemo(() => counts(board ? board.seats.values() : [], steps), [board, steps]);
  useEffect(() => {
    if (board) {
      document.title = `${board.room.title} · Board`;
    }
  }, [board?.room.title]);
  const trouble = html`<${Trouble} state=${live.state} sentence=${live.sentence} seenAt=${clock.seenAt} />`;
  if (!board) {
    const waiting = live.state === "opening" || live.state === "reconnecting";
    return html`<main class="wait"><h1>Board</h1>
      ${waiting && html`<${Live} state=${live.state} />`}${trouble}</main>`;
  }
  const taken = board.seats.size;
  const said = sentence(sums, taken, steps);
  return html`<${Header} room=${board.room} labs=${board.labs} lab=${lab} claimed=${taken}
      live=${live.state} clock=${timeOf(now)} onLab=${setChosen} />
    <div class="trouble">${trouble}</div>
    <${Spoken} text=${said.main} />
    ${taken
      ? html`<${Seats} board=${board} me=${me} steps=${steps} sums=${sums}
          at=${front(sums, taken)} said=${said} now=${now} />`
      : html`<main class="board alone"><p class="say">${said.main}</p><${Empty} room=${board.room} /></main>`}`;
}

render(html`<${Board} />`, document.getElementById("board"));
