"""The command line: help for all of it, and one sentence for what goes wrong."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import checkers
from hub.authoring.scaffold import scaffold
from hub.cli import Speaking, main
from hub.engine import Engine, fresh_name
from hub.machine.accounts import ensure_folders
from hub.settings import settings
from tests.harness import REPOSITORY, free_ports


def commands(group: click.Group, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """List every command and group by its words."""
    found = [prefix]
    for name, command in sorted(group.commands.items()):
        words = (*prefix, name)
        found += commands(command, words) if hasattr(command, "commands") else [words]
    return found


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Run commands on an installation of this checkout whose state is elsewhere."""
    monkeypatch.setenv("AIRLIFT_ROOT", str(REPOSITORY))
    monkeypatch.setenv("AIRLIFT_STATE", str(tmp_path / ".airlift"))
    monkeypatch.setenv("AIRLIFT_PORT", str(free_ports()))
    return CliRunner()


@pytest.mark.parametrize("words", commands(main), ids=lambda words: "-".join(words))
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    """--help of each says what it does, and each of its options too."""
    command: click.Command = main
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0
    assert command.help
    undescribed = [
        option.name
        for option in command.params
        if isinstance(option, click.Option)
        and not option.help
        and not option.show_default
    ]
    assert undescribed == []


def test_a_folder_that_is_no_checkout_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says where to run airlift instead."""
    monkeypatch.setenv("AIRLIFT_ROOT", str(tmp_path))
    result = CliRunner().invoke(main, ["status"])
    assert result.exit_code == 1
    assert "AIRLIFT_ROOT" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["up", "--port", "80"], "--port: expected a port from 1024"),
        (["up", "--engine", "podman"], "--engine: expected one of auto, docker, local"),
        (["room", "list"], "does not answer"),
        (["room", "show", "x"], "does not answer"),
        (["seat", "list"], "`airlift up`"),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    run: CliRunner, words: list[str], says: str
) -> None:
    """On stderr, exit code 1, and no traceback."""
    result = run.invoke(main, words)
    assert result.exit_code == 1
    assert says in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_an_installation_of_another_user_is_a_sentence(
    run: CliRunner, tmp_path: Path
) -> None:
    """Root started it, say: whose it is and how to get on; other files stay bugs."""
    theirs, other = tmp_path / ".airlift" / "room", tmp_path / "elsewhere"
    theirs.mkdir(parents=True)

    @click.command()
    @click.argument("path")
    def touch(path: str) -> None:
        """Fail as the system does on a file of somebody else."""
        raise PermissionError(1, "Operation not permitted", path)

    group = Speaking(commands={"touch": touch})
    result = run.invoke(group, ["touch", str(theirs)])
    assert result.exit_code == 1
    assert f"{theirs}, it belongs to {theirs.owner()}" in result.stderr
    assert f'chown -R "$USER": {theirs.parent}' in result.stderr
    assert isinstance(
        run.invoke(group, ["touch", str(other)]).exception, PermissionError
    )


def test_a_taken_port_stops_up_before_anything_is_built(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence names the port and the flag; no state is made."""
    with socket.socket() as listener:
        port = free_ports()
        listener.bind(("127.0.0.1", port + 4))  # the last of five: the desk
        listener.listen(1)
        monkeypatch.setenv("AIRLIFT_PORT", str(port))
        result = run.invoke(main, ["up", "--engine", "local"])
        state = settings(REPOSITORY).state_dir
    assert result.exit_code == 1
    assert f"Port {port + 4} (the desk) is taken" in result.stderr
    assert "--port" in result.stderr
    assert not state.exists()


def test_status_and_doctor_of_nothing_say_how_to_begin(run: CliRunner) -> None:
    """Status is 1: nothing is up. The doctor only warns: nothing is broken."""
    status = run.invoke(main, ["status"])
    assert status.exit_code == 1
    assert "make up" in status.output
    told = json.loads(run.invoke(main, ["status", "--json"]).stdout)
    assert told["up"] is False
    assert told["parts"] == []
    doctor = run.invoke(main, ["doctor", "--json"])
    findings = {item["about"]: item for item in json.loads(doctor.stdout)}
    assert findings["engine"]["todo"] == "`make up` sets it up"
    assert findings["ports"]["level"] == "ok"


