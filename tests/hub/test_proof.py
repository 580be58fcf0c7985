"""What a proof looks at finds what is wrong, and says nothing of what is right."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from hub.authoring.__main__ import keep as write_versions
from hub.authoring.finding import Finding
from hub.authoring.junit import junit
from hub.authoring.kernel import LabKernel
from hub.authoring.proof import (
    PROOFS,
    Proof,
    Result,
    Score,
    Survivor,
    content_of,
    gaps,
    keep,
    kept,
    proved,
)
from hub.authoring.prove import orders, orders_pass, prove
from hub.authoring.proving import place_of
from hub.authoring.stand_places import PlaceError, here
from hub.authoring.texts import hints_hold_no_solution, links_are_known
from hub.authoring.walk import Walk
from hub.catalog import Lab, load_lab
from hub.cli import main
from hub.cli.lab.prove import tell, tell_gaps
from hub.cli.terminal import console
from hub.settings import Settings
from hub.versions import Versions
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


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab in Python with something wrong for each check of a proof."""
    return write_lab(
        tmp_path,
        monkeypatch,
        slug="python_lab_of_a_test",
        cells=CELLS,
        steps=STEPS,
        checker=CHECKER,
        mistakes=MISTAKES,
    )


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
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="odd_lab_of_a_test",
        cells=CELLS | {"text": text},
        steps=STEPS,
        checker=CHECKER,
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
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="far_lab_of_a_test",
        cells=CELLS
        | {"text": own, "set-up": f'open("{own}")\nopen("/home/nobody/a/b.csv")'},
        steps=STEPS,
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
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="telling_lab_of_a_test",
        cells=CELLS,
        steps=STEPS.replace('["Divide.", "By four."]', hints),
        checker=CHECKER,
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
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug=f"asking_{kind}_lab_of_a_test",
        cells=CELLS | {"label": solved("label", f"%answer label {answer}")},
        steps=STEPS.replace('["A word.", "Any word."]', json.dumps([telling, helping]))
        + f'[steps.question]\nkind = "{kind}"\ntext = "Which?"{options}\n',
        checker=CHECKER,
    )
    asked = hints_hold_no_solution(lab, {"label": {"“not pear” is not it."}})[2]
    assert [finding.what for finding in asked.findings] == [
        "expected hint 1 without the answer"
    ]


def test_a_package_that_no_seat_has_is_said_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a cell or the checker, though it is installed here; a list brings it.

    And what it needs itself: iniconfig comes with pytest.
    """
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="needing_lab_of_a_test",
        cells=CELLS
        | {"set-up": "import pandas, pytest, iniconfig\nfrom beside import x"},
        steps=STEPS,
        checker=f"{CHECKER}\ndef late():\n    import hypothesis\n",
    )
    (lab.folder / "files").mkdir()
    (lab.folder / "files" / "beside.py").write_text("x = 1\n")
    images = str(Path(__file__).parents[2] / "images")
    airlift = Settings(root=tmp_path, images=Path(images))
    with pytest.raises(PlaceError, match=r"needs hypothesis, iniconfig, pytest, which"):
        place_of(airlift, lab, "")
    (lab.folder / "requirements.txt").write_text("hypothesis>6\n# all\nPyTest\n")
    assert place_of(airlift, lab, "") is here


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


def test_a_solution_without_markers_is_no_hint_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole cell is the solution then."""
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="bare_lab_of_a_test",
        cells=CELLS | {"numbers": "# step: numbers\nnumbers = [1, 2, 30]"},
        steps=STEPS,
        checker=CHECKER,
    )
    (first, *_others) = hints_hold_no_solution(lab, {})
    assert [finding.what for finding in first.findings] == [
        "expected hint 1 without the solution's line 'numbers = [1, 2, 30]'"
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


def test_junit_is_read_by_those_who_read_it(lab: Lab, tmp_path: Path) -> None:
    """Suites hold cases, numbers add up, and nothing that XML forbids is left."""
    (lab.folder / "lab.ipynb").write_text("{} \x00\x1b[31m")
    proof = prove(lab, tmp_path / "stand")
    (suite,) = ElementTree.fromstring(junit([proof]))
    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases) == 1
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure")) == 1
    assert cases[0].attrib["name"].startswith("1 lab.toml, notebook and checker")


