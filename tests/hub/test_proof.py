"""A proof is of one lab as it is, is kept, and is told in every form asked for."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from nbformat.v4 import new_output

from hub.authoring.__main__ import keep as write_versions
from hub.authoring.captured import accept
from hub.authoring.finding import Finding
from hub.authoring.junit import junit
from hub.authoring.notebook import code_cells
from hub.authoring.proof import (
    PROOFS,
    Proof,
    Result,
    Score,
    Survivor,
    content_of,
    keep,
    kept,
    proved,
)
from hub.authoring.prove import prove
from hub.authoring.proving import place_of
from hub.authoring.release import source_notebook
from hub.authoring.stand_places import PlaceError, here
from hub.catalog import Lab
from hub.cli import main
from hub.cli.lab.prove import tell, tell_gaps
from hub.cli.terminal import console
from hub.settings import Settings
from hub.versions import Versions
from tests.hub.python_lab import CELLS, CHECKER, MISTAKES, python_lab


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab in Python with something wrong for each check of a proof."""
    return python_lab(tmp_path, monkeypatch, mistakes=MISTAKES)


def test_a_package_that_no_seat_has_is_said_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a cell or the checker, though it is installed here; a list brings it.

    And what it needs itself: iniconfig comes with pytest.
    """
    lab = python_lab(
        tmp_path,
        monkeypatch,
        slug="needing_lab_of_a_test",
        cells=CELLS
        | {"set-up": "import pandas, pytest, iniconfig\nfrom beside import x"},
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


def test_what_cells_show_makes_no_other_proof(lab: Lab) -> None:
    """`lab manual --accept` keeps outputs for the guide; no check looks at them."""
    proved_as = content_of(lab, None)
    shown = source_notebook(lab)
    for number, cell in enumerate(code_cells(shown)):
        cell.outputs = [new_output("stream", name="stdout", text=f"{number}\n")]
        cell.execution_count = number
    assert accept(lab, shown)
    assert content_of(lab, None) == proved_as
    lab.source.write_text(lab.source.read_text("utf-8").replace("# step", "#  step"))
    assert content_of(lab, None) != proved_as
    lab.source.write_text("no notebook")
    assert content_of(lab, None) != proved_as


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
    lab = python_lab(
        tmp_path,
        monkeypatch,
        slug="sharing_lab_of_a_test",
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
