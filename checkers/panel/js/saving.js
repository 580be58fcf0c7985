// Tells when notebooks could not be saved, and why.

import { reasonOf } from "./facts.js";

export class Saving {
  // `contents` is the page's contents service: every save of every document passes it.
  constructor(contents) {
    this.trouble = null; // {why: "full" | "away" | "other", path}
    this._listeners = new Set();
    const save = contents.save.bind(contents);
    contents.save = async (path, options) => {
      try {
        const done = await save(path, options);
        this._done(path);
        return done;
      } catch (error) {
        await this._failed(path, error);
        throw error;
      }
    };
  }

  onChange(listener) {
    this._listeners.add(listener);
  }

  _done(path) {
    // A full disk may hold one small file more, so only the same file clears it.
    if (this.trouble && (this.trouble.path === path || this.trouble.why === "away")) {
      this._tell(null);
    }
  }

  async _failed(path, error) {
    const status = error?.response?.status ?? 0;
    const text = `${error?.message ?? ""} ${error?.traceback ?? ""}`;
    this._tell({ why: reasonOf(status, text), path });
  }

  _tell(trouble) {
    this.trouble = trouble;
    this._listeners.forEach((listener) => listener());
  }
}
