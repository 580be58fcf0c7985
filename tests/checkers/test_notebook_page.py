"""A notebook as a page: everything to see is in it, nothing is run or loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from checkers.engine import notebook_page as page_module
from checkers.engine.notebook_page import PageError, notebook_page, self_contained

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9aw"
    "AAAABJRU5ErkJggg=="
)
HOSTILE = """
<style>@import url(http://evil/a.css); p { background: url('http://evil/b') }</style>
<script src="http://evil/c.js"></script><iframe src="http://evil/d"></iframe>
<img src="http://evil/e.png" srcset="http://evil/f.png 2x" onerror="alert(1)">
<b style="background:url(http://evil/g)">bold</b><video poster="//evil/h"></video>
<a href=" java&#10;script:alert(1)">click</a><a href="https://docs.example/">docs</a>
<link rel="stylesheet" href="http://evil/i.css"><meta http-equiv="refresh" content="0">
<svg><image href="http://evil/j"/><use xlink:href="http://evil/k"/></svg>
<object data="http://evil/l"></object><form action="http://evil/m"></form>
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook with hostile text, a picture, a table and a widget."""
    cells: list[Any] = [
        new_markdown_cell(
            f"# Hello\n![far](https://far.example/x.png) $x^2$\n{HOSTILE}"
        ),
        new_code_cell(
            "print(1)",
            outputs=[
                new_output("display_data", {"text/html": HOSTILE}),
                new_output("display_data", {"image/png": PIXEL}),
                new_output(
                    "display_data",
                    {
                        "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
                        "application/javascript": "alert(1)",
                        "text/html": "<p>instead of the widget</p>",
                    },
                ),
            ],
        ),
    ]
    path = tmp_path / "lab.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_nothing_is_run_or_loaded(notebook: Path) -> None:
    """What is left of other places is links that wait for a click."""
    page = notebook_page(notebook, "My <lab>")
    text = page.replace(
        '<a href="http://evil/e.png">Picture: http://evil/e.png</a>', ""
    )
    assert "evil" not in text
    for word in ("<script", "<iframe", "onerror", "@import", "javascript:", "<link"):
        assert word not in page
    assert '<a href="https://far.example/x.png">Picture: ' in page
    assert '<a href="https://docs.example/">docs</a>' in page
    assert "default-src 'none'" in page
    assert page.index("Content-Security-Policy") < page.index("<style")


def test_what_there_is_to_see_is_in_the_page(notebook: Path) -> None:
    """Text, code, picture, and what stands in for a widget."""
    page = notebook_page(notebook, "My <lab>")
    assert "<title>My &lt;lab&gt;</title>" in page
    assert f"data:image/png;base64,{PIXEL}" in page
    assert "instead of the widget" in page
    assert "$x^2$" in page
    assert "bold" in page


def test_a_page_without_a_head_gets_one() -> None:
    """The policy is there whatever the template gives."""
    page = self_contained("<p>hello</p>", "Title")
    assert page.index("Content-Security-Policy") < page.index("hello")


def test_what_is_no_notebook_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, broken or too large: a sentence each."""
    with pytest.raises(PageError, match="There is no"):
        notebook_page(tmp_path / "gone.ipynb")
    for text in ("", "{", "[]", "null", '{"cells": 1}'):
        (tmp_path / "bad.ipynb").write_text(text)
        with pytest.raises(PageError, match="no notebook"):
            notebook_page(tmp_path / "bad.ipynb")
    monkeypatch.setattr(page_module, "MOST", 3)
    with pytest.raises(PageError, match="clear its large outputs"):
        notebook_page(tmp_path / "bad.ipynb")


def test_the_program_speaks_on_its_two_outputs(notebook: Path) -> None:
    """The page on one, the sentence on the other with code 1."""
    line = [sys.executable, "-P", "-m", "checkers.engine.notebook_page"]
    environ = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([*line, str(notebook)], env=environ, capture_output=True)
    assert (done.returncode, done.stdout[:9]) == (0, b"<!DOCTYPE")
    gone = subprocess.run([*line, "gone.ipynb"], env=environ, capture_output=True)
    assert (gone.returncode, gone.stdout) == (1, b"")
    assert gone.stderr == b"There is no gone.ipynb here.\n"
