// What staff do from the board: each call has an id, so that sent twice it counts once.

import { base } from "./parts.js";
import { refusal, xsrf } from "./stream.js";
import { say } from "./strings.js";

// A UUID; crypto.randomUUID is missing on plain HTTP, as at most venues.
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// Asks the room; returns its answer, or { problem } with a sentence and, where nothing
// answered, so that nobody knows whether it was done, `lost`.
async function ask(method, path, body) {
  try {
    const response = await fetch(`${base}api/${path}`, {
      method,
      headers: { "X-XSRFToken": xsrf(), "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
      cache: "no-store",
      redirect: "manual",
    });
    if (response.ok) {
      return await response.json();
    }
    const refused = await refusal(response);
    return refused ? { problem: refused.message, code: refused.code } : { problem: say("board.retry"), lost: true };
  } catch {
    return { problem: say("board.retry"), lost: true };
  }
}

const inRoom = (room, ...path) => ["rooms", room, ...path].map(encodeURIComponent).join("/");

// Who looks at this board: { user, role }; empty while the room does not say.
export async function whoAmI(room) {
  const mine = await ask("GET", "rooms");
  const role = mine.rooms?.find((one) => one.id === room)?.role;
  return role ? { user: mine.user, role } : {};
}

export const turn = (room, id, how) => ask("POST", inRoom(room, "asks", id, how), { id: freshId() });

// The same question as another ask; "" = not after all.
export const same = (room, id, as) => ask("POST", inRoom(room, "asks", id, "same"), { id: freshId(), as });

// The next hint of a step for these seats.
export const sendHint = (room, lab, step, seats) =>
  ask("POST", inRoom(room, "hints", "send"), { id: freshId(), lab, step, seats });

export const visit = (room, seat, open) => ask("POST", inRoom(room, "seats", seat, "visit"), { id: freshId(), open });

export const setZone = (room, seat, zone) => ask("POST", inRoom(room, "seats", seat, "zone"), { id: freshId(), zone });

export const timeline = (room, seat) => ask("GET", inRoom(room, "seats", seat, "timeline"));

// Seats of a large room: by { q }, { from, to } or { seat }.
export const findSeats = (room, query) => ask("GET", `${inRoom(room, "seats")}?${new URLSearchParams(query)}`);

export const newPhrase = (room, seat, id) => ask("POST", inRoom(room, "seats", seat, "phrase"), { id });

export const sharedCell = (room, seat, key) =>
  ask("GET", inRoom(room, "seats", seat, "shared", ...key.split("/")));

// What a presenter does, such as "gates" or "messages/<id>/withdraw"; `body` has its id.
export const act = (room, path, body) => ask("POST", inRoom(room, ...path.split("/")), body);

// The links and keys of a room's staff.
export const staffKeys = (room) => ask("GET", inRoom(room, "keys"));

// The journal of a room: an overview, with `at` the board as of then, with `after`,
// `until` and `frames` what changed in between.
export const replay = (room, wish = {}) => ask("GET", `${inRoom(room, "replay")}?${new URLSearchParams(wish)}`);
