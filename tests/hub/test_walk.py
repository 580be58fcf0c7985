"""A lab is walked through: what is wrong with it is found, what is right is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hub.authoring.kernel import LabKernel
from hub.authoring.proof import Proof, gaps, keep, kept
from hub.authoring.prove import orders, orders_pass, prove
from hub.authoring.walk import Walk
from hub.catalog import Lab
from tests.hub.lab_folder import solved, write_lab
from tests.hub.python_lab import MISTAKES, python_lab


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab in Python with something wrong for each check of a proof."""
    return python_lab(tmp_path, monkeypatch, mistakes=MISTAKES)


def test_a_solution_that_lives_on_what_was_tried_before_it_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no other order is, the only one is done without mistakes in between."""
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="living_lab_of_a_test",
        cells={"n": solved("n", "import os", "n = os.environ.get('N_OF_A_TEST')")},
        steps='[[steps]]\nid = "n"\ntitle = "N"\n',
        checker="""
from checkers import Work, check, fail

@check("n", limit=20)
def n(work: Work) -> None:
    if work.value("n") is None:
        fail("no-n", "There is none.")
""",
    )
    with LabKernel(lab, tmp_path / "stand") as kernel:
        (result,) = orders_pass(lab, kernel)
    assert [finding.what for finding in result.findings] == [
        "expected the solution to pass in a fresh seat, got failed: no-n"
    ]


def said(proof: Proof, kind: str) -> list[str]:
    """Return what one check of a proof found."""
    found = (one for result in proof.of(kind) for one in result.findings)
    return [str(one).removeprefix(f"{proof.lab}: ") for one in found]


def test_a_proof_finds_what_is_wrong_with_a_lab_in_python(
    lab: Lab, tmp_path: Path
) -> None:
    """One finding or more of each kind, and none where all is well."""
    proof = prove(lab, tmp_path / "stand")
    assert said(proof, "ids") == said(proof, "solution") == said(proof, "release") == []
    assert said(proof, "links") == [
        "lab.ipynb, cell text: expected data/gone.png among the lab's files, there is "
        "none",
        "lab.ipynb, cell text: expected a local file, or https://other.org/a.png in "
        "prove.links of lab.toml",
    ]
    assert said(proof, "mistakes") == [
        "mistakes.toml, mistakes[2], step numbers: expected failed: wrong-number, got "
        "failed: wrong-type",
        "mistakes.toml, step label: expected 2 or more mistakes, got 1",
    ]
    assert said(proof, "hints") == [
        "step numbers: expected hint 1 without the solution's line "
        "'numbers = [1, 2, 30]'"
    ]
    assert said(proof, "still") == [
        "checkers/python_lab_of_a_test.py: expected the files unchanged by the checks"
    ]
    assert any("share = zero, got error" in what for what in said(proof, "garbage"))
    assert not any("endless" in what for what in said(proof, "garbage"))
    (order,) = said(proof, "order")
    assert order.startswith("step share: expected the solution to pass in the order")
    scores = {score.step: score for score in proof.scores}
    assert scores["numbers"].kill < lab.floor
    assert "-numbers = [1, 2, 30]\n+numbers = [1, 2, 31]" in [
        survivor.change for survivor in scores["numbers"].survivors
    ]
    assert scores["share"].survivors == ()
    assert scores["share"].killed > 2
    assert [what for what in said(proof, "mutants") if "step numbers" in what]
    kept_at = keep(proof, tmp_path / "proofs")
    assert kept(kept_at.parent, lab.slug) == proof
    assert not proof.of("egress")[0].findings


BASH_STEPS = """
[[steps]]
id = "note"
title = "Note"
watch = true
hints = ["Write.", "Into note.txt."]
[[steps]]
id = "which"
title = "Which"
needs = ["note"]
hints = ["One.", "Or two."]
[steps.question]
kind = "choice"
text = "Which?"
options = ["apple", "pear", "plum"]
"""
BASH_CELLS = {
    "set-up": "mkdir -p work\ncd work",
    "note": solved(
        "note", "printf 'salt\\npepper\\n' > note.txt", "cp note.txt copy.txt"
    ),
    "which": solved("which", "answer which pear"),
}
BASH_CHECKER = """
from checkers import Work, check, fail

@check("note", limit=20)
def note(work: Work) -> None:
    text = [*work.folder.glob("work/note.txt")][0].read_text()
    if "salt" not in text:
        fail("no-salt", "There is no salt.")

@check("which", limit=20)
def which(work: Work) -> None:
    if work.answer("which") != "pear":
        fail("other-option", "Not that one.")
