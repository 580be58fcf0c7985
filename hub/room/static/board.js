// The board of one room: first a sentence, then a picture, then a table.

import { apply, busiest, stepsOf, sumsOf } from "./facts.js";
import { useEffect, useMemo, useRef, useState } from "./vendor/hooks.mjs";
import { FIRST } from "./choices.js";
import { Empty } from "./joining.js";
import { Header, Live, Trouble } from "./header.js";
import { Places } from "./places.js";
import { Buttons, Tool } from "./tools.js";
import { base, clock, html, render, timeOf, useKept, useTime } from "./parts.js";
import { follow } from "./stream.js";
import { say, speak } from "./strings.js";
import { sentence } from "./words.js";
import { useSignal } from "./signal.js";
import { whoAmI } from "./actions.js";

const SPEAK_MS = 20_000; // a screen reader hears the sentence at most this often

const room = decodeURIComponent(location.pathname.slice(base.length));

// The room's state and the connection's; nothing before the page has its sentences.
function useRoom() {
  const [board, setBoard] = useState(null);
  const [live, setLive] = useState({ state: "opening", sentence: "" });
  const [language, setLanguage] = useState(null);
  const seenAt = useRef(0);
  useEffect(() => {
    speak().then(() => setLanguage((known) => known ?? ""));
    follow(
      `${base}api/rooms/${encodeURIComponent(room)}/stream`,
      (kind, message) => {
        clock.skew = message.at - Date.now();
        seenAt.current = Date.now();
        setBoard((known) => apply(known, kind, message));
      },
      (state, said) =>
        setLive((now) => (now.state === state && now.sentence === said ? now : { state, sentence: said })),
    );
  }, []);
  const wanted = board?.room.language;
  useEffect(() => {
    if (wanted) {
      speak(wanted).then(() => setLanguage(wanted));
    }
  }, [wanted]);
  return { board, live, seenAt: seenAt.current, language };
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

// Who looks at the board, once the room says so.
function useMe(state) {
  const [me, setMe] = useState({});
  useEffect(() => {
    if (state === "live" && !me.user) {
      whoAmI(room).then(setMe);
    }
  }, [state]);
  return me;
}

// The lab that is shown: the one somebody picked, else where the room worked first.
function useLab(board) {
  const [picked, setPicked] = useState(null);
  const first = useRef(null);
  if (!first.current && board.seats.size) {
    first.current = busiest(board.labs, board.seats.values());
  }
  const wanted = picked ?? first.current;
  return [board.labs.find((item) => item.slug === wanted) ?? board.labs[0], setPicked];
}

// The board itself, live or as it was at a moment of the replay.
function Room({ live, board: present, trouble }) {
  const [past, setPast] = useState(null);
  const board = past ?? present;
  clock.still = past ? past.at : null;
  const now = useTime(10_000);
  const me = useMe(live.state);
  const [lab, setLab] = useLab(board);
  const steps = useMemo(() => (lab ? stepsOf(lab) : []), [lab]);
  const [wish, setWish] = useKept("wish", FIRST);
  const [tool, setTool] = useState({ name: "", target: null });
  const waiting = useMemo(() => waitingIn(present), [present]);
  useSignal(wish.signal, waiting, present.room.title);
  const sums = sumsOf(board, lab);
  const said = sentence(sums, steps, board.room.claimed);
  const allowed = past ? { ...me, role: "observer" } : me; // what is past cannot be changed
  const use = (name) => setTool({ name, target: null });
  return html`<${Header} room=${board.room} labs=${board.labs} lab=${lab} minutes=${sums.minutes}
      live=${past ? "past" : live.state} clock=${timeOf(now)} onLab=${setLab}>
      <${Buttons} role=${me.role} tool=${tool.name} onTool=${use} /><//>
    <div class="trouble">${trouble}</div>
    ${tool.name && html`<div class="desk"><${Tool} board=${board} lab=${lab} me=${me} tool=${tool.name} target=${tool.target}
      hidden=${wish.hidden} onTool=${use} onBoard=${setPast} /></div>`}
    <${Spoken} text=${said.main} />
    ${board.room.claimed
      ? html`<${Places} ...${{ board, steps, sums, said, now, wish }} me=${allowed} onWish=${setWish}
          onSay=${(target) => setTool({ name: "talk", target })} />`
      : html`<main class="board alone" data-row=${board.row}><p class="say">${said.main}</p>${!past && html`<${Empty} room=${board.room} />`}</main>`}`;
}

const waitingIn = (board) =>
  [...board.seats.values()].filter((seat) => seat.ask?.state === "waiting").map((seat) => seat.ask.id);

function Board() {
  const { board, live, seenAt, language } = useRoom();
  if (language === null) {
    return null;
  }
  const trouble = html`<${Trouble} state=${live.state} sentence=${live.sentence} seenAt=${seenAt} />`;
  if (!board) {
    const waiting = live.state === "opening" || live.state === "reconnecting";
    return html`<main class="wait"><h1>${say("board.title")}</h1>
      ${waiting && html`<${Live} state=${live.state} />`}${trouble}</main>`;
  }
  return html`<${Room} key=${language} live=${live} board=${board} trouble=${trouble} />`;
}

render(html`<${Board} />`, document.getElementById("board"));
