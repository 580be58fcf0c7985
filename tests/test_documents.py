"""The documents say what is true: compared with the code, not remembered."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from tornado.web import RequestHandler

from checkers.engine.agent import agent_from, routes
from hub.catalog import Lab, Question, Step, Terms, Vouchers
from hub.cli import main
from hub.settings import Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))


def section(text: str, title: str) -> str:
    """Return the text below a heading, up to the next heading of level two."""
    match = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert match, f"expected a section '## {title}'"
    return match[1]


def first_column(text: str) -> set[str]:
    """Return the code spans in the first column of the tables in `text`."""
    return set(re.findall(r"^\| `([^`]+)`", text, re.M))


def reference() -> str:
    """Return the reference."""
    return (ROOT / "docs/reference.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_reference_with_its_default() -> None:
    """Settings, defaults and descriptions match, row by row."""
    rows = section(reference(), "Settings")
    assert first_column(rows) == {
        item.name for item in fields(Settings) if item.metadata
    }
    for item in fields(Settings):
        if item.metadata:
            row = f"| `{item.name}` | `{item.default}` | {item.metadata['doc']} |"
            assert row in rows


def test_every_key_of_lab_toml_is_in_the_reference() -> None:
    """The keys of each table match what the catalogue reads."""
    text = section(reference(), "lab.toml")
    parts = {"terms": Terms, "vouchers": Vouchers, "question": Question, "steps": Step}
    proving = {"floor", "links", "mutants"}
    inside = {"slug", "folder", "steps", "terms", "vouchers"} | proving
    keys = {item.name for item in fields(Lab)} - inside
    assert first_column(text) == {
        *(f"lab.{key}" for key in keys),
        *(f"prove.{key}" for key in proving),
        *(f"{name}.{key.name}" for name, part in parts.items() for key in fields(part)),
    }


def test_each_dependency_says_why() -> None:
    """CONTRIBUTING has one line for each dependency, and none for another."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[<>=\[ ]", item)[0] for item in needed}
    text = section((ROOT / "CONTRIBUTING.md").read_text(), "Why each dependency")
    said = {
        name.strip()
        for row in re.findall(r"^\| ([a-z][a-z0-9_, -]+) \|", text, re.M)
        for name in row.split(",")
    } - {"package"}
    assert said == names


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    """Each relative link and picture exists."""
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (path.parent / target).exists(), target


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Return the commands below one, each with its whole line."""
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, f"{path} {name}")
    else:
        yield path, command


def test_every_command_and_option_is_in_the_reference() -> None:
    """Commands match row by row, and each row names the options there are."""
    rows = section(reference(), "Commands")
    there = dict(commands(main, "airlift"))
    assert first_column(rows) == set(there)
    for path, command in there.items():
        row = next(line for line in rows.splitlines() if line.startswith(f"| `{path}`"))
        options = {
            option
            for parameter in command.params
            for option in parameter.opts
            if option.startswith("--") and option != "--help"
        }
        assert set(re.findall(r"`(--[a-z-]+)`", row)) == options, path


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_in_the_documents_are_there_to_be_typed(path: Path) -> None:
    """Each `airlift …` names a command, and only options that it has."""
    there = dict(commands(main, "airlift"))
    groups = {name.rsplit(" ", 1)[0] for name in there}
    text = path.read_text(encoding="utf-8")
    for line in re.findall(r"(?:`|^\s*\$ )(?:\S*/)?(airlift [a-z][^`\n]*)", text, re.M):
        words = line.split()
        while " ".join(words) not in there.keys() | groups:
            words.pop()
        found = there.get(" ".join(words))
        has = {name for item in found.params for name in item.opts} if found else set()
        given = set(re.findall(r"(?<= )--[a-z][a-z-]+", line))
        assert given <= has, line
        assert found or line == " ".join(words), line


def test_every_call_of_the_api_is_in_the_reference() -> None:
    """Calls match the API's own description, which another test holds to the code."""
    description = json.loads((ROOT / "hub/room/openapi.json").read_text())
    calls = {
        f"{method.upper()} {path}"
        for path, methods in description["paths"].items()
        for method, call in methods.items()
        if isinstance(call, dict)
    }
    assert first_column(section(reference(), "API")) == calls


def test_every_call_of_a_seats_pages_is_in_the_reference(tmp_path: Path) -> None:
    """Calls match the handlers that the agent adds to the seat's server."""
    agent = agent_from({"AIRLIFT_OUTBOX": str(tmp_path)})
    calls = {
        f"{method.upper()} {path.replace(chr(92), '')}"
        for path, handler, _ in routes("airlift", agent)
        for method in ("get", "post")
        if getattr(handler, method) is not getattr(RequestHandler, method)
    }
    told = first_column(section(reference(), "Calls of a seat's own pages"))
    assert told == calls
