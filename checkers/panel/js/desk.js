// What the panel does to notebooks in JupyterLab and Notebook 7: find a step's cell, go
// there, read it, put cells in. Nothing else of ours touches a notebook.

import { applicable, cellOf, labOf } from "./facts.js";

const ERRAND_MS = 120_000;

const cellsOf = (panel) =>
  panel.content.widgets.map(({ model }) => ({
    id: model.id,
    type: model.type,
    source: model.sharedModel.getSource(),
  }));

async function readAgain({ context, content: notebook }) {
  const outer = () => notebook.node.querySelector(".jp-WindowedPanel-outer") ?? notebook.node;
  const [top, at] = [outer().scrollTop, notebook.activeCellIndex];
  await context.revert();
  notebook.activeCellIndex = Math.min(at, notebook.widgets.length - 1);
  requestAnimationFrame(() => {
    outer().scrollTop = top;
  });
}

export class Desk {
  // `kept` is storage of this browser for this seat; see kept.js.
  constructor({ app, tracker, documents, kept }) {
    this._app = app;
    this._tracker = tracker;
    this._documents = documents;
    this._kept = kept;
    this.onArrive = () => {}; // called with a step that was asked for in another tab
    tracker.widgetAdded.connect((_, panel) => this._errand(panel));
    tracker.forEach((panel) => this._errand(panel)); // in Notebook it may be there first
  }

  // Calls back when another notebook comes to the front.
  onChange(listener) {
    this._tracker.currentChanged.connect(listener);
  }

  // The path of the notebook in front, "" when there is none.
  get path() {
    return this._tracker.currentWidget?.context.localPath ?? "";
  }

  // The open notebook of a lab: the one in front, the lab's own, else any of its folder.
  notebook(lab) {
    const front = this._tracker.currentWidget;
    if (front && labOf([lab], front.context.localPath)) {
      return front;
    }
    const open = this._tracker.filter((panel) => labOf([lab], panel.context.localPath));
    return open.find((panel) => panel.context.localPath === lab.notebook) ?? open[0] ?? null;
  }

  // Goes to a step's cell, opening the notebook when it is closed. Returns false when
  // the notebook has no such cell.
  async show(lab, step) {
    const panel = this.notebook(lab);
    if (!panel) {
      await this.open(lab.notebook, { step });
      return true;
    }
    return this._reach(panel, step);
  }

  // Opens a notebook and goes to a step's cell there; with `run`, after running all
  // cells above it. Notebook 7 opens it in another browser tab, whose panel goes on.
  async open(path, { step = null, run = false } = {}) {
    this._kept.set("errand", { path, step, run, at: Date.now() });
    const panel = this._documents.openOrReveal(path);
    if (panel && this._tracker.has(panel) && !panel.isDisposed) {
      await this._errand(panel);
    }
  }

  // Does what was left to do in a notebook when it was asked to open.
  async _errand(panel) {
    // Notebook makes a document here too before it opens the tab: that one is never seen.
    await panel.revealed;
    const errand = this._kept.get("errand");
    if (!errand || errand.path !== panel.context.localPath || Date.now() - errand.at > ERRAND_MS) {
      return;
    }
    this._kept.set("errand", null);
    await panel.context.ready;
    if (!errand.step || !(await this._reach(panel, errand.step))) {
      return;
    }
    this.onArrive(errand.step);
    if (!errand.run) {
      return;
    }
    await panel.context.sessionContext.ready;
    await this._app.commands.execute("notebook:run-all-above");
    await this._reach(panel, errand.step);
  }

  async _reach(panel, step) {
    await panel.context.ready;
    const at = cellOf(cellsOf(panel), step, panel.content.activeCellIndex);
    if (at >= 0) {
      await this._focus(panel, at);
    }
    return at >= 0;
  }

  // Scrolls to a cell and puts the cursor into it.
  async _focus(panel, at) {
    const notebook = panel.content;
    this._app.shell.activateById(panel.id);
    notebook.deselectAll();
    notebook.activeCellIndex = at;
    await notebook.scrollToItem(at, "smart").catch(() => {});
    const cell = notebook.widgets[at];
    // Typing goes into the code: in command mode a letter could delete a cell.
    notebook.mode = cell.model.type === "code" && !cell.readOnly ? "edit" : "command";
    notebook.activate();
  }

  // The text of a step's cell, null when no open notebook has it.
  source(lab, step) {
    const panel = this.notebook(lab);
    const cells = panel?.content.model ? cellsOf(panel) : [];
    const at = cellOf(cells, step, panel?.content.activeCellIndex);
    return at >= 0 ? cells[at].source : null;
  }

  // Puts a step's pristine cells below the own ones and goes there; false when no
  // notebook of the lab is open.
  async insertBelow(lab, step, fresh) {
    const panel = this.notebook(lab);
    if (!panel) {
      return false;
    }
    await panel.context.ready;
    const cells = cellsOf(panel);
    const model = panel.content.model.sharedModel;
    const found = cellOf(cells, { ...step, generation: 1 });
    const at = found < 0 ? cells.length : found + 1;
    // Without their ids, which the own cells still have: each gets one of its own.
    model.insertCells(at, fresh.map(({ id: _, ...cell }) => cell));
    await this._focus(panel, at);
    return true;
  }

  // How many of a corrected lab's changes fit the open notebook; null: none is open, or
  // it is still being read.
  fitting(lab, changes) {
    const panel = this.notebook(lab);
    return panel?.context.isReady ? applicable(cellsOf(panel), changes).length : null;
  }

  // Takes a corrected lab's changes where nobody has worked; returns how many.
  async correct(lab, changes) {
    const panel = this.notebook(lab);
    await panel.context.ready;
    const model = panel.content.model.sharedModel;
    const taken = applicable(cellsOf(panel), changes);
    model.transact(() => {
      for (const change of taken) {
        const ids = model.cells.map((cell) => cell.id);
        if (change.was === null) {
          const { id, source, cell_type = "markdown" } = change;
          const fresh = { id, source, cell_type, metadata: change.metadata ?? {} };
          model.insertCell(change.after ? ids.indexOf(change.after) + 1 || ids.length : 0, fresh);
        } else {
          model.cells[ids.indexOf(change.id)].setSource(change.source);
        }
      }
    });
    await panel.context.save();
    return taken.length;
  }

  // The open notebooks that have changes which are not saved.
  get unsaved() {
    return this._tracker.filter((panel) => panel.context.isReady && panel.context.model.dirty);
  }

  // Saves every notebook that has changes; what fails is told by saving.js.
  async saveAll() {
    await Promise.allSettled(this.unsaved.map((panel) => panel.context.save()));
  }

  // Reads every open notebook from disk again, and stays where its reader was.
  async readAgain() {
    await Promise.all(this._tracker.filter((panel) => panel.context.isReady).map(readAgain));
  }
}
