"""The choice of an engine is a table; engine.json keeps what was found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.engine import NOT_ISOLATED, Engine, EngineError, Machine, choose, fresh_name
from hub.settings import settings

BARE = Machine(root=False, debian=True, answers=False, installed=False)
ROOT = replace(BARE, root=True)
READY = replace(BARE, answers=True, installed=True)


@pytest.mark.parametrize(
    ("wanted", "machine", "use", "install", "start"),
    [
        ("auto", READY, "docker", False, False),
        ("docker", READY, "docker", False, False),
        ("local", READY, "local", False, False),
        ("auto", ROOT, "docker", True, True),
        ("docker", ROOT, "docker", True, True),
        ("local", ROOT, "local", False, False),
        ("auto", replace(ROOT, installed=True), "docker", False, True),
        ("auto", replace(ROOT, installed=True, debian=False), "docker", False, True),
        ("auto", replace(ROOT, debian=False), "local", False, False),
        ("auto", BARE, "local", False, False),
        ("auto", replace(BARE, installed=True), "local", False, False),
        ("auto", replace(BARE, debian=False), "local", False, False),
    ],
)
def test_the_engine_follows_from_wish_and_machine(
    wanted: str, machine: Machine, use: str, install: bool, start: bool
) -> None:
    """Docker when it answers, brought by root alone, else local."""
    choice = choose(wanted, machine)
    assert (choice.use, choice.install, choice.start) == (use, install, start)


@pytest.mark.parametrize(
    "machine", [BARE, replace(BARE, installed=True), replace(ROOT, debian=False)]
)
def test_a_forced_engine_that_is_missing_is_an_error_that_says_what_to_do(
    machine: Machine,
) -> None:
    """`docker` never turns into something else by itself."""
    with pytest.raises(EngineError, match=r"install|sudo"):
        choose("docker", machine)


def test_local_is_announced_as_not_isolated() -> None:
    """Whoever ends at local, by wish or for want of Docker, is told what that means."""
    assert choose("local", READY).say == NOT_ISOLATED
    fallback = choose("auto", BARE).say
    assert NOT_ISOLATED in fallback
    assert "sudo apt-get install" in fallback


def test_an_installation_of_software_is_announced() -> None:
    """Before apt-get runs, the organiser reads what it brings."""
    assert "docker.io" in choose("auto", ROOT).say


def test_engine_json_keeps_what_was_found(tmp_path: Path) -> None:
    """What is saved is loaded again; everybody may read it."""
    airlift = settings(tmp_path, environ={})
    airlift.state_dir.mkdir()
    found = Engine(
        "docker", "172.18.0.1", fresh_name(), "n", "n-out", {"base": "sha256:0"}
    )
    found.save(airlift)
    assert Engine.load(airlift) == found
    mode = (airlift.state_dir / "engine.json").stat().st_mode & 0o777
    assert mode == 0o644


def test_an_older_engine_json_keeps_name_and_image(tmp_path: Path) -> None:
    """An installation's volumes carry its name: it must not be drawn anew."""
    airlift = settings(tmp_path, environ={})
    airlift.state_dir.mkdir()
    old = {"engine": "docker", "gateway": "172.18.0.1", "name": "airlift-00c0ffee"}
    old["image"] = "sha256:0"
    (airlift.state_dir / "engine.json").write_text(json.dumps(old))
    found = Engine.load(airlift)
    assert (found.name, found.images) == ("airlift-00c0ffee", {"base": "sha256:0"})


@pytest.mark.parametrize(
    ("engine", "image", "why"),
    [
        ("docker", "base", ""),
        ("docker", "postgres", "tuning needs the image postgres, which is not built"),
        ("local", "base", ""),
        ("local", "postgres", "tuning needs the image postgres, and seats without"),
    ],
)
def test_a_lab_whose_image_is_not_here_is_refused_by_name(
    engine: Any, image: str, why: str
) -> None:
    """With what to do about it."""
    found = Engine(engine, "127.0.0.1", "airlift-00c0ffee", images={"base": "sha256:0"})
    said = found.lack("tuning", image)
    assert said.startswith(why)
    assert bool(said) == bool(why)
    assert not why or "`airlift " in said


@pytest.mark.parametrize("text", [None, "", "{}", '{"engine": 1, "more": 2}'])
def test_a_missing_or_broken_engine_json_is_one_sentence(
    tmp_path: Path, text: str | None
) -> None:
    """The error names the file."""
    airlift = settings(tmp_path, environ={})
    airlift.state_dir.mkdir()
    if text is not None:
        (airlift.state_dir / "engine.json").write_text(text)
    with pytest.raises(EngineError, match=r"engine\.json"):
        Engine.load(airlift)


def test_installations_have_names_of_their_own() -> None:
    """Two installations on one machine do not share networks or volumes."""
    assert len({fresh_name() for _ in range(50)}) == 50
