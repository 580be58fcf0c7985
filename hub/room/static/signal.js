// A new ask can be heard, and seen in the browser's tab: off until somebody wants it.

import { useEffect, useRef } from "./vendor/hooks.mjs";
import { say } from "./strings.js";

let audio = null;

// Browsers let a page sound only after somebody has touched it; a click on the choice is
// that touch, after a reload any other one.
export function wakeSound() {
  audio ??= new AudioContext();
  audio.resume();
}

// Two soft notes.
function chime() {
  wakeSound();
  [660, 880].forEach((pitch, at) => {
    const [tone, loud] = [audio.createOscillator(), audio.createGain()];
    const start = audio.currentTime + 0.16 * at;
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0.12, start);
    loud.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
    tone.connect(loud).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.3);
  });
}

// Rings for every ask that was not there before, and counts the waiting in the title.
export function useSignal(on, asks, title) {
  const known = useRef(null);
  useEffect(() => {
    const fresh = known.current && asks.some((id) => !known.current.has(id));
    known.current = new Set(asks);
    if (on && fresh) {
      chime();
    }
  }, [asks.join()]);
  useEffect(() => {
    const count = on && asks.length ? `(${asks.length}) ` : "";
    document.title = `${count}${title} · ${say("board.title")}`;
  }, [on, asks.length, title]);
}
