// The theme that somebody chose in the Hub's own pages holds here too; without a
// choice look.css follows the machine. Loaded before the page paints.
"use strict";
(() => {
  const follow = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem("jupyterhub-bs-theme");
    } catch {
      // Storage may be forbidden; the machine's theme is good enough.
    }
    if (chosen === "light" || chosen === "dark") {
      document.documentElement.dataset.theme = chosen;
    } else {
      delete document.documentElement.dataset.theme;
    }
  };
  follow();
  addEventListener("storage", follow);
})();