def test_the_doctor_names_a_taken_port_and_exits_with_1(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before an evening, not in it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        monkeypatch.setenv("AIRLIFT_PORT", str(listener.getsockname()[1]))
        result = run.invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert "✗ ports: Port" in result.stdout


TOLD_AT_ONCE = """
import importlib, os, signal, subprocess
up = importlib.import_module("hub.cli.up")  # in the package it is the command
def said(words):
    if words.startswith("Attached"):
        os.kill(os.getpid(), signal.SIGTERM)
up.console.print = said
with subprocess.Popen(["sleep", "300"]) as parts:
    try:
        up._stay(parts)
    finally:
        parts.kill()
"""


def test_attached_it_may_be_told_to_stop_at_once() -> None:
    """Whoever reads that it is attached need not wait: SIGTERM ends it well by then."""
    done = subprocess.run([sys.executable, "-c", TOLD_AT_ONCE], cwd=REPOSITORY)
    assert done.returncode == 0


def test_down_of_nothing_is_no_error(run: CliRunner) -> None:
    """What does not run is stopped already."""
    result = run.invoke(main, ["down"])
    assert result.exit_code == 0
    assert "do not run" in result.stdout


def test_stopping_a_seat_that_does_not_run_is_a_sentence(run: CliRunner) -> None:
    """It says where to look."""
    airlift = settings(REPOSITORY)
    ensure_folders(airlift)
    Engine("local", "127.0.0.1", fresh_name()).save(airlift)
    result = run.invoke(main, ["seat", "stop", "sabcdefghjk"])
    assert result.exit_code == 1
    assert "`airlift seat list`" in result.stderr


@pytest.mark.parametrize("slug", ["nonsense", "../labs", ".."])
def test_a_lab_that_is_none_is_refused_by_name(run: CliRunner, slug: str) -> None:
    """With the labs there are."""
    result = run.invoke(main, ["lab", "release", slug])
    assert result.exit_code == 1
    assert "expected one of first_flight, " in result.output
    assert f"; got {slug}" in result.output


@pytest.mark.parametrize(
    "words",
    [
        ["prove", "--json", "gone/x.json"],
        ["prove", "--junit", "gone/x.xml"],
        ["licences", "first_flight", "--sheet", "gone/x.html"],
        ["pack", "first_flight", "--out", "gone/x.zip"],
    ],
)
def test_a_file_in_no_folder_is_refused_before_the_work(
    run: CliRunner, words: list[str]
) -> None:
    """A proof takes minutes."""
    result = run.invoke(main, ["lab", *words])
    assert result.exit_code == 2
    assert "expected a folder gone, there is none" in result.output


def test_release_says_at_once_what_is_wrong_with_any_lab(
    run: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `prove` and `preview` do, with lines and what was meant; it writes none."""
    places = {name: tmp_path / name for name in ("labs", "checkers", "images")}
    for slug in ("early", "later"):
        scaffold(slug, "Trial", "python", **places)
    monkeypatch.setattr(checkers, "__path__", list(checkers.__path__))
    monkeypatch.setenv("AIRLIFT_CHECKERS", str(places["checkers"]))
    monkeypatch.setenv("AIRLIFT_LABS", str(places["labs"]))
    wrong = {
        "early/lab.toml": ('"0.1.0"', '"1"'),
        "early/mistakes.toml": ('step = "load-week"', 'step = "load-weak"'),
        "later/lab.toml": ('needs = ["load-week"]', 'needs = ["load-weak"]'),
    }
    for name, (old, new) in wrong.items():
        text = (places["labs"] / name).read_text()
        assert old in text
        (places["labs"] / name).write_text(text.replace(old, new, 1))
    result = run.invoke(main, ["lab", "release"])
    assert result.exit_code == 1
    assert result.stderr.partition("Error: ")[2].splitlines() == [
        "early: lab.toml:6: lab.version: expected a version like 1.0.0, got '1'",
        "early: mistakes.toml:5: mistakes[1].step: expected one of load-week, "
        "mean-temperature, warm-days, got 'load-weak'; did you mean 'load-week'?",
        "later: lab.toml:34: steps[2].needs: expected an earlier step (load-week), got "
        "'load-weak'; did you mean 'load-week'?",
    ]
    assert not settings(REPOSITORY).versions_dir.exists()
