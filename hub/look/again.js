// A page whose script did not arrive (a Wi-Fi that changes drops what is under way) is
// loaded again by itself, a few times and ever slower. Loaded before the page's script.
"use strict";
(() => {
  const MOST = 5;
  const key = "airlift-again";
  const tries = () => {
    try {
      return Number(sessionStorage.getItem(key)) || 0;
    } catch {
      return MOST; // without a memory it could go on for ever
    }
  };
  const keep = (count) => {
    try {
      sessionStorage.setItem(key, String(count));
    } catch {
      // Storage may be forbidden; see above.
    }
  };
  addEventListener(
    "error",
    (event) => {
      const count = tries();
      if (event.target instanceof HTMLScriptElement && count < MOST) {
        keep(count + 1);
        setTimeout(() => location.reload(), 250 * 2 ** count);
      }
    },
    true,
  );
  addEventListener("load", () => setTimeout(keep, 10_000, 0));
})();
