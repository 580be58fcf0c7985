"""The gallery of broken labs: what an author can get wrong, and what is said of it.

Each is the lab that `airlift lab new` writes, called ``trial``, with one thing changed.
`say` is all that is said then, without the slug in front of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

Change = Callable[[Path], None]
"""Changes the files of an installation, given its folder."""
LAB = "labs/trial/lab.toml"
MISTAKES = "labs/trial/mistakes.toml"
CHECKER = "checkers/trial.py"
SERVICES = "images/trial/services.toml"
NOTEBOOK = "labs/trial/lab.ipynb"
TERMS = '[terms]\ntitle = "Terms"\nfile = "EULA.txt"\n'
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


class Broken(NamedTuple):
    """One breakage: what it changes, and every sentence it must give."""

    change: Change
    say: tuple[str, ...]
    kind: str = "python"


def swap(file: str, old: str, new: str) -> Change:
    """Put one text in the place of another, once."""

    def change(root: Path) -> None:
        path = root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def after(file: str, more: str) -> Change:
    """Write more at the end of a file."""

    def change(root: Path) -> None:
        path = root / file
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")

    return change


def notebook(edit: Callable[[dict[str, Any]], object]) -> Change:
    """Change the JSON of the notebook."""

    def change(root: Path) -> None:
        path = root / NOTEBOOK
        data = json.loads(path.read_text(encoding="utf-8"))
        edit(data)
        path.write_text(json.dumps(data), encoding="utf-8")

    return change


def cell(name: str, edit: Callable[[dict[str, Any]], object]) -> Change:
    """Change one cell of the notebook."""
    return notebook(
        lambda data: edit(next(c for c in data["cells"] if c["id"] == name))
    )


def source(name: str, old: str, new: str) -> Change:
    """Put one text in the place of another in a cell."""

    def edit(found: dict[str, Any]) -> None:
        text = "".join(found["source"])
        assert old in text, old
        found["source"] = text.replace(old, new, 1)

    return cell(name, edit)


def nbgrader(name: str, **values: Any) -> Change:
    """Change the nbgrader metadata of a cell."""
    return cell(name, lambda found: found["metadata"]["nbgrader"].update(values))


def without(file: str) -> Change:
    """Take a file away."""
    return lambda root: (root / file).unlink()


def written(file: str, data: bytes) -> Change:
    """Write a file."""

    def change(root: Path) -> None:
        (root / file).write_bytes(data)

    return change


def recoded(file: str, encoding: str) -> Change:
    """Write a file in another encoding."""

    def change(root: Path) -> None:
        (root / file).write_text((root / file).read_text("utf-8"), encoding)

    return change


def folder(file: str) -> Change:
    """Put a folder in the place of a file."""
    return all_of(without(file), lambda root: (root / file).mkdir())


def all_of(*changes: Change) -> Change:
    """Make several changes."""

    def change(root: Path) -> None:
        for one in changes:
            one(root)

    return change


GALLERY = {
    # lab.toml
    "key misspelt": Broken(
        swap(LAB, "minutes = 15 ", "minuets = 15"),
        (
            "lab.toml:8: lab.minuets: expected one of title, version, summary, "
            "minutes, language, license, authors, feedback, image, interface, egress, "
            "level, imported; did you mean 'minutes'?",
        ),
    ),
    "key of another table": Broken(
        swap(LAB, "needs = [", "hint = ["),
        (
            "lab.toml:34: steps[2].hint: expected one of id, title, minutes, points, "
            "cells, hints, needs, watch, question; did you mean 'hints'?",
        ),
    ),
    "minutes as text": Broken(
        swap(LAB, "minutes = 15 ", 'minutes = "15"'),
        ("lab.toml:8: lab.minutes: expected a whole number of at least 1, got '15'",),
    ),
    "level made up": Broken(
        swap(LAB, '"beginner"', '"beginer"'),
        (
            "lab.toml:9: lab.level: expected one of beginner, intermediate, advanced, "
            "got 'beginer'; did you mean 'beginner'?",
        ),
    ),
    "no TOML": Broken(
        swap(LAB, 'language = "en"', 'language = "en'),
        (
            "lab.toml:10: expected TOML, got: Illegal character '\\n' in "
            "'language = \"en'",
        ),
    ),
    "a text that never ends": Broken(
        swap(LAB, 'title = "Load the week"', 'title = """Load the week"'),
        (
            "lab.toml:23: expected TOML, got: Unterminated string at the end of the "
            "file",
        ),
    ),
    "need of a later step": Broken(
        swap(LAB, 'id = "load-week"', 'id = "load-week"\nneeds = ["mean-temperature"]'),
        (
            "lab.toml:23: steps[1].needs: expected an earlier step (there is none), "
            "got 'mean-temperature'",
        ),
    ),
    "a step without cells": Broken(
        swap(LAB, 'id = "load-week"', 'id = "load-week"\ncells = []'),
        (
            "lab.toml:23: steps[1].cells: expected one cell or more, each once, got []",
            "lab.ipynb, cell load-week: expected no marker outside a step's cell, got "
            "'load-week'",
        ),
    ),
    "a folder where a file should be": Broken(
        all_of(folder(MISTAKES), folder(NOTEBOOK)),
        (
            "lab.ipynb: expected a file, got a folder",
            "mistakes.toml: expected a file, got a folder",
        ),
    ),
    "a bottomless list": Broken(
        swap(LAB, '"beginner"', "[" * 5_000),
        ("lab.toml: expected TOML, got: brackets within brackets, too many to read",),
    ),
    "a number without an end": Broken(
        swap(LAB, "minutes = 15 ", f"minutes = {'9' * 5_000} "),
        ("lab.toml: expected TOML, got: a number too long to read",),
    ),
    "image that is not there": Broken(
        swap(LAB, '"base"', '"bse"'),
        (
            "lab.toml:14: lab.image: expected a folder of images/ (base), got 'bse'; "
            "did you mean 'base'?",
        ),
    ),
    "terms that are not there": Broken(
        after(LAB, TERMS),
        ("lab.toml:52: terms.file: expected a file of the lab, got 'EULA.txt'",),
    ),
    "packages beside the image of the same name": Broken(
        written("labs/trial/requirements.txt", b"toolz\n"),
        (
            "requirements.txt: expected the lab's packages in images/trial, its own "
            "image",
        ),
        "service",
    ),
    "packages of a lab with an image's name": Broken(
        all_of(
            written("labs/trial/apt.txt", b"tree\n"),
            lambda root: (root / "images/trial").mkdir(),
        ),
        (
            "apt.txt: expected no packages of a lab called trial, since there is an "
            "image by that name: call the lab something else",
        ),
    ),
    "terms without a word": Broken(
        all_of(after(LAB, TERMS), written("labs/trial/EULA.txt", b" \n")),
        ("lab.toml:52: terms.file: expected some text in EULA.txt, got none",),
    ),
    "terms that are no text": Broken(
        all_of(after(LAB, TERMS), written("labs/trial/EULA.txt", b"\xff\xfe")),
        ("lab.toml:52: terms.file: expected EULA.txt to be text in UTF-8",),
    ),
    "terms of somebody else": Broken(
        after(LAB, TERMS.replace("EULA.txt", "../../checkers/trial.py")),
        (
            "lab.toml:52: terms.file: expected a file below the lab's folder, got "
            "'../../checkers/trial.py'",
        ),
    ),
    "question without options": Broken(
        swap(LAB, 'kind = "number"', 'kind = "choice"'),
        ("lab.toml:45: steps[3].question.options: expected two or more, got []",),
    ),
    "question that is not asked": Broken(
        source("warm-days", "%question warm-days", "# How many?"),
        (
            "lab.ipynb, cell warm-days: expected the second line "
            "'%question warm-days', got '# How many?'",
        ),
    ),
    "several things at once": Broken(
        all_of(
            swap(LAB, '"0.1.0"', '"1"'),
            swap(LAB, "egress = false", 'egress = "no"'),
            swap(MISTAKES, '"median"', '"The median"'),
            swap(CHECKER, "@check(", "@chek("),
            source("load-week", END, ""),
        ),
        (
            "lab.toml:6: lab.version: expected a version like 1.0.0, got '1'",
            "lab.toml:15: lab.egress: expected true or false, got 'no'",
            "lab.ipynb, cell load-week: expected '### END SOLUTION' after line 4, got "
            "none at line 7",
            "checkers/trial.py:17: expected to be imported, got NameError: name 'chek' "
            "is not defined; did you mean 'check'?",
            "mistakes.toml:38: mistakes[5].reason: expected a key like 'rows-lost', "
            "got 'The median'",
        ),
    ),
    # the notebook
    "no notebook": Broken(
        without(NOTEBOOK), ("lab.ipynb: expected this file, there is none",)
    ),
    "half a notebook": Broken(
        swap(NOTEBOOK, "],\n", "\n"),
        (
            "lab.ipynb: expected a notebook, got no JSON: Expecting ',' delimiter: "
            "line 35 column 12 (char 979)",
        ),
    ),
    "cells without ids": Broken(
        all_of(
            notebook(lambda data: data["cells"][0].pop("id")),
            notebook(lambda data: data["cells"][2].pop("id")),
        ),
        (
            "lab.ipynb: cell 1: expected an id (nbformat 4.5), got none (it begins "
            "'# Trial'); `airlift lab ids trial` sets it",
            "lab.ipynb: cell 3: expected an id (nbformat 4.5), got none (it begins "
            "'import csv'); `airlift lab ids trial` sets it",
        ),
    ),
    "a cell copied with its id": Broken(
        notebook(lambda data: data["cells"].append(dict(data["cells"][0]))),
        (
            "lab.ipynb: cell 11: expected an id of its own, got 'welcome', that of "
            "cell 1; `airlift lab ids trial` sets it",
        ),
    ),
    "cell without source": Broken(
        cell("set-up", lambda found: found.pop("source")),
        (
            "lab.ipynb: cell set-up: expected a notebook, got: 'source' is a required "
            "property",
        ),
    ),
    "a tag that is none": Broken(
        cell("load-week", lambda found: found["metadata"].update(tags=[3])),
        (
            "lab.ipynb: cell load-week: metadata: tags: 0: expected a notebook, got: "
            "3 is not of type 'string'",
        ),
    ),
    "nbgrader metadata that are none": Broken(
        cell("set-up", lambda found: found["metadata"].update(nbgrader=None)),
        ("lab.ipynb: cell set-up: expected nbgrader metadata as a table, got None",),
    ),
    "a language that nbgrader has no stub for": Broken(
        notebook(lambda data: data["metadata"]["kernelspec"].update(language="cobol")),
        tuple(
            f"lab.ipynb, step {step}: expected watch = true in lab.toml, since the "
            "kernel is cobol"
            for step in ("load-week", "mean-temperature")
        ),
    ),
    "id given by JupyterLab": Broken(
        cell("load-week", lambda found: found.update(id="3f2a9c1e")),
        (
            "lab.ipynb, cell 5 ('# step: load-week'): expected the id 'load-week', got "
            "'3f2a9c1e'; `airlift lab ids trial` sets it",
        ),
    ),
    "marker with an s": Broken(
        all_of(
            source("load-week", "# step:", "# steps:"),
            cell("load-week", lambda found: found.update(id="3f2a9c1e")),
        ),
        (
            "lab.ipynb, cell load-week: expected this cell for step 'load-week', there "
            "is none; begin a code cell with '# step: load-week'",
            "lab.ipynb, cell 5 ('# steps: load-week'), line 1: expected "
            "'# step: load-week', got '# steps: load-week'",
        ),
    ),
    "marker without a colon": Broken(
        source("load-week", "# step:", "# step"),
        (
            "lab.ipynb, cell load-week: expected the first line '# step: load-week', "
            "got '# step load-week'",
        ),
    ),
    "marker of another step": Broken(
        source("load-week", "# step: load-week", "# step: load-weeks"),
        (
            "lab.ipynb, cell load-week: expected the first line '# step: load-week', "
            "got '# step: load-weeks'",
        ),
    ),
    "marker in another cell": Broken(
        source("set-up", "import csv", "# step: load-week\nimport csv"),
        (
            "lab.ipynb, cell set-up: expected no marker outside a step's cell, got "
            "'load-week'",
        ),
    ),
    "step that lab.toml does not have": Broken(
        source("set-up", "import csv", "# step: draw-week\nimport csv"),
        (
            "lab.ipynb, cell set-up: expected a step of lab.toml, got the marker of "
            "'draw-week'; did you mean 'load-week'?",
        ),
    ),
    "no metadata": Broken(
        cell("load-week", lambda found: found["metadata"].clear()),
        (
            "lab.ipynb, cell load-week: expected nbgrader metadata with "
            "solution = true, got none; `airlift lab ids trial` writes it",
        ),
    ),
    "another grade_id": Broken(
        nbgrader("load-week", grade_id="cell-3f2a"),
        ("lab.ipynb, cell load-week: expected grade_id 'load-week', got 'cell-3f2a'",),
    ),
    "steps in another order": Broken(
        notebook(lambda data: data["cells"].insert(3, data["cells"].pop(6))),
        (
            "lab.ipynb: expected the steps' cells in the order of lab.toml, got "
            "['mean-temperature', 'load-week', 'warm-days']",
        ),
    ),
    "end of a solution misspelt": Broken(
        source("load-week", END, "### END SOLTUION"),
        (
            "lab.ipynb, cell load-week, line 7: expected '### END SOLUTION', got "
            "'### END SOLTUION'",
            "lab.ipynb, cell load-week: expected '### END SOLUTION' after line 4, got "
            "none at line 7",
        ),
    ),
    "solution in small letters": Broken(
        all_of(
            source("load-week", BEGIN, "### begin solution"),
            source("load-week", END, "### end solution"),
        ),
        (
            "lab.ipynb, cell load-week, line 4: expected '### BEGIN SOLUTION', got "
            "'### begin solution'",
            "lab.ipynb, cell load-week, line 7: expected '### END SOLUTION', got "
            "'### end solution'",
        ),
    ),
    "solution in the text": Broken(
        source(
            "the-end",
            "You read",
            "mean_temperature = sum(temperatures) / len(temperatures)\n\nYou read",
        ),
        (
            "lab.ipynb, cell the-end: expected no solution text, got "
            "'mean_temperature = sum(temperatures) / len(temperatures)'",
        ),
    ),
    "step that nobody watches": Broken(
        swap(LAB, "watch = true\nhints", "hints"),
        (
            "lab.ipynb, step make-folder: expected watch = true in lab.toml, since the "
            "kernel is bash",
        ),
        "terminal",
    ),
    # the checker
    "no checker": Broken(
        without(CHECKER), ("checkers/trial.py: expected this file, there is none",)
    ),
    "checker that is no Python": Broken(
        swap(CHECKER, "if None in values:", "if None in values"),
        ("checkers/trial.py:30: expected Python, got SyntaxError: expected ':'",),
    ),
    "checker in another encoding, beside a lab.toml that Windows wrote": Broken(
        all_of(
            written(CHECKER, '"""Café."""'.encode("latin-1")),
            recoded("labs/trial/lab.toml", "utf-8-sig"),
            recoded(NOTEBOOK, "utf-8-sig"),
        ),
        (
            "checkers/trial.py: expected text in UTF-8, got the byte 0xe9 in line 1; "
            "save the file as UTF-8",
        ),
    ),
    "checker that reads what lies beside it": Broken(
        swap(CHECKER, "import csv", "import csv\n\nHERE = __file__"),
        (
            "checkers/trial.py:13: __file__: expected work.file(…), a seat has no file "
            "beside it",
        ),
    ),
    "checker with an import that is not there": Broken(
        swap(CHECKER, "import csv", "import cvs"),
        (
            "checkers/trial.py:11: expected to be imported, got ModuleNotFoundError: "
            "No module named 'cvs'",
        ),
    ),
    "check misspelt": Broken(
        swap(CHECKER, "@check(", "@chek("),
        (
            "checkers/trial.py:17: expected to be imported, got NameError: name 'chek' "
            "is not defined; did you mean 'check'?",
        ),
    ),
    "check without a step": Broken(
        swap(CHECKER, '@check("load-week")', "@check"),
        (
            'checkers/trial.py:17: expected @check("the-steps-id") above load_week, '
            "got @check without a step",
            "checkers/trial.py: expected a check for step 'load-week', there is none",
        ),
    ),
    "check for a step that is none": Broken(
        swap(CHECKER, '@check("load-week")', '@check("load-weak")'),
        (
            "checkers/trial.py:18: expected a check for one of load-week, "
            "mean-temperature, warm-days; got 'load-weak'; did you mean 'load-week'?",
        ),
    ),
    "check that is missing": Broken(
        swap(CHECKER, '@check("mean-temperature")\n', ""),
        (
            "checkers/trial.py: expected a check for step 'mean-temperature', there is "
            "none",
        ),
    ),
    "check without work": Broken(
        swap(CHECKER, "load_week(work: Work)", "load_week()"),
        (
            "checkers/trial.py:18: load_week: expected one parameter, as in "
            "'def load_data(work: Work) -> None:', got \"def load_week() -> 'str'\"",
        ),
    ),
    "two checks with one name": Broken(
        swap(CHECKER, "def mean_temperature(", "def load_week("),
        (
            "checkers/trial.py: checkers.trial: expected one function named load_week, "
            "got two (one is the check of step 'load-week')",
        ),
    ),
    "method of the work misspelt": Broken(
        swap(CHECKER, "work.value(", "work.valeu("),
        (
            "checkers/trial.py:22: work.valeu: expected one of answer, file, folder, "
            "http, namespace, run, value; did you mean 'value'?",
        ),
    ),
    "fail with a sentence alone": Broken(
        swap(CHECKER, 'fail("only-the-sum", "This', 'fail("This'),
        (
            "checkers/trial.py:53: expected fail(reason, hint), got fail('This is the "
            "sum of all days. Divide it by how many.')",
            "checkers/trial.py:53: fail: expected a reason like 'rows-lost', got 'This "
            "is the sum of all days. Divide it by how many.'",
        ),
    ),
    # an image of its own
    "service misspelt": Broken(
        swap(SERVICES, "command =", "comand ="),
        (
            "images/trial/services.toml:6: services[1].comand: expected one of name, "
            "command, ready, stop, environment",
            "images/trial/services.toml:4: services[1].command: expected a list of "
            "words: the program and its arguments, it is missing",
        ),
        "service",
    ),
    "services that are no TOML": Broken(
        swap(SERVICES, '"greeter"', "greeter"),
        (
            "images/trial/services.toml:5: expected TOML, got: Invalid value in "
            "'name = greeter'",
        ),
        "service",
    ),
    "image that is not made from a seat": Broken(
        swap("images/trial/Dockerfile", "FROM ${SEAT}", "FROM debian"),
        ("images/trial/Dockerfile: expected the line 'FROM ${SEAT}', there is none",),
        "service",
    ),
    # mistakes.toml and the data
    "mistake at a step that is none": Broken(
        swap(MISTAKES, 'step = "load-week"', 'step = "load-weak"'),
        (
            "mistakes.toml:5: mistakes[1].step: expected one of load-week, "
            "mean-temperature, warm-days, got 'load-weak'; did you mean 'load-week'?",
        ),
    ),
    "mistake without code": Broken(
        after(MISTAKES, '\n[[mistakes]]\nstep = "load-week"\nreason = "x"\n'),
        ("mistakes.toml:64: mistakes[9].code: expected a value, it is missing",),
    ),
    "excuse without a reason": Broken(
        after(MISTAKES, '\n[[excused]]\nstep = "load-week"\nchange = "a -> b"\n'),
        ("mistakes.toml:64: excused[1].reason: expected a value, it is missing",),
    ),
    "files with names of others": Broken(
        all_of(
            lambda root: (root / "labs/trial/files/data").mkdir(parents=True),
            written("labs/trial/files/lab.json", b"{}"),
            written("labs/trial/files/data/week.csv", b""),
        ),
        (
            "files/data/week.csv: expected a name that the release does not have "
            "itself",
            "files/lab.json: expected a name that the release does not have itself",
        ),
    ),
    "link in the data": Broken(
        lambda root: (root / "labs/trial/data/more.csv").symlink_to("/etc/hostname"),
        ("data/more.csv: expected a plain file, got a link",),
    ),
}
