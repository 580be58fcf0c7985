// What this browser remembers of a seat, where storage is allowed.

// Storage below the seat's own address, so that seats of one browser stay apart.
export function keptFor(base) {
  const key = (name) => `airlift-panel:${base}:${name}`;
  const held = new Map(); // without storage it lasts as long as the page
  return {
    get(name) {
      try {
        return JSON.parse(localStorage.getItem(key(name)));
      } catch {
        return held.get(name) ?? null;
      }
    },
    set(name, value) {
      held.set(name, value);
      try {
        localStorage.setItem(key(name), JSON.stringify(value));
      } catch {
        // Private windows and full storage refuse.
      }
    },
  };
}
