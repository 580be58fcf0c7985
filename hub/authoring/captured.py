"""Captured outputs: what the cells of a lab show, kept in its source notebook.

The presenter guide prints them, so they must be true: the source is run, and what comes
is compared with what is kept. Pictures compare by being there, and so does a cell with
the tag ``volatile``; memory addresses and the lab's folder are evened out.

Errors:
    CapturedError: a cell raised, so there is nothing to compare.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat

from hub.authoring.finding import Finding
from hub.authoring.kernel import LabKernel
from hub.authoring.notebook import code_cells, place
from hub.authoring.release import source_notebook, whole_notebook
from hub.authoring.stand_places import Place, here
from hub.catalog import Lab

VOLATILE = "volatile"
RAISES = "raises-exception"
"""Jupyter's own tag for a cell that is meant to raise."""
HOME = "/home/seat"
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_WIDGET = "application/vnd.jupyter.widget-view+json"
_LINES = 'class="airlift-lines"'
_MOST = 24
"""Lines of a difference that are shown."""


class CapturedError(ValueError):
    """The source does not run to its end."""


def run_source(lab: Lab, folder: Path, where: Place = here) -> Any:
    """Run the source at a place; return it with what its cells showed.

    What is beside this program has the empty `folder` for itself.

    Raises:
        CapturedError: a cell raised that is not meant to.
        ReleaseError, KernelError, PlaceError: it cannot be run at all.
    """
    notebook = source_notebook(lab)
    with LabKernel(lab, folder, where) as kernel:
        home = str(kernel.folder.parent)
        for cell in code_cells(notebook):
            shown = map(nbformat.from_dict, kernel.show(cell.source))
            cell.outputs = [_evened(one, home) for one in _joined(shown)]
            raised = [one for one in cell.outputs if one.output_type == "error"]
            if raised and RAISES not in cell.metadata.get("tags", ()):
                raise CapturedError(
                    f"{lab.slug}: lab.ipynb, {place(notebook, cell)}: expected it to "
                    f"run, it raised {raised[0].ename}: {raised[0].evalue}"
                )
    return notebook


def drift(lab: Lab, fresh: Any) -> tuple[Finding, ...]:
    """Compare the kept outputs with those of a run, cell by cell."""
    kept = {cell.id: cell for cell in code_cells(source_notebook(lab))}
    shown = any(cell.outputs for cell in code_cells(fresh))
    if shown and not any(cell.outputs for cell in kept.values()):
        what = "expected captured outputs, no cell has any yet"
        return (Finding(lab.slug, "lab.ipynb", what),)
    found = []
    for cell in code_cells(fresh):
        before, after = kept[cell.id].outputs, cell.outputs
        if _is_same(cell, before, after):
            continue
        what = (
            f"expected the captured output, got another\n{_difference(before, after)}"
            if before
            else "expected a captured output, there is none yet"
        )
        found.append(Finding(lab.slug, f"lab.ipynb, {place(fresh, cell)}", what))
    return tuple(found)


def accept(lab: Lab, fresh: Any) -> int:
    """Keep what a run showed where it differs; returns how many cells changed."""
    notebook, changed = whole_notebook(lab), 0
    shown = {cell.id: cell for cell in code_cells(fresh)}
    for cell in code_cells(notebook):
        new = shown.get(cell.id)
        if new is None or _is_same(new, cell.outputs, new.outputs):
            continue
        cell.outputs = deepcopy(new.outputs)
        changed += 1
    if changed:
        text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
        lab.source.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    return changed


def _is_same(cell: Any, before: list[Any], after: list[Any]) -> bool:
    """Say whether outputs compare; of a volatile cell, whether both are there."""
    if VOLATILE in cell.metadata.get("tags", ()):
        return bool(before) == bool(after)
    return _comparable(before) == _comparable(after)


def _comparable(outputs: list[Any]) -> list[Any]:
    """Return outputs as they compare: streams by name, since their order is chance."""
    streams = sorted((one.name, one.text) for one in outputs if "name" in one)
    return [*streams, *(_content(one) for one in outputs if "name" not in one)]


def _content(output: Any) -> Any:
    """Return what of an output compares; of a picture, that it is one."""
    if output.output_type == "error":
        return (output.ename, output.evalue)
    return {
        kind: "a picture" if kind.startswith("image/") else content
        for kind, content in output.data.items()
    }


def _difference(before: list[Any], after: list[Any]) -> str:
    """Return the lines that differ, kept ones with -, fresh ones with +."""
    lines = difflib.unified_diff(
        list(_lines(before)), list(_lines(after)), lineterm="", n=1
    )
    shown = [f"    {line}" for line in list(lines)[2:]]
    more = [f"    … {len(shown) - _MOST} more lines"] if len(shown) > _MOST else []
    return "\n".join([*shown[:_MOST], *more])


def _lines(outputs: list[Any]) -> Iterator[str]:
    """Yield what somebody reads of outputs, line by line."""
    for part in _comparable(outputs):
        if isinstance(part, tuple):
            yield from ": ".join(part).splitlines()
            continue
        for kind in sorted(part):
            text = part[kind]
            shown = text if isinstance(text, str) else json.dumps(text, sort_keys=True)
            yield f"({kind})"
            yield from shown.splitlines()


def _joined(outputs: Iterable[Any]) -> list[Any]:
    """Return outputs with each stream's text in one piece, where it began."""
    found: list[Any] = []
    streams: dict[str, Any] = {}
    for output in outputs:
        if _WIDGET in output.get("data", {}):
            continue  # a form, which works for nobody but who runs the cell
        if output.output_type == "stream" and output.name in streams:
            streams[output.name].text += output.text
            continue
        if output.output_type == "stream":
            streams[output.name] = output
        found.append(output)
    return found


def _evened(output: Any, home: str) -> Any:
    """Return an output without what differs by chance, and as small as it can be.

    The line under a cell is kept as text alone: its drawing is Airlift's own.
    """
    if _LINES in output.get("data", {}).get("text/html", ""):
        del output.data["text/html"]
        output.metadata["airlift"] = True
    if "execution_count" in output:
        output.execution_count = None
    for part in (output, output.get("data", {})):
        _even(part, home)
    return output


def _overwritten(text: str) -> str:
    """Return a text as a terminal shows it: what follows a return takes its line."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines)


def _even(part: dict[str, Any], home: str) -> None:
    """Even out the texts of one mapping, in place; pictures stay."""
    for key, text in dict(part).items():
        if isinstance(text, str) and not (key.startswith("image/") and "+" not in key):
            plain = _ADDRESS.sub("0x…", _overwritten(text).replace(home, HOME))
            part[key] = plain
