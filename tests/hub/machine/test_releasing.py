"""Releasing: labs kept for the room, and what a correction may not change."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.catalog import load_lab
from hub.machine import accounts, releasing
from hub.machine.proving import NotHereError
from hub.settings import Settings, settings
from hub.versions import Versions

LABS = Path(__file__).parents[3] / "labs"
STEP = '\n[[steps]]\nid = "{id}"\ntitle = "One more"\n'


@pytest.fixture
def airlift(tmp_path: Path) -> Settings:
    """An installation with a lab of its own."""
    shutil.copytree(LABS / "first_flight", tmp_path / "labs" / "first_flight")
    found = settings(tmp_path, {})
    accounts.ensure_accounts(print)
    accounts.ensure_folders(found)
    return found


def toml(airlift: Settings, edit: Callable[[str], str]) -> None:
    """Change the lab.toml."""
    path = airlift.labs_dir / "first_flight" / "lab.toml"
    path.write_text(edit(path.read_text()))


def test_a_correction_keeps_its_steps_and_raises_its_version(
    airlift: Settings,
) -> None:
    """Else progress would be lost, or nobody could tell which one they have."""
    versions = Versions(airlift.versions_dir)
    lab = load_lab(airlift.labs_dir / "first_flight")
    with pytest.raises(releasing.ReleasingError, match="No seat has the lab"):
        releasing.check_correction(lab, versions)
    releasing.keep_versions(airlift, [lab])
    versions.seat([lab])
    with pytest.raises(releasing.ReleasingError, match=re.escape(lab.version)):
        releasing.check_correction(lab, versions)
    toml(airlift, lambda text: text.replace(f'"{lab.version}"', '"9.0.0"', 1))
    releasing.check_correction(load_lab(lab.folder), versions)
    toml(airlift, lambda text: text + STEP.format(id="one-more"))
    with pytest.raises(releasing.ReleasingError, match=r"got .*one-more"):
        releasing.check_correction(load_lab(lab.folder), versions)


def test_a_lab_that_cannot_be_released_is_told_in_one_sentence(
    airlift: Settings,
) -> None:
    """The tool's own sentence, without a traceback."""
    lab = load_lab(airlift.labs_dir / "first_flight")
    lab.source.write_text("{}")
    with pytest.raises(releasing.ReleasingError) as caught:
        releasing.keep_versions(airlift, [lab])
    assert str(caught.value).startswith("first_flight/lab.ipynb: expected a notebook")


@pytest.mark.slow
def test_a_lab_is_proved_and_a_broken_one_told(airlift: Settings) -> None:
    """Nothing is said of a good lab; a bad one's findings are the sentence."""
    lab = load_lab(airlift.labs_dir / "first_flight")
    releasing.prove(airlift, lab)
    lab.source.write_text(lab.source.read_text().replace("idxmin()", "idxmax()"))
    with pytest.raises(releasing.ReleasingError, match="step answer-question"):
        releasing.prove(airlift, lab)
    lab.source.write_text(
        lab.source.read_text().replace("import pandas", "import gone")
    )
    with pytest.raises(NotHereError, match="needs gone, which is not installed"):
        releasing.prove(airlift, lab)
    toml(airlift, lambda text: text.replace('image = "base"', 'image = "postgres"'))
    services = airlift.root / "images" / "postgres" / "services.toml"
    services.parent.mkdir(parents=True)
    services.touch()
    with pytest.raises(NotHereError, match="needs the services of its image postgres"):
        releasing.prove(airlift, lab)
