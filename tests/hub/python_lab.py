"""A lab in Python with something wrong for each check of a proof."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.catalog import Lab
from tests.hub.lab_folder import solved, write_lab

STEPS = """
[prove]
links = ["https://listed.org/"]

[[steps]]
id = "numbers"
title = "Numbers"
hints = ["Write numbers=[1,2,30] as it is.", "Think."]
[[steps]]
id = "share"
title = "Share"
hints = ["Divide.", "By four."]
[[steps]]
id = "label"
title = "Label"
hints = ["A word.", "Any word."]
"""
CELLS = {
    "text": "![](data/gone.png) <img src='https://other.org/a.png'> "
    "[read](https://listed.org/more)",
    "numbers": solved("numbers", "numbers = [1, 2, 30]"),
    "share": solved("share", "half = 2", "share = sum(numbers) / (half * 2)"),
    "label": solved("label", 'label = "kilo" + "gram"'),
}
CHECKER = """
from checkers import Work, check, fail

@check("numbers")
def numbers(work: Work) -> None:
    if len(work.value("numbers", "list")) != 3:
        fail("wrong-number", "There should be three.")

@check("share")
def share(work: Work) -> None:
    share = work.value("share", "int | float")
    if abs(1 / share - 4 / 33) > 0.001:
        fail("wrong-share", "That is not the share.")

@check("label")
def label(work: Work) -> None:
    text = work.value("label", "str")
    if text.strip() != "kilogram":
        fail("wrong-label", "Not that word.")
    (work.folder / "seen.txt").write_text("x")
"""
MISTAKES = """
[[mistakes]]
step = "numbers"
reason = "wrong-number"
code = "numbers = []"
[[mistakes]]
step = "numbers"
reason = "wrong-number"
code = "numbers = None"
[[mistakes]]
step = "share"
reason = "wrong-share"
code = "share = 1.0"
[[mistakes]]
step = "share"
reason = "wrong-share"
code = "share = 2.0"
[[mistakes]]
step = "label"
reason = "wrong-label"
code = "label = 'ton'"
[[mistakes]]
step = "label"
reason = "wrong-label"
code = 'label = "ton"  # as above'
[[mistakes]]
step = "label"
reason = "cell-raised"
code = "label = ton"
[[mistakes]]
step = "label"
reason = "missing-name"
code = "lable = 'kilogram'"
[[excused]]
step = "label"
change = '''
-label = "kilo" + "gram"
+label = "kilogram"
'''
reason = "It is the same word."
"""


def python_lab(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    slug: str = "python_lab_of_a_test",
    **other: Any,
) -> Lab:
    """Write it below an empty folder, `other` than it is in what a test is about.

    Args:
        folder: as `write_lab` takes it, and so with the others.
        monkeypatch: the test's.
        slug: unlike that of any other test.
        other: cells, steps, checker or mistakes in the place of its own.
    """
    parts = {"cells": CELLS, "steps": STEPS, "checker": CHECKER} | other
    return write_lab(folder, monkeypatch, slug=slug, **parts)
