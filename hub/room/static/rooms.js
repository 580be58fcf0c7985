// The rooms of whoever is logged in. With only one, its board is what they came for.

import { html, render, base } from "./parts.js";
import { useEffect, useState } from "./vendor/hooks.mjs";
import { refusal, xsrf } from "./stream.js";

const STATES = { new: "not open yet", open: "open", closed: "closed" };
const AGAIN_MS = 2_000;

// Asks for the rooms until the room service answers.
function useRooms() {
  const [answer, setAnswer] = useState({ state: "opening" });
  useEffect(() => {
    let timer = 0;
    const ask = async () => {
      const next = await rooms();
      setAnswer(next);
      if (next.state === "away") {
        timer = setTimeout(ask, AGAIN_MS);
      }
    };
    ask();
    return () => clearTimeout(timer);
  }, []);
  return answer;
}

async function rooms() {
  try {
    const response = await fetch(`${base}api/rooms`, {
      headers: { "X-XSRFToken": xsrf() },
      cache: "no-store",
      redirect: "manual",
    });
    if (response.ok) {
      return { state: "live", ...(await response.json()) };
    }
    const refused = await refusal(response);
    if (refused && refused.status < 500 && refused.status !== 429) {
      return { state: refused.status === 401 ? "login" : "refused", sentence: refused.message };
    }
  } catch {
    // Nobody answers: the room service comes back by itself.
  }
  return { state: "away" };
}

function Said({ state, sentence }) {
  const words = {
    opening: "Looking for your rooms…",
    away: "The room is away. This page goes on by itself.",
    login: html`You are logged out. <a href=${base}>Log in again</a>`,
    refused: sentence,
  };
  return html`<p class="sub" role="status">${words[state]}</p>`;
}

function List({ rooms }) {
  if (!rooms.length) {
    return html`<p class="sub">You have no room yet. The organiser opens one and gives you its key.</p>`;
  }
  return html`<ul class="rooms">
    ${rooms.map((room) => html`<li key=${room.id}><a class="card" href="${base}${encodeURIComponent(room.id)}">
      <b>${room.title}</b><span class="dim">${[room.host, STATES[room.state]].filter(Boolean).join(" · ")}</span>
    </a></li>`)}
  </ul>`;
}

function Rooms() {
  const answer = useRooms();
  const only = answer.rooms?.length === 1 ? answer.rooms[0].id : "";
  useEffect(() => {
    if (only) {
      location.replace(`${base}${encodeURIComponent(only)}`);
    }
  }, [only]);
  return html`<main class="myrooms"><h1>My rooms</h1>
    ${answer.state === "live" ? html`<${List} rooms=${answer.rooms} />` : html`<${Said} ...${answer} />`}
  </main>`;
}

render(html`<${Rooms} />`, document.getElementById("rooms"));