def test_a_proof_is_of_one_content(lab: Lab, tmp_path: Path) -> None:
    """A stamp says when it was proved, until a file of it is another one."""
    place, at = Settings(root=tmp_path), "2026-11-25T20:00:00"
    proof = Proof(lab.slug, lab.version, content_of(lab, None), "here", at)
    keep(proof, place.state_dir / PROOFS)
    assert proved(lab, place) == {"at": at, "where": "here"}
    wrong = Result("ids", findings=(Finding(lab.slug, "lab.toml", "expected x"),))
    keep(replace(proof, results=(wrong,)), place.state_dir / PROOFS)
    assert proved(lab, place) is None
    keep(proof, place.state_dir / PROOFS)
    (lab.folder / "mistakes.toml").write_text("# none\n")
    assert proved(lab, place) is None


@pytest.mark.parametrize("kind", ["mutants", "egress"])
def test_a_proof_that_left_something_out_is_no_stamp(
    kind: str, lab: Lab, tmp_path: Path
) -> None:
    """Its author reads why; a step without a changed solution is but a remark."""
    place, at = Settings(root=tmp_path), "2026-11-25T20:00:00"
    left = Result(kind, note="no network of its own", proved=False)
    proof = Proof(
        lab.slug, lab.version, content_of(lab, None), "here", at, results=(left,)
    )
    keep(proof, place.state_dir / PROOFS)
    assert proved(lab, place) is None
    with console.capture() as shown:
        tell_gaps(proof, lab)
    said = " ".join(shown.get().split())
    assert f"{lab.slug}: no whole proof, so its release is not stamped: " in said
    assert said.endswith(": no network of its own")
    assert (proved(replace(lab, mutants=0), place) is None) is (kind == "egress")
    keep(
        replace(proof, results=(replace(left, step="share"),)), place.state_dir / PROOFS
    )
    assert proved(lab, place)


def test_a_proof_is_of_what_the_checker_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that several labs share, or a part of it, may change what they say."""
    lab = write_lab(
        tmp_path,
        monkeypatch,
        slug="sharing_lab_of_a_test",
        cells=CELLS,
        steps=STEPS,
        checker=f"import checkers.part_of_a_test\n{CHECKER}",
    )
    folder = tmp_path / "checkers"
    (folder / "part_of_a_test.py").write_text("from checkers import deep_of_a_test\n")
    found = set()
    for text in ("x = 1\n", "x = 2\n"):
        (folder / "deep_of_a_test.py").write_text(text)
        found.add(content_of(lab, None))
    assert len(found) == 2


def test_a_proof_is_of_the_image_with_its_services(lab: Lab, tmp_path: Path) -> None:
    """Another service is another lab; the base comes with Airlift's version."""
    place, image = Settings(root=tmp_path), tmp_path / "images" / "served"
    served = replace(lab, image="served")
    image.mkdir(parents=True)
    (image / "services.toml").write_text("# one\n")
    proof = Proof(lab.slug, lab.version, content_of(served, image), "here", "today")
    keep(proof, place.state_dir / PROOFS)
    assert proved(served, place)
    (image / "services.toml").write_text("# two\n")
    assert proved(served, place) is None


def test_a_score_of_nothing_is_whole_and_json_stays_as_it_is(tmp_path: Path) -> None:
    """A step without changed solutions misses no floor, and its author reads why."""
    nothing = Score("step", same=2, raised=1)
    assert (nothing.kill, nothing.counted) == (1.0, 0)
    results = (Result("mutants", "step", note=nothing.nothing, proved=False),)
    proof = Proof("lab", "1.0.0", "", "here", "", results=results, scores=(nothing,))
    with console.capture() as shown:
        tell(proof)
    assert "– nothing to tell apart" in shown.get()
    assert "✓" not in shown.get()
    why = (
        "nothing to tell apart (1 ended in an exception or not at all, 2 changed "
        "nothing that notebook or check name)"
    )
    assert f"step: {why}" in " ".join(shown.get().split())
    assert f'<skipped message="{why}' in junit([proof])
    assert Score("step", killed=3, survivors=()).kill == 1.0
    assert Score("step", survivors=(Survivor("", ""),)).nothing == ""