"""
BASH_MISTAKES = """
[[mistakes]]
step = "note"
reason = "no-salt"
code = "echo > note.txt"
[[mistakes]]
step = "note"
reason = "no-salt"
code = "echo sugar > note.txt; exit 3"
[[mistakes]]
step = "which"
reason = "other-option"
code = "answer which plum"
[[mistakes]]
step = "which"
reason = "other-option"
code = "rm note.txt; answer which apple"
"""
IDLE = """
[[excused]]
step = "which"
change = "-answer which cherry"
reason = "There was a cherry once."
"""


def test_a_proof_works_in_a_shell_whose_files_are_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Watched steps and questions are checked; each trial begins where it should."""
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="bash_lab_of_a_test",
        cells=BASH_CELLS,
        steps=BASH_STEPS,
        checker=BASH_CHECKER,
        mistakes=BASH_MISTAKES,
        kernel="bash",
    )
    proof = prove(lab, tmp_path / "stand")
    clean = ("ids", "solution", "mistakes", "still", "order", "hints", "links")
    assert {kind: said(proof, kind) for kind in clean} == {kind: [] for kind in clean}
    (release,) = said(proof, "release")
    assert release.startswith("step note: expected the untouched cell to fail, got err")
    assert "IndexError" in release
    garbage = " ".join(said(proof, "garbage"))
    assert "or failed without work/note.txt, got error" in garbage
    assert "an empty folder, got error" in garbage
    assert "step which" not in garbage
    note, which = proof.scores
    assert "-cp note.txt copy.txt" in [one.change for one in note.survivors]
    assert "with -printf" in garbage
    assert (which.killed, which.survivors) == (2, ())
    assert proof.of("egress")[0].note


def test_an_answer_that_a_soft_check_takes_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another answer is another work; an excuse of no change is but a remark."""
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="soft_lab_of_a_test",
        cells=BASH_CELLS,
        steps=BASH_STEPS,
        checker=BASH_CHECKER.replace('!= "pear"', '== "plum"').replace(
            "    if", '    (work.folder / "seen.txt").write_text("x")\n    if', 1
        ),
        mistakes=BASH_MISTAKES + IDLE,
        kernel="bash",
    )
    proof = prove(lab, tmp_path / "stand", mutants=4)
    which = proof.scores[-1]
    assert (which.killed, which.same) == (1, 0)
    wrote = "step note: expected the files unchanged by the check"
    assert said(proof, "still") == [wrote], "the same bytes each time"
    assert gaps(proof, lab)[0].endswith("at most 4 of 12 a step were tried")
    assert [one.change for one in which.survivors] == [
        "-answer which pear\n+answer which apple"
    ]
    note, asked, _ = proof.of("mutants")
    assert (note.note, asked.note) == ("", "1 [[excused]] of no such change")
    assert not any("excused" in str(found) for found in proof.findings)


def test_a_kernel_that_does_not_stop_is_stopped_and_goes_on(
    lab: Lab, tmp_path: Path
) -> None:
    """A changed solution may never end, and may not listen either."""
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: 1"
    with LabKernel(lab, tmp_path / "stand") as kernel:
        kernel.run("while True: pass", 0.5)
        assert kernel.interrupted == "interrupted"
        for _ in range(5):  # on a busy machine it may be told before it is deaf
            kernel.run(deaf, 0.5)
            if kernel.interrupted == "restarted":
                break
        assert kernel.interrupted == "restarted"
        (attempt,) = kernel.run("# step: label\nlabel = 'ton'")
        assert attempt.reason == "wrong-label"
        (shown,) = kernel.show("print('seen')")
        assert shown["text"] == "seen\n"


def test_what_was_done_is_done_once_more_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a changed solution ends the kernel: not on top of the files as they are."""
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="dying_lab_of_a_test",
        cells={
            "log": solved("log", 'print("x", file=open("log.txt", "a"))'),
            "stay": solved("stay", "import os", "fall = 0", "fall and os._exit(1)"),
        },
        steps='[[steps]]\nid = "log"\ntitle = "Log"\n'
        '[[steps]]\nid = "stay"\ntitle = "Stay"\n',
        checker="""
from checkers import Work, check, fail

def one_line(work: Work) -> None:
    if work.file("log.txt").read_text() != "x\\n":
        fail("other-log", "Not one line.")

@check("log", limit=20)
def log(work: Work) -> None:
    one_line(work)

@check("stay", limit=20)
def stay(work: Work) -> None:
    one_line(work)
    if work.value("fall", "int"):
        fail("fell", "It fell.")
""",
        mistakes="""
[[mistakes]]
step = "stay"
reason = "fell"
code = "import os; os._exit(1)"
[[mistakes]]
step = "stay"
reason = "fell"
code = "fall = 2"
""",
    )
    with LabKernel(lab, tmp_path / "stand") as kernel:
        walk = Walk(lab, kernel, mutants=6)
        walk.run()
    assert [found.what for result in walk.results for found in result.findings] == [
        "expected 2 or more mistakes, got 0",
        "expected an end within 50 s, its cell ended its kernel",
    ]
    stay = walk.scores[-1]
    assert (stay.killed, stay.raised) == (1, 3), "no check looked at these"


def test_orders_put_independent_steps_both_ways(lab: Lab) -> None:
    """Where no step needs another, each comes before every other once."""
    assert orders(lab) == (("label", "share", "numbers"),)


def test_there_are_two_other_orders_at_most(lab: Lab) -> None:
    """The last free step next each time, or the last step as early as it can."""
    numbers, share, label = lab.steps
    steps = (numbers, share, replace(label, needs=("numbers",)))
    assert orders(replace(lab, steps=steps)) == (
        ("share", "numbers", "label"),
        ("numbers", "label", "share"),
    )
