// Plays a room's journal: asks the room for the board as of then and for what changed
// since, ahead of time, and hands out boards.

import { advance, due, hungry, piece } from "./rewind.js";
import { useEffect, useRef, useState } from "./vendor/hooks.mjs";
import { apply } from "./facts.js";
import { replay } from "./actions.js";

const TICK_MS = 100;
const SHOW_MS = 1_000; // without news the board is handed out this often, for its ages
const LOOK_MS = 20_000; // a room that goes on has more to show

// The overview of a room's journal, renewed while somebody looks.
export function useTape(room) {
  const [tape, setTape] = useState(null);
  useEffect(() => {
    const look = async () => {
      const found = await replay(room);
      setTape((known) => (found.problem && known ? known : found));
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [room]);
  return tape;
}

// Returns { at, playing, speed, problem, seek, play, leave, pause, setSpeed }; `at` is null until
// somebody goes somewhere.
export function usePlayer(room, tape, onBoard) {
  const [seen, setSeen] = useState({ at: null, playing: false, speed: 15, problem: "" });
  const now = useRef(null);
  now.current ??= { board: null, at: 0, frames: [], known: 0, wanted: null, seeking: false, fetching: false, shownAt: 0, tape, ...seen };
  const state = now.current;
  state.tape = tape;
  const tell = (more) => {
    Object.assign(state, more);
    const { at, playing, speed, problem } = state;
    setSeen({ at, playing, speed, problem });
  };
  const show = (board) => {
    state.board = board;
    state.shownAt = Date.now();
    onBoard({ ...board, at: state.at, replay: state.at });
  };
  const seek = async (at) => {
    state.wanted = at;
    tell({ at });
    if (state.seeking) {
      return; // whoever drags the slider gets the newest wish
    }
    state.seeking = true;
    while (state.wanted !== null) {
      const time = Math.round(state.wanted);
      state.wanted = null;
      const snapshot = await replay(room, { at: time });
      tell({ problem: snapshot.problem ?? "" });
      if (!snapshot.problem && state.wanted === null && state.at !== null) {
        Object.assign(state, { frames: [], known: time });
        show(apply(null, "snapshot", snapshot));
      }
    }
    state.seeking = false;
  };
  const fetchPiece = async (wish) => {
    state.fetching = true;
    const found = await replay(room, wish);
    state.fetching = false;
    if (found.problem) {
      tell({ problem: found.problem, playing: false });
    } else if (state.known === wish.after && !state.seeking) {
      state.frames = [...state.frames, ...found.frames];
      state.known = found.frames.at(-1)?.at ?? wish.until; // a large piece comes cut short
    }
  };
  const tick = (ms) => {
    const { tape: whole, speed } = state;
    if (state.seeking || !state.board) {
      return;
    }
    const to = Math.min(advance(whole, state.at, ms, speed), state.known);
    if (!state.fetching && hungry(whole, to, state.known, speed)) {
      fetchPiece(piece(whole, state.known, speed));
    }
    const [ready, rest] = due(state.frames, to);
    state.frames = rest;
    tell({ at: to, playing: to < whole.last });
    if (ready.length || Date.now() - state.shownAt > SHOW_MS) {
      show(ready.reduce((board, frame) => apply(board, "delta", frame), state.board));
    }
  };
  const ticking = useRef(tick);
  ticking.current = tick;
  useEffect(() => {
    if (!seen.playing) {
      return undefined;
    }
    let last = performance.now();
    const timer = setInterval(() => {
      const time = performance.now();
      ticking.current(time - last);
      last = time;
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [seen.playing]);
  const play = async () => {
    const over = state.at === null || state.at >= state.tape.last;
    if (over || !state.board) {
      await seek(over ? state.tape.first : state.at);
    }
    if (state.board) {
      tell({ playing: true });
    }
  };
  const leave = () => {
    Object.assign(state, { board: null, frames: [], wanted: null });
    tell({ at: null, playing: false, problem: "" });
  };
  return { ...seen, seek, play, leave, pause: () => tell({ playing: false }), setSpeed: (speed) => tell({ speed }) };
}

