"""A seat's page as a person uses it: JupyterLab or Notebook 7 in a real browser.

Cells are found by their position from 0 or by how their source begins. What a person
does from a menu or by a key is done by the command behind it, which both front ends
share; texts are typed. A page opened through here exposes its application, which is
a setting of the page for tests only.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.visitor import Visitor

LAB = "lab"
NOTEBOOK = "notebook"
NOTEBOOK_PATH = "first_flight/first_flight.ipynb"
START_MS = 120_000
"""How long a page may take to be there on a busy machine."""
_ADDRESS = {LAB: "/lab/tree/{path}?reset", NOTEBOOK: "/notebooks/{path}"}
"""JupyterLab would bring back the notebooks of an earlier test as well."""
_EXPOSE = """
document.addEventListener('readystatechange', () => {
  const element = document.getElementById('jupyter-config-data');
  if (document.readyState !== 'interactive' || !element) return;
  const config = JSON.parse(element.textContent);
  config.exposeAppInBrowser = true;
  element.textContent = JSON.stringify(config);
});
"""
"""Runs between the page's parsing and its deferred scripts."""
_NOTICES = """
window.notices = [];
new MutationObserver(() => {
  const shown = [...document.querySelectorAll('.jp-toast-message')];
  window.notices.push(...shown.map(one => one.innerText)
    .filter(text => text && !window.notices.includes(text)));
}).observe(document, {childList: true, subtree: true, characterData: true});
"""
"""Keeps what notifications have said: each is there for a few seconds only."""
_BACKGROUND = """
const draw = window.requestAnimationFrame.bind(window);
let waiting = [];
window.requestAnimationFrame = frame => waiting ? waiting.push(frame) : draw(frame);
window.lookAt = () => { const held = waiting; waiting = null; held.forEach(draw); };
"""
"""A tab in the background draws no frame until it is looked at."""
_OPEN = """
const app = window.jupyterapp;
const main = app.shell.currentWidget;
const all = [...app.shell.widgets('main')];
const panel = [main, ...all].find(one => one?.content?.widgets && one?.context);
const notebook = panel?.content;
const wait = ms => new Promise(done => setTimeout(done, ms));
const focus = async (ask, node) => {
  for (let left = 100; left && !node.contains(document.activeElement); left -= 1) {
    ask();
    await wait(30);
  }
};
"""
"""Names for what the scripts below need: app, panel, notebook, wait, focus."""


@dataclass(frozen=True)
class Cell:
    """A cell as the page holds it."""

    id: str
    kind: str
    source: str


def context_of(browser: Browser, visitor: Visitor, **how: Any) -> BrowserContext:
    """Return a browser context that is logged in as a visitor."""
    how.setdefault("viewport", {"width": 1400, "height": 900})
    context = browser.new_context(**how)
    context.add_cookies(
        [
            {
                "name": cookie.name,
                "value": cookie.value or "",
                "url": visitor.url + cookie.path,
            }
            for cookie in visitor.http.cookies
        ]
    )
    return context


