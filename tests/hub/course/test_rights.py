"""What a course says of its licences is in the lab's ledger; the rest is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.authoring.course.exporting import give_back
from hub.authoring.course.folder import found
from hub.authoring.course.rights import notes
from hub.authoring.course.writing import write
from hub.authoring.licences.clearance import clear
from hub.authoring.licences.ledger import load_ledger
from hub.catalog import Lab, load_lab
from tests.hub.course.cells import autograded, draft_of, said, save, solved, text

CELLS = (
    text("# Halves"),
    solved("half", "def half(x):", "return x / 2"),
    autograded("halves", "assert half(4) == 2"),
)
MIT = """MIT License

Copyright (c) 2024 A Group

Permission is hereby granted, free of charge, to any person obtaining a copy"""
TO_FILL_IN = (
    "nobody has said its licence yet: put its SPDX expression into LICENSES.toml"
)


def course(root: Path, files: dict[str, str], **metadata: Any) -> Path:
    """Write a course with one assignment and these files; returns its folder."""
    save(root / "source" / "ps1" / "halves.ipynb", *CELLS, **metadata)
    for name, words in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words)
    return root


def taken_in(root: Path, out: Path) -> tuple[Lab, list[str]]:
    """Import a course's notebook without its trial; returns what is said of rights."""
    draft, _notes = draft_of(root)
    write(draft, out / "labs", out / "checkers")
    folder = out / "labs" / "lab"
    return load_lab(folder), said(notes(folder, draft.rights))


def licences(lab: Lab) -> dict[str, str]:
    """Return the licence of everything that a lab's ledger names."""
    ledger = load_ledger(lab.folder)
    assert ledger
    return {row["path"]: row["license"] for row in ledger.files}


def findings(lab: Lab) -> list[str]:
    """Return what stands in the way of teaching with a lab."""
    checker = lab.folder.parents[1] / "checkers" / "lab.py"
    none = lab.folder / "none"
    return list(clear(lab, "teach", checker=checker, image=none).findings)


def test_what_nobody_states_is_refused_file_by_file_until_it_is_filled_in(
    tmp_path: Path,
) -> None:
    """Each has a table, pictures in the text too; the report says how many."""
    picture = {"map.png": {"image/png": "iVBORw0KGgo="}}
    shown = {**text("![map](attachment:map.png)"), "attachments": picture}
    root = course(tmp_path, {"source/ps1/data/a [1].csv": "1\n"})
    save(root / "source" / "ps1" / "halves.ipynb", *CELLS, shown)
    lab, told = taken_in(root, tmp_path)
    names = {
        "file": ("files/data/a [1].csv", "lab.ipynb", "lab.toml"),
        "figure": ("lab.ipynb#map.png",),
        "checker": ("checkers/lab.py",),
    }
    assert findings(lab) == [
        *(
            f"lab: {kind} {name}: {TO_FILL_IN}"
            for kind, some in names.items()
            for name in some
        ),
        "lab: lab.toml, lab.license: expected an SPDX expression, got "
        "'LicenseRef-not-stated'",
    ]
    assert told == [
        "LICENSES.toml: nothing says the licence of 4 files: put it in for "
        "LicenseRef-not-stated"
    ]
    for name in ("LICENSES.toml", "lab.toml"):
        path = lab.folder / name
        path.write_text(path.read_text().replace("LicenseRef-not-stated", "CC-BY-4.0"))
    assert findings(load_lab(lab.folder)) == []


