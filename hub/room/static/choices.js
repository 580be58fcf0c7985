// How the seats are shown: search, order, filters, names, the signal. Remembered by this
// browser.

import { ONLY, ORDERS, helpersOf, zonesOf } from "./order.js";
import { html, mark } from "./parts.js";
import { wakeSound } from "./signal.js";
import { say } from "./strings.js";
import { staffOf, stateWords } from "./words.js";

export const FIRST = { order: "need", only: "all", zone: "", helper: "", hidden: false, signal: false };

function Pick({ label, value, options, onPick }) {
  return html`<label class="pick">${label}${" "}<select value=${value} onChange=${(event) => onPick(event.target.value)}>
    ${options.map(([key, words]) => html`<option value=${key} selected=${key === value}>${words}</option>`)}
  </select></label>`;
}

function Check({ label, value, onCheck }) {
  return html`<label class="check"><input type="checkbox" checked=${value}
    onChange=${(event) => onCheck(event.target.checked)} />${label}</label>`;
}

export function Choices({ seats, wish, find, onWish, onFind }) {
  const set = (part) => onWish({ ...wish, ...part });
  const [zones, helpers] = [zonesOf(seats.values()), helpersOf(seats.values())];
  const every = ["", say("grid.everyone")];
  const signal = (on) => {
    set({ signal: on });
    if (on) {
      wakeSound();
    }
  };
  return html`<div class="choices">
    <label class="find"><span class="said">${say("grid.find")}</span><input type="search" placeholder=${say("grid.find")} value=${find}
      onInput=${(event) => onFind(event.target.value)} /></label>
    <${Pick} label=${say("grid.sort")} value=${wish.order} onPick=${(order) => set({ order })}
      options=${ORDERS.map((key) => [key, say(`grid.sort.${key}`)])} />
    <${Pick} label=${say("grid.only")} value=${wish.only} onPick=${(only) => set({ only })}
      options=${ONLY.map((key) => [key, say(`grid.only.${key}`)])} />
    ${zones.length > 0 && html`<${Pick} label=${say("grid.zone")} value=${wish.zone} onPick=${(zone) => set({ zone })}
      options=${[every, ...zones.map((zone) => [zone, zone])]} />`}
    ${helpers.length > 0 && html`<${Pick} label=${say("grid.helper")} value=${wish.helper} onPick=${(helper) => set({ helper })}
      options=${[every, ...helpers.map(([user, who]) => [user, staffOf(who)])]} />`}
    <${Check} label=${say("grid.hide")} value=${wish.hidden} onCheck=${(hidden) => set({ hidden })} />
    <${Check} label=${say("board.signal")} value=${wish.signal} onCheck=${signal} />
  </div>`;
}

export function Key() {
  return html`<div class="key">
    ${["passed", "trying", "stuck", "none", "fault"].map((state) => html`<span>${mark(state)} ${stateWords(state)}</span>`)}
  </div>`;
}
