// The live stream: server-sent events read by fetch, since the Hub's rules want the
// XSRF token in a header, which EventSource cannot send.

// The room says something every second. The proxy keeps the connection open when the
// room dies, so silence is the only sign of it.
const SILENCE_MS = 2_500;
const AWAY_MS = 4_000; // shorter breaks are only "reconnecting"
const WAITS_MS = [250, 500, 1_000, 2_000, 4_000];

// Reads text/event-stream in pieces of any size; calls `on({event, id, data})`.
export function reader(on) {
  let rest = "";
  let event = "";
  let id = "";
  let data = [];
  const take = (line) => {
    if (line === "") {
      if (data.length) {
        on({ event: event || "message", id, data: data.join("\n") });
      }
      event = "";
      data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") {
      event = value;
    } else if (field === "data") {
      data.push(value);
    } else if (field === "id" && !value.includes("\0")) {
      id = value;
    }
  };
  return (text) => {
    rest += text;
    // A lone \r at the end may be half of \r\n: wait for the next piece.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    lines.forEach(take);
  };
}

// The page's XSRF token, read anew each time: a new login changes it. Of several
// cookies the first is that of the longest path, which is ours.
export function xsrf() {
  const found = document.cookie.split("; ").find((part) => part.startsWith("_xsrf="));
  return found ? found.slice("_xsrf=".length) : "";
}

// A refusal in the room's error shape; null when the answer is not from the room.
export async function refusal(response) {
  if (!response.headers.get("content-type")?.startsWith("application/json")) {
    return null;
  }
  try {
    const { error } = await response.json();
    return error?.code ? { status: response.status, ...error } : null;
  } catch {
    return null;
  }
}

// Ends the following: asking again would not help.
class Refused extends Error {
  constructor(refused) {
    super(refused.message);
    this.state = refused.status === 401 ? "login" : "refused";
  }
}

// Follows `url` for good. `onMessage(event, data)` gets parsed JSON; `onState(state,
// sentence)` gets live, reconnecting, away, login or refused. The last two end it.
// `headers` go along, such as a token where there is no login.
export function follow(url, onMessage, onState, headers = {}) {
  let last = "";
  let tries = 0;
  let brokenAt = 0;
  let wake = () => {};
  addEventListener("online", () => wake());

  const heard = ({ event, id, data }) => {
    const message = JSON.parse(data);
    onMessage(event, message);
    last = id || last;
    tries = 0;
    brokenAt = 0;
    onState("live", "");
  };
  const run = async () => {
    for (;;) {
      try {
        await once(url, last, heard, headers);
      } catch (error) {
        if (error instanceof Refused) {
          onState(error.state, error.message);
          return;
        }
      }
      brokenAt ||= Date.now();
      onState(Date.now() - brokenAt > AWAY_MS ? "away" : "reconnecting", "");
      await new Promise((done) => {
        wake = done;
        const wait = WAITS_MS[Math.min(tries, WAITS_MS.length - 1)];
        setTimeout(done, wait * (0.75 + Math.random() / 2));
      });
      tries += 1;
    }
  };
  run();
}

// One connection, from its request to its end; throws Refused when the room says no.
async function once(url, last, heard, more) {
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(), SILENCE_MS);
  const headers = { Accept: "text/event-stream", "X-XSRFToken": xsrf(), ...more };
  if (last) {
    headers["Last-Event-ID"] = last;
  }
  try {
    const response = await fetch(url, {
      headers,
      cache: "no-store",
      redirect: "manual",
      signal: stop.signal,
    });
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
      const refused = await refusal(response);
      if (refused && refused.status < 500 && refused.status !== 429) {
        throw new Refused(refused);
      }
      return;
    }
    const read = reader(heard);
    const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await text.read();
      if (done) {
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), SILENCE_MS);
      read(value);
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
