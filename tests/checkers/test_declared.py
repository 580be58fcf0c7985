"""services.toml: what is read, and that all that is wrong is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkers.engine.declared import DeclarationError, Service, declared
from tests.harness import REPOSITORY


def write(folder: Path, text: str) -> Path:
    """Write a services.toml of an image."""
    path = folder / "postgres" / "services.toml"
    path.parent.mkdir()
    path.write_text(text)
    return path


def test_a_file_may_begin_with_the_mark_of_windows(tmp_path: Path) -> None:
    """Some editors write one."""
    path = write(tmp_path, "\ufeff[[services]]\nname = 'web'\ncommand = ['serve']")
    assert declared(path) == (Service("web", ("serve",)),)


def test_a_service_is_read(tmp_path: Path) -> None:
    """Name and command are enough; the rest has its usual value."""
    path = write(
        tmp_path,
        """
        [[services]]
        name = "web"
        command = ["serve", "--port", "80"]
        [[services]]
        name = "db"
        command = ["db"]
        ready = ["ask"]
        stop = "INT"
        environment = {DATA = "/x y"}
        """,
    )
    assert declared(path) == (
        Service("web", ("serve", "--port", "80")),
        Service("db", ("db",), ("ask",), "INT", (("DATA", "/x y"),)),
    )


def test_a_file_that_is_not_there_declares_nothing(tmp_path: Path) -> None:
    """Most images have none."""
    assert declared(tmp_path / "services.toml") == ()


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    """File, key, value and expectation, a line each."""
    path = write(
        tmp_path,
        """
        extra = 1
        [[services]]
        name = "Data base"
        command = "postgres -D x"
        restart = true
        [[services]]
        name = "web"
        command = [""]
        stop = "KILL"
        environment = {"A B" = "x"}
        [[services]]
        name = "web"
        ready = [1]
        """,
    )
    with pytest.raises(DeclarationError) as said:
        declared(path)
    words = "expected a list of words: the program and its arguments"
    stops = "expected one of TERM, HUP, INT, QUIT, USR1, USR2"
    keys = "expected one of name, command, ready, stop, environment"
    assert said.value.problems == tuple(
        f"postgres/services.toml: {problem}"
        for problem in (
            "expected only [[services]], got 'extra'",
            f"services[1].restart: {keys}",
            "services[1].name: expected a name of a-z, 0-9 and -, got 'Data base'",
            f"services[1].command: {words}, got 'postgres -D x'",
            "services[2].environment: expected variables and strings, got {'A B': 'x'}",
            f"services[2].command: {words}, got ['']",
            f"services[2].stop: {stops}, got 'KILL'",
            f"services[3].command: {words}, it is missing",
            f"services[3].ready: {words}, got [1]",
            "services[3].name: expected a name of its own, got 'web' again",
        )
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[services", "expected TOML, got: "),
        ("services = 3", r"services: expected \[\[services\]\], got 3"),
        ("services = [3]", r"services\[1\]: expected a table, got 3"),
    ],
)
def test_what_is_no_list_of_services_is_said(
    tmp_path: Path, text: str, said: str
) -> None:
    """No traceback for anything that a person may write."""
    with pytest.raises(DeclarationError, match=said):
        declared(write(tmp_path, text))


@pytest.mark.parametrize("path", sorted(REPOSITORY.glob("images/*/services.toml")))
def test_the_services_of_every_image_here_can_be_read(path: Path) -> None:
    """A build would refuse them."""
    assert declared(path)
