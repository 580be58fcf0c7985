"""The catalogue: labs/<slug>/lab.toml read into Lab and Step.

Errors:
    LabError: names the file, the key, the value and what was expected.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INTERFACES = ("lab", "notebook")
QUESTIONS = ("choice", "choices", "number", "text")
FLOOR = 0.8
LEVELS = ("beginner", "intermediate", "advanced")
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,63}")
_STEP = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_VERSION = re.compile(r"\d+\.\d+\.\d+")


class LabError(ValueError):
    """A lab.toml cannot be used as it is."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a step asks; its check reads the answer with `work.answer`."""

    kind: str
    """One of QUESTIONS: one option, several, a number, or a few words."""
    text: str
    options: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody must accept before they join: a vendor's terms, word by word."""

    title: str
    file: str
    """The text, below the lab's folder."""


@dataclass(frozen=True, slots=True)
class Vouchers:
    """A key that each seat gets from the room's list, such as a trial licence."""

    title: str
    variable: str
    """The environment variable that holds it in the seat."""


@dataclass(frozen=True, slots=True)
class Step:
    """The smallest part of a lab that can be passed."""

    id: str
    title: str
    minutes: int = 5
    points: int = 1
    cells: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    watch: bool = False
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Lab:
    """One self-contained exercise; `folder` is where its lab.toml lies."""

    slug: str
    folder: Path
    title: str
    version: str
    summary: str
    minutes: int
    language: str
    license: str
    authors: tuple[str, ...]
    feedback: str
    image: str
    interface: str
    egress: bool
    steps: tuple[Step, ...]
    level: str = ""
    """How much the lab expects people to know, one of LEVELS; "" says nothing."""
    floor: float = FLOOR
    """The least share of wrong variants of a solution that each check must tell."""
    links: tuple[str, ...] = ()
    """Addresses outside that the notebook may name."""
    terms: Terms | None = None
    vouchers: Vouchers | None = None

    @property
    def source(self) -> Path:
        """The one source notebook."""
        return self.folder / "lab.ipynb"

    @property
    def seat_image(self) -> str:
        """Name of the image of its seats: its own where it brings packages."""
        own = ("requirements.txt", "apt.txt")
        return self.slug if any((self.folder / n).exists() for n in own) else self.image

    @property
    def step_ids(self) -> tuple[str, ...]:
        """Ids of the steps, in order."""
        return tuple(step.id for step in self.steps)


def load_labs(folder: Path) -> dict[str, Lab]:
    """Read every lab below `folder`, by slug, in the order of their slugs.

    Raises:
        LabError: of the first lab that cannot be used.
    """
    return {
        path.parent.name: load_lab(path.parent)
        for path in sorted(folder.glob("*/lab.toml"))
    }


