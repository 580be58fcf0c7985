// What every module of the board shares: html, marks, memo, the room's clock.

import { Component, h, render } from "./vendor/preact.mjs";
import { useEffect, useState } from "./vendor/hooks.mjs";
import htm from "./vendor/htm.mjs";
import { locale } from "./strings.js";

export const html = htm.bind(h);
export { render };

// The service's prefix, such as /services/room/; pages lie directly below it.
export const base = location.pathname.replace(/[^/]*$/, "");

// A mark of look/marks.svg; `words` is what a screen reader says, "" when the words
// stand beside it.
export function mark(name, words = "", size = "") {
  const use = html`<use href="${base}look/marks.svg#${name}" />`;
  return words
    ? html`<svg class="mark ${size}" role="img" aria-label=${words}>${use}</svg>`
    : html`<svg class="mark ${size}" aria-hidden="true">${use}</svg>`;
}

// A text in which `backticks` set code apart; text nodes only.
export function Said({ text }) {
  return text.split(/`([^`]+)`/).map((part, at) => (at % 2 ? html`<code>${part}</code>` : part));
}

// A component that renders again only when one of its properties changed.
export function memo(view) {
  return class extends Component {
    shouldComponentUpdate(next) {
      const now = this.props;
      const keys = Object.keys(next);
      return keys.length !== Object.keys(now).length || keys.some((key) => next[key] !== now[key]);
    }
    render(props) {
      return view(props);
    }
  };
}

// How far the room's clock is from ours, and the moment at which a replay stands.
export const clock = { skew: 0, still: null };

// The room's present, in milliseconds since 1970.
export const roomTime = () => clock.still ?? Date.now() + clock.skew;

// The time in milliseconds, renewed every `ms`.
export function useNow(ms) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}

// The room's present, renewed every `ms`.
export function useTime(ms) {
  useNow(ms);
  return roomTime();
}

// Whether a media query holds, renewed when it changes.
export function useMedia(query) {
  const [holds, setHolds] = useState(matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const change = () => setHolds(list.matches);
    list.addEventListener("change", change);
    return () => list.removeEventListener("change", change);
  }, [query]);
  return holds;
}

// A choice of this browser that outlives the page, where storage is allowed.
export function useKept(name, first) {
  const key = `airlift-board-${name}`;
  const [value, setValue] = useState(() => {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? first;
    } catch {
      return first;
    }
  });
  const keep = (next) => {
    setValue(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  };
  return [value, keep];
}

// A time of day in this browser's zone, such as 19:52.
export const timeOf = (ms) => new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(ms);