def test_the_texts_of_a_course_say_it_of_what_lies_below_them(tmp_path: Path) -> None:
    """The nearest one; that of the course's folder comes along, as it asks for."""
    files = {
        "LICENSE": MIT,
        "nbgrader_config.py": "c = get_config()\n",
        "source/ps1/helper.py": "x = 1\n",
        "source/ps1/data/COPYING": "CC0 1.0 Universal\n",
        "source/ps1/data/far/b.csv": "1\n",
    }
    lab, told = taken_in(course(tmp_path, files), tmp_path)
    assert licences(lab) == {
        "files/data/far/b.csv": "CC0-1.0",
        "files/helper.py": "MIT",
        "lab.ipynb": "MIT",
        "lab.toml": "MIT",
        "checkers/lab.py": "MIT",
    }
    assert lab.license == "CC0-1.0 AND MIT"
    assert (lab.folder / "LICENSE").read_text() == MIT
    ledger = load_ledger(lab.folder)
    assert ledger
    helper = ledger.item("file", "files/helper.py")
    assert helper.copyright == "Copyright (c) 2024 A Group"
    assert helper.source == "imported from source/ps1/halves.ipynb"
    assert findings(lab) == []
    assert told == [
        "LICENSES.toml: CC0-1.0 for 1 file, as COPYING says",
        "LICENSES.toml: MIT for 3 files, as LICENSE says",
    ]


@pytest.mark.parametrize(
    ("words", "license_"),
    [
        ("Attribution-ShareAlike 4.0 International\n\n====", "CC-BY-SA-4.0"),
        ("All of it is under CC BY-NC-ND 4.0.", "CC-BY-NC-ND-4.0"),
        ("Creative Commons\nAttribution 4.0 International", "CC-BY-4.0"),
        ("  GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007", "GPL-3.0-only"),
        ("SPDX-License-Identifier: EUPL-1.2\n" + MIT, "EUPL-1.2"),
        ("Apache License\n   Version 2.0, January 2004", "Apache-2.0"),
        (MIT + "\nThe texts are CC-BY-4.0.", "LicenseRef-not-stated"),
        ("Texts: CC BY 4.0. Code: MIT.", "LicenseRef-not-stated"),
        ("Ask us first.", "LicenseRef-not-stated"),
        ("SPDX-License-Identifier: ours", "LicenseRef-not-stated"),
    ],
)
def test_a_text_says_one_licence_or_none(
    tmp_path: Path, words: str, license_: str
) -> None:
    """Of two nobody can tell which file has which."""
    root = course(tmp_path, {"source/ps1/LICENSE.txt": words})
    lab, _told = taken_in(root, tmp_path)
    assert set(licences(lab).values()) == {license_}
    assert lab.license == license_


@pytest.mark.parametrize("said_as", ["CC BY 4.0", {"name": "CC-BY-4.0"}])
def test_a_notebooks_metadata_speak_for_it_and_no_other_file(
    tmp_path: Path, said_as: object
) -> None:
    """Data are often somebody else's."""
    root = course(tmp_path, {"source/ps1/a.csv": "1\n"}, license=said_as)
    lab, told = taken_in(root, tmp_path)
    listed = licences(lab)
    assert listed.pop("files/a.csv") == "LicenseRef-not-stated"
    assert set(listed.values()) == {lab.license} == {"CC-BY-4.0"}
    assert told[-1] == (
        "LICENSES.toml: CC-BY-4.0 for 2 files, as the notebook's metadata says"
    )


def test_a_ledger_goes_neither_to_nbgrader_nor_back(tmp_path: Path) -> None:
    """What it was made from does; an import writes another one, the same."""
    root = course(tmp_path / "one", {"source/ps1/LICENSE": MIT})
    lab, _told = taken_in(root, tmp_path / "one")
    give_back(lab, tmp_path / "two")
    back = tmp_path / "two" / "source" / "ps1"
    assert sorted(path.name for path in back.iterdir()) == ["LICENSE", "halves.ipynb"]
    again, _told = taken_in(tmp_path / "two", tmp_path / "two")
    texts = [(one.folder / "LICENSES.toml").read_text() for one in (lab, again)]
    assert texts[0] == texts[1]
    (back / "LICENSES.toml").write_text("[[files]]\n")
    _sources, skipped = found(tmp_path / "two")
    assert said(skipped) == [
        "source/ps1/LICENSES.toml: a lab's ledger of licences: it is written anew"
    ]