class LabPage:
    """One page with one open notebook."""

    def __init__(self, page: Page, seat: str, interface: str = LAB) -> None:
        self.page = page
        self.seat = seat.rstrip("/")
        """Address of the seat's server."""
        self.interface = interface
        self._background = False
        page.add_init_script(_EXPOSE)
        page.add_init_script(_NOTICES)

    # --- opening

    def open(self, path: str = NOTEBOOK_PATH) -> LabPage:
        """Open a notebook by its path below the home; its kernel is idle then."""
        self.page.goto(self.seat + _ADDRESS[self.interface].format(path=path))
        return self.wait_ready(path)

    def in_background(self) -> LabPage:
        """Have the page in a tab that is looked at only once everything is loaded."""
        self.page.add_init_script(_BACKGROUND)
        self._background = True
        return self

    def wait_ready(self, path: str = "") -> LabPage:
        """Wait for the notebook, of that path if one is given, and its kernel."""
        if self._background:
            self.page.wait_for_load_state("networkidle")
            self.page.evaluate("window.lookAt()")
        self.page.wait_for_function(
            f"given => {{ if (!window.jupyterapp?.shell) return false; {_OPEN}"
            "return panel?.context.isReady && notebook.widgets.length > 0"
            " && (!given || panel.context.path === given); }",
            arg=path,
            timeout=START_MS,
        )
        self.wait_idle(START_MS)
        return self

    def reload(self) -> LabPage:
        """Save and load the page again."""
        self.save()
        self.page.reload()
        return self.wait_ready()

    def script(self, code: str, given: object = None) -> Any:
        """Run code in the page; `app`, `panel`, `notebook` and `given` are there.

        What does not come to its end fails with the question that is open in the page.
        """
        asks = "document.querySelector('.jp-Dialog')?.innerText ?? 'no question'"
        return self.page.evaluate(
            f"given => {{ {_OPEN} const late = wait({START_MS}).then(() => {{"
            f"throw new Error('expected an end, got ' + ({asks})); }});"
            f"return Promise.race([(async () => {{ {code} }})(), late]); }}",
            given,
        )

    def command(self, name: str, args: object = None) -> Any:
        """Run one of the application's commands and wait for its end."""
        return self.script(
            "await app.commands.execute(given[0], given[1] ?? {}); return null;",
            [name, args],
        )

    @property
    def path(self) -> str:
        """Path of the open notebook below the home, as the page has it."""
        return str(self.script("return panel.context.path;"))

    # --- cells

    @property
    def cells(self) -> list[Cell]:
        """All cells of the open notebook."""
        found = self.script(
            "return notebook.widgets.map(one => [one.model.id, one.model.type, "
            "one.model.sharedModel.getSource()]);"
        )
        return [Cell(*one) for one in found]

    def find(self, cell: int | str) -> int:
        """Return the position of a cell, or of the first that begins with a text."""
        if isinstance(cell, int):
            return cell if cell >= 0 else len(self.cells) + cell
        for number, one in enumerate(self.cells):
            if one.source.startswith(cell):
                return number
        raise AssertionError(f"expected a cell that begins with {cell!r}")

    def locator(self, cell: int | str) -> Locator:
        """Return the element of a cell at that position, whatever is active later."""
        number = self.find(cell)
        self.select(number)
        index = f"[data-windowed-list-index='{number}']"
        return self.page.locator(f".jp-Notebook:visible .jp-Cell{index}")

    def select(self, first: int | str, last: int | str | None = None) -> None:
        """Make a cell the active one, or select a range of cells."""
        start = self.find(first)
        end = start if last is None else self.find(last)
        self.script(
            "notebook.deselectAll(); notebook.activeCellIndex = given[0];"
            "notebook.mode = 'command';"
            "if (given[1] !== given[0]) notebook.extendContiguousSelectionTo(given[1]);"
            "await notebook.scrollToItem(given[1], 'smart');"
            "notebook.activate(); await wait(30);"
            "await focus(() => notebook.activate(), notebook.node);",
            [start, end],
        )

    def write(self, cell: int | str, source: str) -> int:
        """Type over a cell's source; returns its position.

        What was typed while the page still turned to another cell is typed again.
        """
        for patience in (10_000, 20_000, None):
            number = self.edit(cell)
            self.page.keyboard.press("Control+a")
            self._type(source)
            try:
                expect_source(self, number, source, patience)
            except PlaywrightTimeout:
                if patience is None:
                    raise
            else:
                break
        return number

    def put(self, cell: int | str, source: str) -> None:
        """Put a source into a cell where no key reaches it, such as under a question.

        JupyterLab asks again and again whether to restart a server that is away.
        """
        self.script(
            "notebook.widgets[given[0]].model.sharedModel.setSource(given[1]);",
            [self.find(cell), source],
        )

    def append(self, cell: int | str, text: str) -> int:
        """Type at the end of a cell; returns its position."""
        number = self.edit(cell)
        whole = self.cells[number].source + text
        self.page.keyboard.press("Control+End")
        self._type(text)
        expect_source(self, number, whole)
        return number

    def edit(self, cell: int | str) -> int:
        """Put the cursor into a cell; returns its position."""
        number = self.find(cell)
        self.select(number)
        self.script(
            "notebook.mode = 'edit'; await notebook.activeCell.ready;"
            "const { editor, node } = notebook.activeCell; editor.focus();"
            "await wait(30); await focus(() => editor.focus(), node);"
        )
        return number

    def _type(self, text: str) -> None:
        """Type as an input method does, so that no bracket closes itself."""
        if text:
            self.page.keyboard.insert_text(text)
        else:
            self.page.keyboard.press("Delete")
        self.page.keyboard.press("Escape")

    def insert(self, source: str, after: int | str = -1, kind: str = "code") -> int:
        """Insert a cell below another; returns its position."""
        number = self.find(after)
        self.select(number)
        self.command("notebook:insert-cell-below")
        self.select(number + 1)
        if kind != "code":
            self.command(f"notebook:change-cell-to-{kind}")
        return self.write(number + 1, source)

    def copy(self, cell: int | str, below: int | str | None = None) -> int:
        """Copy a cell and paste it below another or itself; returns the position."""
        number = self.find(cell)
        target = number if below is None else self.find(below)
        self.take(number)
        return self.paste(target)

    def take(self, cell: int | str) -> None:
        """Copy a cell, to be pasted here or in another notebook of the page."""
        self.select(cell)
        self.command("notebook:copy-cell")

    def paste(self, below: int | str) -> int:
        """Paste what was copied below a cell; returns the position."""
        number = self.find(below)
        self.select(number)
        self.command("notebook:paste-cell-below")
        return number + 1

    def split(self, cell: int | str, line: int) -> int:
        """Split a cell before a line counted from 0; returns the upper position."""
        number = self.edit(cell)
        self.script(
            "notebook.activeCell.editor.setCursorPosition({line: given, column: 0});",
            line,
        )
        self.command("notebook:split-cell-at-cursor")
        self.page.keyboard.press("Escape")
        return number

    def merge(self, first: int | str, last: int | str) -> int:
        """Merge a range of cells; returns the position of what is left."""
        number = self.find(first)
        self.select(first, last)
        self.command("notebook:merge-cells")
        return number

    def delete(self, cell: int | str) -> None:
        """Delete a cell."""
        self.select(cell)
        self.command("notebook:delete-cell")

    def move(self, cell: int | str, by: int) -> int:
        """Move a cell down by as many places, or up; returns its position."""
        number = self.find(cell)
        for _ in range(abs(by)):
            self.select(number)
            self.command(f"notebook:move-cell-{'down' if by > 0 else 'up'}")
            number += 1 if by > 0 else -1
        return number

    def become(self, cell: int | str, kind: str) -> int:
        """Turn a cell into ``code``, ``markdown`` or ``raw``; returns its position."""
        number = self.find(cell)
        self.select(number)
        self.command(f"notebook:change-cell-to-{kind}")
        return number

    def clear(self, cell: int | str | None = None) -> None:
        """Clear the output of one cell, or of all."""
        if cell is None:
            self.command("notebook:clear-all-cell-outputs")
        else:
            self.select(cell)
            self.command("notebook:clear-cell-output")

    # --- running

    def run(self, cell: int | str) -> str:
        """Run a cell to its end; returns the text of its lines."""
        number = self.find(cell)
        self.select(number)
        self.command("notebook:run-cell")
        self.wait_idle()
        return self.line(number)

    def begin(self, cell: int | str) -> int:
        """Run a cell and return when the kernel is busy with it."""
        number = self.find(cell)
        self.select(number)
        self.script(
            "const { kernel } = panel.sessionContext.session;"
            "const begun = new Promise(done => kernel.iopubMessage.connect("
            "(_, { header }) => header.msg_type === 'execute_input' && done()));"
            "void app.commands.execute('notebook:run-cell'); await begun;"
        )
        return number

    def do(self, cell: int | str, source: str) -> str:
        """Write a cell and run it; returns the text of its lines."""
        return self.run(self.write(cell, source))

    def run_all(self) -> None:
        """Run all cells to the end, or to the first that raises."""
        self.command("notebook:run-all-cells")
        self.wait_idle()

    def restart(self) -> None:
        """Restart the kernel, and say yes when asked."""
        with self._sure():
            self.script("void app.commands.execute('notebook:restart-kernel');")
        self.wait_idle()

    def restart_and_run_all(self) -> None:
        """Restart the kernel and run all cells, and say yes when asked."""
        with self._sure():
            self.script("void app.commands.execute('notebook:restart-run-all');")
        self.page.wait_for_function(
            f"() => {{ {_OPEN} const cells = notebook.widgets.filter("
            "one => one.model.type === 'code' && one.model.sharedModel.getSource());"
            "return cells.every(one => one.model.executionCount) || cells.some("
            "one => one.model.sharedModel.outputs.some("
            "out => out.output_type === 'error')); }",
            timeout=START_MS,
        )
        self.wait_idle()

    @contextmanager
    def _sure(self) -> Iterator[None]:
        """Say yes to the question that what is done here brings up."""
        yield
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.wait_connected()

    def in_console(self, code: str) -> None:
        """Run code in a new console with a kernel of its own; JupyterLab only."""
        self.script(
            "const console = await app.commands.execute('console:create', "
            "{path: 'first_flight/console', kernelPreference: {name: 'python3'}});"
            "await console.sessionContext.ready;"
            "await console.console.inject(given); console.dispose();",
            code,
        )

    def interrupt(self) -> None:
        """Interrupt the kernel and wait until it is idle."""
        self.command("notebook:interrupt-kernel")
        self.wait_idle()

    def wait_connected(self) -> None:
        """Wait until the page has its kernel back after a restart.

        What it says of the kernel's status may stay ``unknown`` until something is run:
        what the page asks a kernel that comes up can get lost (ipykernel 7.4 asserts in
        ``create_subshell_request`` until its shell channel is there; November 2026).
        """
        self.page.wait_for_function(
            f"() => {{ {_OPEN} const kernel = panel.sessionContext.session?.kernel;"
            "return kernel && kernel.connectionStatus === 'connected' "
            "&& !kernel.status.includes('restarting'); }",
            timeout=START_MS,
        )

    def wait_idle(self, timeout_ms: int = START_MS) -> None:
        """Wait until the kernel is idle and no cell waits for it."""
        self.page.wait_for_function(
            f"() => {{ {_OPEN} return "
            "panel.sessionContext.session?.kernel?.status === 'idle' && "
            "!panel.node.querySelector('.jp-Cell.jp-mod-running, "
            ".jp-Cell[data-executing]') && notebook.widgets.every("
            "one => one.model.type !== 'code' || "
            "one.model.executionState !== 'running'); }",
            timeout=timeout_ms,
        )

    # --- what is shown

    def lines(self, cell: int | str) -> list[str]:
        """Return Airlift's lines below a cell, as their readable text."""
        found = self.script(
            "const outputs = notebook.widgets[given].model.sharedModel.outputs ?? [];"
            "return outputs.filter(one => JSON.stringify(one.data?.['text/html'] ?? '')"
            ".includes('airlift-lines')).map(one => one.data['text/plain']);",
            self.find(cell),
        )
        return ["".join(one) for one in found]

    def line(self, cell: int | str) -> str:
        """Return the text of Airlift's lines below a cell, "" when there is none."""
        return "\n".join(self.lines(cell))

    def output(self, cell: int | str) -> str:
        """Return everything a cell shows below itself, as text."""
        found = self.script(
            "return (notebook.widgets[given].model.sharedModel.outputs ?? []).map("
            "one => one.text ?? one.data?.['text/plain'] ?? one.traceback ?? '');",
            self.find(cell),
        )
        return "\n".join("".join(one) for one in found)

    def expect_line(self, cell: int | str, text: str) -> None:
        """Wait until a line below a cell is seen with that text."""
        shown = self.locator(cell).locator(".airlift-lines")
        expect(shown.filter(has_text=re.compile(re.escape(text))).first).to_be_visible()

    def expect_notice(self, text: str) -> None:
        """Wait until a notification has said something since the page was loaded."""
        self.page.wait_for_function(
            "given => window.notices.some(one => one.includes(given))", arg=text
        )

    def expect_cursor(self, beginning: str) -> None:
        """Wait until the cursor is in the text of the cell that begins with a text.

        The panel turns to a cell first and writes in it later: what takes the focus in
        between has it for a moment only.
        """
        self.page.wait_for_function(
            "given => document.activeElement?.closest('.cm-content')"
            "?.closest('.jp-Cell').innerText.includes(given)",
            arg=beginning,
        )

    def change_theme(self, theme: str) -> None:
        """Change the theme, and wait until it is there and the page is seen again."""
        self.command("apputils:change-theme", {"theme": theme})
        self.page.wait_for_function(
            f"given => {{ {_OPEN} return document.body.dataset.jpThemeName === given"
            " && app.shell.isVisible; }",
            arg=theme,
        )

    # --- the notebook as a file

    def save(self) -> None:
        """Save the notebook as it is here.

        While JupyterLab saves by itself, a second save may find the first one on the
        disk and ask which is to stay.
        """
        self.script(
            "let over = false; const saved = panel.context.save().finally("
            "() => { over = true; });"
            "while (!over) { await wait(20); "
            "const buttons = [...document.querySelectorAll('.jp-Dialog button')];"
            "buttons.find(one => one.innerText === 'Overwrite')?.click(); }"
            "await saved;"
        )

    def rename(self, path: str) -> None:
        """Rename the open notebook, or move it, as the file browser does."""
        self.save()
        self.script(
            "await app.serviceManager.contents.rename(panel.context.path, given);",
            path,
        )
        self.page.wait_for_function(
            f"given => {{ {_OPEN} return panel.context.path === given; }}", arg=path
        )

    def duplicate(self, path: str, folder: str) -> str:
        """Duplicate a file into a folder; returns the copy's path."""
        return str(
            self.script(
                "return (await app.serviceManager.contents.copy("
                "given[0], given[1])).path;",
                [path, folder],
            )
        )

    def open_beside(self, path: str) -> None:
        """Open another notebook in the same page; JupyterLab only."""
        self.script(
            "const other = await app.commands.execute('docmanager:open', "
            "{path: given}); await other.context.ready; "
            "await other.sessionContext.ready; app.shell.activateById(other.id); "
            "await wait(200);",
            path,
        )
        self.wait_idle(START_MS)

    def show(self, path: str) -> None:
        """Bring an open notebook to the front; JupyterLab only."""
        self.script(
            "const found = all.find(one => one?.context?.path === given);"
            "app.shell.activateById(found.id); await wait(200);",
            path,
        )


def expect_source(
    lab: LabPage, cell: int, source: str, patience: float | None = None
) -> None:
    """Wait until the page's model has what was typed; `patience` in milliseconds."""
    lab.page.wait_for_function(
        f"given => {{ {_OPEN} return "
        "notebook.widgets[given[0]].model.sharedModel.getSource() === given[1]; }",
        arg=[cell, source],
        timeout=patience,
    )