def test_a_proofs_table_fits_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a log: a long step goes on in the next line, and its time is whole."""
    step = "the-longest-name-of-a-step-that-anybody-wrote"
    score = Score(step, killed=10, excused=2, ms=4321, survivors=())
    proof = Proof("lab", "1", "", "here", "", results=(Result("mutants", step),))
    monkeypatch.setattr(console, "width", 80)
    with console.capture() as shown:
        tell(replace(proof, scores=(score,)))
    assert "✓ 10/10, 2 excused" in shown.get()
    assert "4321 ms" in shown.get()
    assert "here, 0 s;" not in shown.get()


def test_a_lab_that_cannot_be_read_is_proved_wrong(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says all that is wrong with its files, in the forms asked for."""
    path = lab.folder / "lab.toml"
    path.write_text(path.read_text().replace("minutes = 10", 'minutes = "ten"'))
    monkeypatch.setenv("AIRLIFT_ROOT", str(tmp_path))
    (tmp_path / "airlift.toml").write_text("")
    out, xml = tmp_path / "out.json", tmp_path / "out.xml"
    words = ["lab", "prove", "--json", str(out), "--junit", str(xml)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1, done.output
    assert "lab.minutes: expected a whole number" in done.output
    (data,) = json.loads(out.read_text())
    assert data["green"] is False
    assert "lab.minutes: expected a whole number" in json.dumps(data["results"])
    assert (
        ElementTree.parse(xml).getroot().find("testsuite/testcase/failure") is not None
    )


def test_a_lab_that_cannot_be_proved_here_keeps_no_other_from_it(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is in the table and the files, the one with what keeps it."""
    other = lab.folder.with_name("zz_lab_of_a_test")
    shutil.copytree(lab.folder, other)
    text = lab.source.read_text().replace("half = 2", "import a_package_of_nobody")
    lab.source.write_text(text)
    monkeypatch.setenv("AIRLIFT_ROOT", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    (tmp_path / "airlift.toml").write_text("")
    out, xml = tmp_path / "out.json", tmp_path / "out.xml"
    words = ["lab", "prove", "--json", str(out), "--junit", str(xml)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1, done.output
    why = f"{lab.slug}: not proved here: {lab.slug} needs a_package_of_nobody"
    assert why in done.output
    assert [data["lab"] for data in json.loads(out.read_text())] == [
        lab.slug,
        other.name,
    ]
    suites = ElementTree.parse(xml).getroot().findall("testsuite")
    assert [suite.attrib["failures"] for suite in suites] == ["1", "1"]
    assert kept(tmp_path / ".airlift" / "proofs", lab.slug) is None


@pytest.mark.parametrize("words", [["prove"], ["manual", "--accept"]])
def test_what_is_missing_here_is_said_with_both_ways_out(
    words: list[str], lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Install it, or have an engine for the lab's image."""
    text = lab.source.read_text().replace("half = 2", "import a_package_of_nobody")
    lab.source.write_text(text)
    monkeypatch.setenv("AIRLIFT_ROOT", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    (tmp_path / "airlift.toml").write_text("")
    done = CliRunner().invoke(main, ["lab", *words, lab.slug])
    assert done.exit_code == 1, done.output
    said = f"{done.output} {done.exception}"
    assert "needs a_package_of_nobody, which is not installed beside airlift" in said
    assert "install it there, or let the lab run in its image" in said
    assert "`airlift doctor` says what to do" in said


def test_a_released_lab_says_when_it_was_proved(lab: Lab, tmp_path: Path) -> None:
    """The room's lab.json has the stamp of the proof of this very content."""
    at = "2026-11-25T20:00:00+00:00"
    proof = Proof(lab.slug, lab.version, content_of(lab, None), "here", at)
    for stamp in (None, {"at": at, "where": "here"}):
        write_versions(str(lab.folder.parent), str(tmp_path / "versions"), lab.slug)
        folder = Versions(tmp_path / "versions").path(lab.slug, lab.version)
        assert json.loads((folder / "lab.json").read_text())["proved"] == stamp
        notebook = json.loads((folder / "lab.ipynb").read_text())
        assert notebook["metadata"]["airlift"] == {
            **{"lab": lab.slug, "version": lab.version},
            **({"proved": stamp} if stamp else {}),
        }
        keep(proof, tmp_path / "proofs")


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
