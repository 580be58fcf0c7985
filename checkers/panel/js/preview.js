// An author's preview follows the lab: what was released again is read anew, and after a
// new start of the server so is the page. What is not saved is never thrown away.

import { say } from "./words.js";

const isSame = (one, other) => one.release === other.release && one.server === other.server;

export class Preview {
  // `reload()` loads the page anew; `tell(text)` shows a sentence until the function
  // that it returns is called.
  constructor({ seat, desk, reload, tell }) {
    Object.assign(this, { _seat: seat, _desk: desk, _reload: reload, _tell: tell });
    this._shown = null;
    this._busy = false;
    this._untell = null;
    seat.onChange(() => this._look());
    this._look();
  }

  async _look() {
    const now = this._seat.state?.preview;
    this._shown ??= now;
    if (!now || this._seat.trouble || this._busy || isSame(now, this._shown)) {
      return;
    }
    const [unsaved] = this._desk.unsaved;
    if (unsaved) {
      const file = unsaved.context.localPath.split("/").pop();
      this._untell ??= this._tell(say("preview.unsaved", { file }));
      return; // the next look may find it saved
    }
    if (now.server !== this._shown.server) {
      this._reload();
      return;
    }
    this._busy = true;
    try {
      await this._desk.readAgain();
      this._shown = now;
      this._untell?.();
      this._untell = null;
    } catch {
      // The server is ending just now: the next look is at the new one.
    } finally {
      this._busy = false;
    }
  }
}
