"""Labs of others, taken in on the command line: put in place once they prove."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import checkers
from hub.authoring.scaffold import scaffold
from hub.cli import main

SLUG = "replaced_lab"


def group(root: Path) -> Path:
    """Make the place of a group, with one lab."""
    root.mkdir()
    (root / "airlift.toml").touch()
    places = {name: root / name for name in ("labs", "checkers", "images")}
    scaffold(SLUG, "A week", "python", **places)
    return root


def looked(root: Path) -> dict[str, tuple[int, int]]:
    """Return everything below a place: which file it is, and when it last changed."""
    paths = [path for path in root.rglob("*") if ".airlift" not in path.parts]
    return {str(p): (p.stat().st_ino, p.stat().st_ctime_ns) for p in paths}


def test_a_replacement_that_does_not_prove_is_never_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even for a moment: the lab that is there was never moved."""
    ours, theirs = group(tmp_path / "ours"), group(tmp_path / "theirs")
    notebook = theirs / "labs" / SLUG / "lab.ipynb"
    text = notebook.read_text()
    toml = theirs / "labs" / SLUG / "lab.toml"
    toml.write_text(toml.read_text().replace('"A week"', '"A \\u001b[2Jweek"'))
    notebook.write_text(text.replace("# step: load-week", "# step: load-weak"))
    with (theirs / "labs" / SLUG / "lab.toml").open("a") as file:
        file.write("\n[prove]\nfloor = 0.5\n")
    monkeypatch.setenv("AIRLIFT_ROOT", str(ours))
    monkeypatch.setenv("AIRLIFT_CHECKERS", os.environ.get("AIRLIFT_CHECKERS", ""))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setattr(checkers, "__path__", list(checkers.__path__))
    before = looked(ours)
    words = ["lab", "add", str(theirs), "--replace", "--yes"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1, result.output
    assert "\x1b" not in result.output + result.stderr
    assert "A \ufffd[2Jweek" in result.output
    assert "prove.floor = 0.5, less than the usual 0.8" in result.output
    assert "lab.ipynb, cell load-week: expected " in result.stderr
    assert f"{SLUG} does not prove, and is not taken in." in result.stderr
    assert looked(ours) == before
    assert list((ours / ".airlift").glob("**/*.json")) == []
    (theirs / "labs" / SLUG / "requirements.txt").write_text("toolz\n")
    result = CliRunner().invoke(main, [*words, "--no-prove"])
    assert result.exit_code == 0, result.output
    end = " ".join(result.output.split()).partition("brings it to the seats. ")[2]
    assert end == (
        f"It was not proved: `airlift lab prove {SLUG}` does so. Its image was not "
        "built, so nobody has looked at the licences of the packages in it: `airlift "
        f"lab licences {SLUG} --in-image` does so, where a Docker engine answers."
    )
    assert "load-weak" in (ours / "labs" / SLUG / "lab.ipynb").read_text()
