"""The side panel's pure part by node's own test runner, and what its files agree on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from checkers.engine.note import Face
from checkers.engine.panel_api import SCHEMA
from hub.machine.proxy import find_node

ROOT = Path(__file__).parents[2]
PANEL = ROOT / "checkers/panel"
SCRIPTS = sorted(PANEL.glob("js/*.js"))
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS}
ENGLISH = json.loads((PANEL / "strings/en.json").read_text(encoding="utf-8"))
TESTS = Path(__file__).with_name("panel.test.mjs")


def test_the_facts_of_the_panel(tmp_path: Path) -> None:
    """Lab, step, cell, words, corrections and reasons come out as they should."""
    for path in (PANEL / "js/facts.js", PANEL / "js/desk.js", TESTS):
        shutil.copy(path, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    done = subprocess.run(
        [find_node(), "--test", TESTS.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert "pass 16" in done.stdout, done.stdout


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.name))
def test_a_script_stays_readable_and_writes_no_html(path: Path) -> None:
    """At most 400 lines; texts become text nodes, whoever wrote them."""
    text = SOURCES[path.name]
    assert len(text.splitlines()) <= 400
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write", text)


def test_every_sentence_that_is_said_is_in_the_catalogue() -> None:
    """Keys written out, beginnings of made-up keys, and those of the facts."""
    keys, text = set(ENGLISH), "\n".join(SOURCES.values())
    said = set(re.findall(r'["`]([a-z-]+\.[a-z.-]+)["`]', text))
    said = {key for key in said if key.split(".")[0] in {k.split(".")[0] for k in keys}}
    begun = set(re.findall(r"`([a-z-]+\.[a-z-]*)\$\{", text))
    assert said
    assert said - keys == {"panel.css"} & said
    assert [one for one in begun if not any(key.startswith(one) for key in keys)] == []


def test_marks_have_one_shape() -> None:
    """The panel cannot reach marks.svg, so it repeats that file's drawings."""
    shapes = (ROOT / "hub/look/marks.svg").read_text(encoding="utf-8")
    for name in ("passed", "verified", "trying", "stuck", "none"):
        symbol = re.search(rf'<symbol id="{name}".*?</symbol>', shapes, re.DOTALL)
        assert symbol
        drawn = re.findall(r"<(?:circle|path)[^>]*?/>", symbol[0])
        for shape in drawn:
            assert shape.replace("/>", " />") in SOURCES["parts.js"], name


def test_marks_have_the_looks_own_hues() -> None:
    """Those of look.css in both themes, where their contrast is computed."""
    look = (ROOT / "hub/look/look.css").read_text(encoding="utf-8")
    css = (PANEL / "panel.css").read_text(encoding="utf-8")
    names = ("passed", "passed-ink", "trying", "stuck", "ask", "ask-ink", "focus")
    for hue in names:
        wanted = re.findall(rf"--{hue}: (#[0-9a-f]{{6}});", look)
        found = re.findall(rf"--{hue}: (#[0-9a-f]{{6}});", css)
        assert found == [wanted[0], wanted[-1]], hue


def test_panel_and_agent_mean_the_same() -> None:
    """The event's name and the faces are the same on both sides."""
    assert f'"{SCHEMA}"' in SOURCES["seat.js"]
    listed = re.search(r"FACES = \[(.*?)\]", SOURCES["facts.js"])
    assert listed
    assert json.loads(f"[{listed[1]}]") == [face.value for face in Face]


def test_no_file_lies_where_browsers_keep_it_for_a_year() -> None:
    """Jupyter Server calls what lies below "static" immutable, whatever its name."""
    package = json.loads((PANEL / "package.json").read_text())
    load = package["jupyterlab"]["_build"]["load"]
    assert (PANEL / load).is_file()
    assert not [path for path in PANEL.rglob("*") if path.name == "static"]
    assert f'_JUPYTERLAB["{package["name"]}"]' in SOURCES["remoteEntry.js"]
