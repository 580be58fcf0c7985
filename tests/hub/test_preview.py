"""The preview: attendees' view in a seat that is renewed on save and leaves nothing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from hub.authoring import preview as previewed
from hub.authoring.scaffold import scaffold
from hub.catalog import load_lab
from hub.machine.practising import PractisingError
from hub.settings import Settings
from tests.harness import wait_for
from tests.previewing import Running, edit, previewing


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Running]:
    """A new lab and its preview."""
    with previewing(tmp_path) as shown:
        yield shown


def test_a_preview_takes_the_engine_where_packages_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a proof does; without an engine it says what sets the packages up."""
    places = {name: tmp_path / name for name in ("labs", "checkers", "images")}
    scaffold("trial", "Trial", "python", **places)
    (tmp_path / "seat").mkdir()
    airlift, lab = Settings(root=tmp_path), load_lab(tmp_path / "labs" / "trial")
    shown, said = previewed.Preview(airlift, lab, tmp_path), list[str]()
    monkeypatch.setattr(previewed, "missing", lambda _: ["pandas"])
    assert previewed._can_be_here(shown, "/of/seats/python", said.append)
    monkeypatch.setattr(previewed.dockerd, "answers", lambda: True)
    assert not previewed._can_be_here(shown, sys.executable, said.append)
    assert said == ["Not installed here: pandas. A Docker engine answers."]
    monkeypatch.setattr(previewed.dockerd, "answers", lambda: False)
    with pytest.raises(PractisingError, match="up --engine local --prepare"):
        previewed._can_be_here(shown, sys.executable, said.append)


def test_a_folder_that_goes_during_a_look_ends_no_preview(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when its author goes to another branch; the next look tells what is there."""
    places = {name: tmp_path / name for name in ("labs", "checkers", "images")}
    scaffold("trial", "Trial", "python", **places)
    lab = load_lab(tmp_path / "labs" / "trial")
    shown = previewed.Preview(Settings(root=tmp_path), lab, tmp_path)
    before, gone, scandir = shown.files(), lab.folder / "gone", os.scandir
    gone.mkdir()

    def late(path: str | Path) -> object:
        if Path(path) == gone and gone.is_dir():
            gone.rmdir()
        return scandir(path)

    monkeypatch.setattr(os, "scandir", late)
    assert shown.files() == before
    assert not gone.exists()


@pytest.mark.slow
def test_a_preview_follows_its_author(tmp_path: Path, preview: Running) -> None:
    """Saved text arrives, mistakes are all said, own writing stays, nothing is left."""
    root, lab = tmp_path, tmp_path / "labs" / "trial"
    preview.says("A seat starts on this machine")
    page = preview.says(r"(http://127\.0\.0\.1:\d+)/\S+token=(\S+)")
    headers = {"Authorization": f"token {page[2]}"}
    file = f"{page[1]}/api/contents/trial/trial.ipynb"

    def shown() -> dict[str, str]:
        """Return the attendee's cells by their ids."""
        found = requests.get(file, headers=headers, timeout=30).json()["content"]
        return {cell["id"]: cell["source"] for cell in found["cells"]}

    assert "SOLUTION" not in json.dumps(shown())
    assert shown()["welcome"].startswith('# The "Trial"\n')
    content = requests.get(file, headers=headers, timeout=30).json()
    cell = next(c for c in content["content"]["cells"] if c["id"] == "load-week")
    cell["source"] += "\nmine = 1"
    requests.put(file, headers=headers, json=content, timeout=30).raise_for_status()

    edit(lab / "lab.ipynb", "Somebody wrote down", "We wrote down")
    preview.says(r"lab\.ipynb saved: released again")
    assert "We wrote down" in shown()["welcome"]
    assert shown()["load-week"].endswith("mine = 1")

    edit(lab / "lab.toml", "minutes = 7", 'minutes = "8"')
    edit(root / "checkers" / "trial.py", "@check(", "@chek(")
    preview.says(r"trial: checkers/trial\.py:17: .*did you mean 'check'")
    preview.says(r"trial: lab\.toml:24: steps\[1\]\.minutes: expected a whole")

    edit(lab / "lab.toml", 'minutes = "8"', "minutes = 9")
    edit(root / "checkers" / "trial.py", "@chek(", "@check(")
    preview.says(r"saved: released, and the seat starts anew")

    def minutes() -> bool:
        """Say whether the panel has the new minutes."""
        try:
            panel = requests.get(f"{page[1]}/airlift/panel", headers=headers, timeout=9)
        except requests.RequestException:
            return False
        return bool(panel.json()["labs"][0]["steps"][0]["minutes"] == 9)

    wait_for("the new minutes in the panel", minutes)
    assert shown()["load-week"].endswith("mine = 1")
    assert preview.end() == 0, preview.said()
    assert "nothing of it is left" in preview.said()
    assert list((root / "tmp").glob("airlift-*")) == []
