// The panel's line to its agent: the state as it was last told, and what the attendee
// does. It talks to the seat's own server and to nobody else.

const SCHEMA = "https://airlift.invalid/seat/panel";
const POLL_MS = 30_000;
const PREVIEW_MS = 2_000;
const FIRST_MS = 1_000;
const PATIENCE_MS = 10_000;
const AWAY = [0, 401, 403, 404, 424, 502, 503, 504];
const STRANGER = [401, 403];

// A refusal, in a sentence for the attendee.
export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export class Seat {
  // `request(path, init)` fetches below <base>airlift/ with cookie and XSRF header;
  // `login()` lets the server know this browser again after it was started anew.
  constructor(request, login) {
    this.state = null;
    this.trouble = false; // the agent does not answer
    this.skew = 0;
    this._request = request;
    this._login = login;
    this._listeners = new Set();
    this._failures = 0;
    this._timer = 0;
    this._busy = null;
    this._again = false;
  }

  // Calls back at every change.
  onChange(listener) {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  // Follows the agent: its events, a slow look besides, and a look when the page is
  // looked at again.
  follow(events) {
    events?.stream.connect((_, event) => {
      if (event.schema_id === SCHEMA) {
        this.refresh();
      }
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) {
        this.refresh();
      }
    });
    addEventListener("online", () => this.refresh());
    return this.refresh();
  }

  // Fetches the state; calls that come meanwhile are answered by one more fetch.
  refresh() {
    if (this._busy) {
      this._again = true;
      return this._busy;
    }
    this._busy = this._fetch().finally(() => {
      this._busy = null;
      if (this._again) {
        this._again = false;
        this.refresh();
      }
    });
    return this._busy;
  }

  async _fetch() {
    clearTimeout(this._timer);
    let wait = POLL_MS;
    try {
      this._take(await this._json("panel", { signal: AbortSignal.timeout(PATIENCE_MS) }));
      wait = this.state.preview ? PREVIEW_MS : POLL_MS;
    } catch (error) {
      if (STRANGER.includes(error.status)) {
        await this._login().catch(() => {});
      }
      this._failures += 1;
      wait = Math.min(POLL_MS, FIRST_MS * 2 ** (this._failures - 1));
      this._troubled(true);
    }
    this._timer = setTimeout(() => this.refresh(), wait);
  }

  _take(state) {
    if (state?.v !== 1) {
      throw new Error(`expected panel state 1, got ${state?.v}`);
    }
    this.state = state;
    this.skew = state.now ? state.now - Date.now() : 0;
    this._failures = 0;
    this._troubled(false);
  }

  _troubled(trouble) {
    this.trouble = trouble;
    this._listeners.forEach((listener) => listener());
  }

  // One request; a refusal is thrown with the server's own sentence.
  async _json(path, init = {}) {
    let answer;
    try {
      answer = await this._request(path, init);
    } catch {
      throw new Refusal(0, "away", "");
    }
    const data = await answer.json().catch(() => null);
    if (answer.ok && data) {
      return data;
    }
    const error = data?.error ?? {};
    throw new Refusal(answer.status, error.code ?? "", error.message ?? "");
  }

  _post(path, body) {
    return this._json(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    });
  }

  // Tells a note; the agent's answer is the new state.
  tell(kind, lab, step, body = {}) {
    return this._act("notes", { kind, lab, step, body });
  }

  // Checks a watched step now; the agent's answer is the new state.
  check(lab, step) {
    return this._act("check", { lab, step });
  }

  // Says which watched step is open here: the agent checks it by itself.
  opened(lab, step) {
    return this._act("opened", { lab, step });
  }

  // Answers a step's question, which is checked; the agent's answer is the new state.
  answer(lab, step, answer) {
    return this._act("answer", { lab, step, answer });
  }

  async _act(path, body) {
    try {
      this._take(await this._post(path, body));
      return this.state;
    } catch (error) {
      if (AWAY.includes(error.status)) {
        this._troubled(true);
      }
      this.refresh();
      throw error;
    }
  }

  // Marks the welcome as seen.
  async welcomed() {
    await this._post("welcomed", {});
    await this.refresh();
  }

  // Makes a new notebook ("catch-up" or "reset-lab"); returns its path.
  async file(what, lab, step = "") {
    return (await this._post("files", { do: what, lab, step })).path;
  }

  pristine(lab, step) {
    return this._json(`pristine?${new URLSearchParams({ lab, step })}`);
  }

  // The corrected cells of a lab, compared with a notebook of it.
  update(lab, notebook) {
    return this._json(`update?${new URLSearchParams({ lab, notebook })}`);
  }

  // Brings a take-home zip back.
  async bringBack(file) {
    const done = await this._json("bring-back", {
      method: "POST",
      body: file,
      headers: { "Content-Type": "application/zip" },
    });
    await this.refresh();
    return done;
  }
}
