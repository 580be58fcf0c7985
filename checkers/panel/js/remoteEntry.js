// The door through which JupyterLab and Notebook load the panel: a module federation
// container by hand. It lies outside a folder named "static", whose files a browser
// would keep for a year; everything else is loaded as ES modules beside this script.
(() => {
  const TRIES = 4;
  const WAIT_MS = 700;
  const here = document.currentScript.src;
  let shared = null;
  // A changing network (Wi-Fi, VPN) may break off the load once: try again.
  const load = async (tries) => {
    try {
      return await import(new URL(`./extension.js${tries < TRIES ? `?${tries}` : ""}`, here).href);
    } catch (error) {
      if (!tries) {
        throw error;
      }
      await new Promise((done) => setTimeout(done, WAIT_MS));
      return load(tries - 1);
    }
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["airlift-panel"] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const { plugins } = await load(TRIES);
      const found = await plugins(shared);
      return () => ({ __esModule: true, default: found });
    },
  };
})();
