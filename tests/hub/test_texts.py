"""What people read in a lab: its links lead somewhere, its hints do not tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.authoring.texts import hints_hold_no_solution, links_are_known
from hub.catalog import load_lab
from tests.hub.lab_folder import solved, write_lab
from tests.hub.python_lab import CELLS, CHECKER, STEPS, python_lab


def test_links_are_read_wherever_people_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the summary, in options, and in what a check says; a seat's own is no link."""
    question = '[steps.question]\nkind = "choice"\ntext = "Which?"\noptions = '
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="linked_lab_of_a_test",
        cells=CELLS | {"text": "Nothing."},
        steps=f'{STEPS}{question}["https://one.org/", "https://listed.org/a"]',
        checker=CHECKER.replace("Not that word.", "See https://two.org/a.")
        + 'SERVED = f"http://127.0.0.1:{80}/"\n',
    )
    path = lab.folder / "lab.toml"
    path.write_text(path.read_text().replace("Small.", "See https://three.org now."))
    found = [
        f"{one.where}: {one.what}"
        for one in links_are_known(load_lab(lab.folder)).findings
    ]
    assert [what.partition(": expected a local file, or ")[::2] for what in found] == [
        ("lab.toml, lab.summary", "https://three.org in prove.links of lab.toml"),
        (
            "lab.toml, question of step label",
            "https://one.org/ in prove.links of lab.toml",
        ),
        (
            "checkers/linked_lab_of_a_test.py:19",
            "https://two.org/a in prove.links of lab.toml",
        ),
    ]


def test_a_link_leads_to_what_a_seat_gets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to other files of its author's machine, and none is too strange to read."""
    text = (
        "[](data/a.csv) [](data) [](beside.txt) [](odd_lab_of_a_test.ipynb) []() [](#a)"
        " http://[::1]:80/ http://[::1] [](/etc/passwd) [](../a/lab.toml)"
        f" [](mistakes.toml) [](files/beside.txt) http://x[y/ [](gone{'x' * 300})"
    )
    lab = python_lab(
        tmp_path,
        monkeypatch,
        slug="odd_lab_of_a_test",
        cells=CELLS | {"text": text},
    )
    for name in ("data/a.csv", "files/beside.txt"):
        (lab.folder / name).parent.mkdir()
        (lab.folder / name).write_text("1")
    found = sorted(one.what for one in links_are_known(lab).findings)
    assert [what.replace("x" * 300, "…") for what in found] == [
        "expected a file of the lab, got ../a/lab.toml",
        "expected a file of the lab, got /etc/passwd",
        "expected a file that seats get, in data/ or files/, got files/beside.txt",
        "expected a file that seats get, in data/ or files/, got mistakes.toml",
        "expected an address, got 'http://x[y/': Invalid IPv6 URL",
        "expected gone… among the lab's files, there is none",
    ]


def test_a_path_of_the_authors_machine_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In cells and in the checker; what seats have too, and mere examples, are none."""
    (tmp_path / "right.csv").write_text("1\n")
    own = f"{tmp_path}/right.csv"
    lab = python_lab(
        tmp_path,
        monkeypatch,
        slug="far_lab_of_a_test",
        cells=CELLS
        | {"text": own, "set-up": f'open("{own}")\nopen("/home/nobody/a/b.csv")'},
        checker=f'{CHECKER}FILES = ("/usr/bin/env", "/home/seat/a", "{own}")\n',
    )
    assert [f"{one.where}: {one.what}" for one in links_are_known(lab).findings] == [
        f"lab.ipynb, cell set-up: expected a file of the lab, got {own} of this "
        "machine",
        f"checkers/far_lab_of_a_test.py:21: expected a file of the lab, got {own} of "
        "this machine",
    ]


def test_the_value_alone_is_the_solution_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever name a hint gives it; a single call is help."""
    hints = '["Try sum( numbers )/(half*2).", "sum(numbers) helps."]'
    lab = python_lab(
        tmp_path,
        monkeypatch,
        slug="telling_lab_of_a_test",
        steps=STEPS.replace('["Divide.", "By four."]', hints),
    )
    share = hints_hold_no_solution(lab, {})[1]
    assert [finding.what for finding in share.findings] == [
        "expected hint 1 without the solution's line "
        "'share = sum(numbers) / (half * 2)'"
    ]


@pytest.mark.parametrize(
    ("kind", "answer", "telling", "helping"),
    [
        ("choice", "2", "It is PEAR.", "Compare pear and plum; pears are none."),
        ("text", "'pear'", "Write pear.", "It appears late."),
        ("number", "12.5", "Near 12.5, that is.", "It has 12 digits, not 112.5"),
    ],
)
def test_a_hint_does_not_answer_the_question(
    kind: str,
    answer: str,
    telling: str,
    helping: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor names the right option alone; beside others it may stand."""
    options = '\noptions = ["apple", "pear", "plum"]' if kind == "choice" else ""
    lab = python_lab(
        tmp_path,
        monkeypatch,
        slug=f"asking_{kind}_lab_of_a_test",
        cells=CELLS | {"label": solved("label", f"%answer label {answer}")},
        steps=STEPS.replace('["A word.", "Any word."]', json.dumps([telling, helping]))
        + f'[steps.question]\nkind = "{kind}"\ntext = "Which?"{options}\n',
    )
    asked = hints_hold_no_solution(lab, {"label": {"“not pear” is not it."}})[2]
    assert [finding.what for finding in asked.findings] == [
        "expected hint 1 without the answer"
    ]


def test_a_solution_without_markers_is_no_hint_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole cell is the solution then."""
    lab = python_lab(
        tmp_path,
        monkeypatch,
        slug="bare_lab_of_a_test",
        cells=CELLS | {"numbers": "# step: numbers\nnumbers = [1, 2, 30]"},
    )
    (first, *_others) = hints_hold_no_solution(lab, {})
    assert [finding.what for finding in first.findings] == [
        "expected hint 1 without the solution's line 'numbers = [1, 2, 30]'"
    ]