def load_lab(folder: Path) -> Lab:
    """Read one lab from its folder.

    Raises:
        LabError: the first thing that is wrong with its lab.toml.
    """
    where = f"{folder.name}/lab.toml"
    if not _SLUG.fullmatch(folder.name):
        raise LabError(
            f"{where}: expected a folder name of a-z, 0-9 and _, got {folder.name!r}"
        )
    try:
        data = tomllib.loads((folder / "lab.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LabError(f"{where}: expected this file, there is none") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LabError(f"{where}: expected TOML, got: {error}") from None
    table = _Table(where, "lab", data.pop("lab", None))
    steps = data.pop("steps", None)
    prove = _Table(where, "prove", data.pop("prove", {}))
    terms = data.pop("terms", None)
    vouchers = data.pop("vouchers", None)
    if data:
        raise LabError(
            f"{where}: expected only [lab], [prove], [terms], [vouchers] and "
            f"[[steps]], got {sorted(data)[0]!r}"
        )
    if not isinstance(steps, list) or not steps:
        raise LabError(f"{where}: expected at least one [[steps]], got none")
    lab = Lab(
        slug=folder.name,
        folder=folder,
        title=table.text("title"),
        version=table.text(
            "version", pattern=_VERSION, expected="a version like 1.0.0"
        ),
        summary=table.text("summary"),
        minutes=table.number("minutes"),
        language=table.text("language", "en"),
        license=table.text("license"),
        authors=table.texts("authors"),
        feedback=table.text("feedback"),
        image=table.text("image", "base"),
        interface=table.text("interface", "lab", choices=INTERFACES),
        egress=table.flag("egress"),
        steps=_steps(where, steps),
        level=table.choice("level", LEVELS),
        floor=prove.share("floor", FLOOR),
        links=prove.texts("links", ()),
        terms=_terms(where, terms),
        vouchers=_vouchers(where, vouchers),
    )
    table.finish()
    prove.finish()
    return lab


def _terms(where: str, data: object) -> Terms | None:
    """Read [terms], if it is there."""
    if data is None:
        return None
    table = _Table(where, "terms", data)
    found = Terms(table.text("title"), table.text("file"))
    table.finish()
    return found


def _vouchers(where: str, data: object) -> Vouchers | None:
    """Read [vouchers], if it is there."""
    if data is None:
        return None
    table = _Table(where, "vouchers", data)
    expected = "the name of an environment variable"
    variable = table.text("variable", pattern=_VARIABLE, expected=expected)
    found = Vouchers(table.text("title"), variable)
    table.finish()
    return found


def _question(where: str, name: str, data: object) -> Question | None:
    """Read a step's question, if it has one; only choices have options."""
    if data is None:
        return None
    table = _Table(where, name, data)
    kind = table.text("kind", choices=QUESTIONS)
    found = Question(
        kind=kind,
        text=table.text("text"),
        options=table.texts("options", ()),
        unit=table.word("unit"),
    )
    few = 2 if kind.startswith("choice") else 0
    if len(found.options) < few or (found.options and not few):
        raise LabError(
            f"{where}: {name}.options: expected "
            f"{'two or more' if few else 'none for this kind'}, got {found.options!r}"
        )
    table.finish()
    return found


def _steps(where: str, tables: list[Any]) -> tuple[Step, ...]:
    """Read the [[steps]] tables; ids are unique and `needs` look back only."""
    steps: list[Step] = []
    for number, data in enumerate(tables, 1):
        table = _Table(where, f"steps[{number}]", data)
        step_id = table.text("id", pattern=_STEP, expected="an id of a-z, 0-9 and -")
        earlier = [step.id for step in steps]
        if step_id in earlier:
            raise LabError(f"{where}: steps[{number}].id: {step_id!r} is there twice")
        step = Step(
            id=step_id,
            title=table.text("title"),
            minutes=table.number("minutes", 5),
            points=table.number("points", 1, least=0),
            cells=table.texts("cells", (step_id,)),
            hints=table.texts("hints", ()),
            needs=table.texts("needs", ()),
            watch=table.flag("watch"),
            question=_question(
                where, f"steps[{number}].question", table.table("question")
            ),
        )
        for need in step.needs:
            if need not in earlier:
                raise LabError(
                    f"{where}: steps[{number}].needs: expected an earlier step "
                    f"({', '.join(earlier) or 'there is none'}), got {need!r}"
                )
        table.finish()
        steps.append(step)
    return tuple(steps)


class _Table:
    """One TOML table, read key by key; `finish` refuses keys nobody asked for."""

    def __init__(self, where: str, name: str, data: object) -> None:
        if not isinstance(data, dict):
            raise LabError(f"{where}: expected a table [{name}], got none")
        self.where = f"{where}: {name}"
        self.data: dict[str, Any] = dict(data)
        self.known: list[str] = []

    def _take(self, key: str, default: object) -> Any:
        """Take a key out of the table."""
        self.known.append(key)
        value = self.data.pop(key, default)
        if value is None:
            raise LabError(f"{self.where}.{key}: expected a value, it is missing")
        return value

    def _refuse(self, key: str, expected: str, value: object) -> LabError:
        """Say what was expected."""
        return LabError(f"{self.where}.{key}: expected {expected}, got {value!r}")

    def text(
        self,
        key: str,
        default: str | None = None,
        *,
        pattern: re.Pattern[str] | None = None,
        expected: str = "",
        choices: tuple[str, ...] = (),
    ) -> str:
        """Take a string that is not empty."""
        value = self._take(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self._refuse(key, "a string that is not empty", value)
        if pattern and not pattern.fullmatch(value):
            raise self._refuse(key, expected, value)
        if choices and value not in choices:
            raise self._refuse(key, f"one of {', '.join(choices)}", value)
        return value

    def word(self, key: str) -> str:
        """Take a string that may be left out."""
        value = self._take(key, "")
        if not isinstance(value, str):
            raise self._refuse(key, "a string", value)
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Take one of a few words; absent is ""."""
        value = self._take(key, "")
        if value != "" and value not in choices:
            raise self._refuse(key, f"one of {', '.join(choices)}", value)
        return str(value)

    def texts(
        self, key: str, default: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        """Take a list of strings."""
        value = self._take(key, default)
        if not isinstance(value, (list, tuple)) or not all(
            isinstance(item, str) for item in value
        ):
            raise self._refuse(key, "a list of strings", value)
        return tuple(value)

    def number(self, key: str, default: int | None = None, *, least: int = 1) -> int:
        """Take a whole number of at least `least`."""
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._refuse(key, f"a whole number of at least {least}", value)
        return value

    def share(self, key: str, default: float) -> float:
        """Take a number from 0 to 1."""
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._refuse(key, "a number from 0 to 1", value)
        if not 0 <= value <= 1:
            raise self._refuse(key, "a number from 0 to 1", value)
        return float(value)

    def table(self, key: str) -> object:
        """Take a table to be read by itself; absent is None."""
        self.known.append(key)
        return self.data.pop(key, None)

    def flag(self, key: str) -> bool:
        """Take true or false; absent is false."""
        value = self._take(key, False)
        if not isinstance(value, bool):
            raise self._refuse(key, "true or false", value)
        return value

    def finish(self) -> None:
        """Refuse keys that no one knows, such as a typo."""
        if self.data:
            key = sorted(self.data)[0]
            raise LabError(
                f"{self.where}.{key}: expected one of {', '.join(self.known)}"
            )
