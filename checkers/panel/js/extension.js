// The panel as an extension of JupyterLab 4 and Notebook 7: widget, command, shortcut.

import { Desk } from "./desk.js";
import { keptFor } from "./kept.js";
import { html, render } from "./parts.js";
import { Preview } from "./preview.js";
import { Saving } from "./saving.js";
import { Seat } from "./seat.js";
import { Panel } from "./view.js";
import { say, speak } from "./words.js";

const ID = "airlift-panel";
const COMMAND = "airlift:show-steps";
const KEYS = ["F8"];
const LOGIN_MS = 10_000;
const ROOMY = 1200;
const NARROW = "(max-width: 760px)";
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 20 20">
  <g class="jp-icon3" fill="#616161"><path d="M9 4h9v2H9zM9 9h9v2H9zM9 14h9v2H9z"/>
  <path d="M3.7 7.4L1.3 5l1-1 1.4 1.4L6.6 2.5l1 1zM3.7 12.4L1.3 10l1-1 1.4 1.4L6.6 7.5l1 1z"/>
  <circle cx="4" cy="15" r="1.5"/></g></svg>`;

// Loads a module that JupyterLab shares.
async function module(shared, name) {
  const versions = Object.values(shared[name] ?? {});
  if (!versions.length) {
    throw new Error(`${name}: not shared by this page`);
  }
  return (await versions[versions.length - 1].get())();
}

// The plugins, once the modules they need are there.
export async function plugins(shared) {
  const names = {
    application: "@jupyterlab/application",
    apputils: "@jupyterlab/apputils",
    coreutils: "@jupyterlab/coreutils",
    documents: "@jupyterlab/docmanager",
    notebook: "@jupyterlab/notebook",
    services: "@jupyterlab/services",
    icons: "@jupyterlab/ui-components",
    widgets: "@lumino/widgets",
  };
  const found = await Promise.all(Object.values(names).map((name) => module(shared, name)));
  const lab = Object.fromEntries(Object.keys(names).map((key, at) => [key, found[at]]));
  return [
    {
      id: `${ID}:plugin`,
      autoStart: true,
      requires: [lab.notebook.INotebookTracker, lab.documents.IDocumentManager],
      optional: [lab.apputils.ICommandPalette, lab.application.ILayoutRestorer],
      activate: (app, tracker, documents, palette, restorer) => {
        start(lab, { app, tracker, documents, palette, restorer }).catch((error) => {
          console.error("Airlift's panel could not start:", error);
        });
      },
    },
  ];
}

// The widget that holds the panel, and remembers whether it was closed.
function sidePanel({ widgets, icons }, shell, kept) {
  class SidePanel extends widgets.Widget {
    constructor() {
      super();
      this.id = ID;
      this.addClass("airlift-panel");
      this.title.icon = new icons.LabIcon({ name: "airlift:steps", svgstr: ICON });
      this.title.caption = say("panel.title");
      this.node.setAttribute("role", "region");
      this.node.setAttribute("aria-label", say("panel.title"));
      this.remembers = false;
      this.wantsFocus = false;
    }
    // What is chosen is kept here: on a hidden page no message follows.
    show() {
      super.show();
      this._keep();
    }
    hide() {
      super.hide();
      this._keep();
    }
    onAfterShow() {
      if (this.wantsFocus) {
        this.activate();
      }
    }
    onActivateRequest() {
      if (this.wantsFocus && this.isVisible) {
        this.wantsFocus = false;
        const open = this.node.querySelector("[aria-expanded=true]");
        (open ?? this.node.querySelector("button"))?.focus();
      }
    }
    // Whether it is open, also while the whole page is hidden: a new theme hides it until
    // the next frame, which a tab in the background has only once it is looked at.
    get isOpen() {
      let part = this;
      while (part && part !== shell && !part.isHidden) {
        part = part.parent;
      }
      return part === shell;
    }
    _keep() {
      if (this.remembers) {
        kept.set("open", !this.isHidden);
      }
    }
  }
  return new SidePanel();
}

// Resolves once the styles are there: the page's layout asks them how wide the panel
// wants to be when it is added.
function addStyles() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("../panel.css", import.meta.url).href;
  const there = new Promise((done) => {
    link.onload = link.onerror = done;
  });
  document.head.append(link);
  return there;
}

// The command that shows the panel, in the palette and on a key.
function addCommand(app, palette, show) {
  app.commands.addCommand(COMMAND, { label: say("command.show"), execute: show });
  app.commands.addKeyBinding({ command: COMMAND, keys: KEYS, selector: "body" });
  palette?.addItem({ command: COMMAND, category: "Airlift" });
}

async function start(lab, { app, tracker, documents, palette, restorer }) {
  const settings = app.serviceManager.serverSettings;
  const base = `${settings.baseUrl}airlift/`;
  const request = (path, init) => lab.services.ServerConnection.makeRequest(base + path, init, settings);
  const kept = keptFor(new URL(settings.baseUrl).pathname);
  const seat = new Seat(request, () => login(settings.baseUrl));
  const saving = new Saving(app.serviceManager.contents);
  const desk = new Desk({ app, tracker, documents, kept });
  saveOnceBack(seat, saving, desk);
  noticeBreaks(app, tracker, seat);
  const first = seat.follow(app.serviceManager.events);
  await Promise.all([addStyles(), speak("en")]);
  const widget = sidePanel(lab, app.shell, kept);
  app.shell.add(widget, "right", { rank: 50, type: "Airlift" });
  restorer?.add(widget, ID);
  const show = () => {
    widget.wantsFocus = true;
    reveal(app, widget);
  };
  addCommand(app, palette, show);
  await Promise.all([first, app.restored]);
  await speak(seat.state?.language);
  const notify = (text) => lab.apputils.Notification.info(text, { autoClose: 7_000 });
  const tell = (text) => {
    const id = lab.apputils.Notification.info(text, { autoClose: false });
    return () => lab.apputils.Notification.dismiss(id);
  };
  new Preview({ seat, desk, reload: () => location.reload(), tell });
  const hub = lab.coreutils.PageConfig.getOption("hubPrefix");
  const catchUp = async (one, step) =>
    desk.open(await seat.file("catch-up", one.slug, step.id), { step, run: true });
  const hide = () => hideWhereNarrow(app);
  const isOpen = () => widget.isOpen;
  const page = { seat, desk, saving, kept, base, hub, notify, catchUp, hide, isOpen };
  render(html`<${Panel} page=${page} />`, widget.node);
  settle(app, widget, kept);
}

// Lets a server that was started anew know this browser again: any page of it leads
// through the hub's login and back. Unseen, so that the work in this tab stays.
function login(base) {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.sandbox = "allow-same-origin";
  frame.src = `${base}files/airlift-login`;
  return new Promise((done) => {
    frame.onload = done;
    setTimeout(done, LOGIN_MS);
    document.body.append(frame);
  }).finally(() => frame.remove());
}

// Has the seat look at once when the page's own calls fail or a kernel's line breaks:
// the event stream comes back by itself and says nothing of it.
function noticeBreaks(app, tracker, seat) {
  const look = () => {
    seat.refresh();
  };
  const listen = ({ sessionContext }) =>
    sessionContext.connectionStatusChanged.connect((_, how) => how !== "connected" && look());
  app.serviceManager.connectionFailure?.connect(look);
  tracker.forEach(listen);
  tracker.widgetAdded.connect((_, panel) => listen(panel));
}

// What was written while the server was away is saved when it is back.
function saveOnceBack(seat, saving, desk) {
  let away = false;
  seat.onChange(() => {
    if (!seat.trouble && (away || saving.trouble?.why === "away")) {
      desk.saveAll();
    }
    away = seat.trouble;
  });
}

// Opens the panel by itself unless this seat's attendee has closed it.
function settle(app, widget, kept) {
  const wanted = kept.get("open") ?? !matchMedia(NARROW).matches;
  if (wanted) {
    reveal(app, widget);
  } else if (widget.isOpen) {
    app.shell.collapseRight?.();
  }
  widget.remembers = true;
  if (kept.get("open") === null && innerWidth < ROOMY) {
    app.shell.collapseLeft?.(); // the file browser: room for the notebook
  }
  kept.set("open", wanted);
}

// Each way closes in Notebook 7.5 what is open, and JupyterLab's first one opens whatever
// was open last.
function reveal(app, widget) {
  if (!widget.isOpen) {
    app.shell.expandRight?.(widget.id);
  }
  if (!widget.isOpen) {
    app.shell.activateById(widget.id);
  }
  widget.activate();
}

// On a phone there is no room for both: going to a cell closes the panel.
function hideWhereNarrow(app) {
  if (matchMedia(NARROW).matches) {
    app.shell.collapseRight?.();
  }
}
