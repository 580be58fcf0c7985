"""The catalogue: labs/<slug>/lab.toml read into Lab and Step.

Errors:
    LabError: all that is wrong; names file, line, key, value and what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.tables import Source, Table, like, read

INTERFACES = ("lab", "notebook")
TABLES = ("[lab]", "[prove]", "[terms]", "[vouchers]", "[[steps]]")
QUESTIONS = ("choice", "choices", "number", "text")
FLOOR = 0.8
IMPORTED = ("nbgrader",)
PACKAGES = ("apt.txt", "requirements.txt")
"""What an image or a lab may bring, after repo2docker's conventions."""
BESIDE = "files"
"""Folder of a lab whose contents lie beside the notebook in a seat."""
MUTANTS = 12
MOST_TERMS = 200_000
"""Bytes of a text to be accepted at most."""
LEVELS = ("beginner", "intermediate", "advanced")
SLUG = re.compile(r"[a-z][a-z0-9_]{0,63}")
_STEP = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_VERSION = re.compile(r"\d+\.\d+\.\d+")


class LabError(ValueError):
    """A lab.toml cannot be used as it is.

    Args:
        problems: one sentence for each thing that is wrong.
        lab: as far as it could be read; None where it is no TOML.
    """

    def __init__(self, problems: Sequence[str], lab: Lab | None = None) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
        self.lab = lab


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
    mutants: int = MUTANTS
    """How many changed solutions of a step a proof tries at most."""
    terms: Terms | None = None
    vouchers: Vouchers | None = None
    imported: str = ""
    """What it was made from by `airlift lab import`; its author wrote no mistakes."""

    @property
    def source(self) -> Path:
        """The one source notebook."""
        return self.folder / "lab.ipynb"

    @property
    def seat_image(self) -> str:
        """Name of the image of its seats: its own where it brings packages."""
        return self.slug if packages_of(self.folder) else self.image

    @property
    def step_ids(self) -> tuple[str, ...]:
        """Ids of the steps, in order."""
        return tuple(step.id for step in self.steps)


def packages_of(folder: Path) -> list[Path]:
    """Return the lists of packages that lie in a folder."""
    return [folder / name for name in PACKAGES if (folder / name).is_file()]


def images_clash(lab: Lab, *images: Path) -> str:
    """Say why the image of a lab's packages would be another one; "" when it is not.

    Args:
        lab: as it lies in its folder.
        images: where an image with the lab's name may lie.
    """
    taken = lab.slug == "base" or any(image.is_dir() for image in images)
    if not taken or not packages_of(lab.folder):
        return ""
    if lab.image == lab.slug:
        return f"expected the lab's packages in images/{lab.slug}, its own image"
    return (
        f"expected no packages of a lab called {lab.slug}, since there is an image "
        "by that name: call the lab something else"
    )


def load_labs(folder: Path) -> dict[str, Lab]:
    """Read every lab below `folder`, by slug, in the order of their slugs.

    Raises:
        LabError: all that is wrong with those that cannot be used.
    """
    labs: dict[str, Lab] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*/lab.toml")):
        try:
            labs[path.parent.name] = load_lab(path.parent)
        except LabError as error:
            problems += error.problems
    if problems:
        raise LabError(problems)
    return labs


def load_lab(folder: Path) -> Lab:
    """Read one lab from its folder.

    Raises:
        LabError: all that is wrong with its lab.toml.
    """
    source = read(folder / "lab.toml", f"{folder.name}/lab.toml")
    if not SLUG.fullmatch(folder.name):
        what = f"expected a folder name of a-z, 0-9 and _, got {folder.name!r}"
        source.refuse("", what)
    if source.problems:
        raise LabError(source.problems)
    lab = _lab(folder, source)
    source.finish(TABLES)
    if source.problems:
        raise LabError(source.problems, lab)
    return lab


def _lab(folder: Path, source: Source) -> Lab:
    """Read what lab.toml says; what cannot be used is noted in `source`."""
    table = Table(source, "lab", source.data.pop("lab", None))
    prove = Table(source, "prove", source.data.pop("prove", {}))
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
        steps=_steps(source),
        level=table.choice("level", LEVELS),
        floor=prove.share("floor", FLOOR),
        links=prove.texts("links", ()),
        mutants=prove.number("mutants", MUTANTS, least=0),
        terms=_terms(source),
        vouchers=_vouchers(source),
        imported=table.choice("imported", IMPORTED),
    )
    table.finish()
    prove.finish()
    return lab


def _terms(source: Source) -> Terms | None:
    """Read [terms], if it is there."""
    if "terms" not in source.data:
        return None
    table = Table(source, "terms", source.data.pop("terms"))
    found = Terms(table.text("title"), table.text("file"))
    table.finish()
    return found


def terms_text(lab: Lab) -> str:
    """Return the words of a lab's terms; "" when it has none.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is none that people could be asked to accept; says why.
    """
    if lab.terms is None:
        return ""
    name = lab.terms.file
    path = (lab.folder / name).resolve()
    if not path.is_relative_to(lab.folder.resolve()):
        raise ValueError(f"expected a file below the lab's folder, got {name!r}")
    if path.stat().st_size > MOST_TERMS:
        raise ValueError(f"expected {name} to have at most {MOST_TERMS} bytes")
    try:
        text = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise ValueError(f"expected {name} to be text in UTF-8") from None
    if not text:
        raise ValueError(f"expected some text in {name}, got none")
    return text


def _vouchers(source: Source) -> Vouchers | None:
    """Read [vouchers], if it is there."""
    if "vouchers" not in source.data:
        return None
    table = Table(source, "vouchers", source.data.pop("vouchers"))
    expected = "the name of an environment variable"
    variable = table.text("variable", pattern=_VARIABLE, expected=expected)
    found = Vouchers(table.text("title"), variable)
    table.finish()
    return found


def _question(table: Table | None) -> Question | None:
    """Read a step's question, if it has one; only choices have options."""
    if table is None:
        return None
    found = Question(
        kind=table.text("kind", choices=QUESTIONS),
        text=table.text("text"),
        options=table.texts("options", ()),
        unit=table.word("unit"),
    )
    few = 2 if found.kind.startswith("choice") else 0
    if found.kind in QUESTIONS and (
        len(found.options) < few or (found.options and not few)
    ):
        expected = "two or more" if few else "none for this kind"
        table.refuse("options", expected, list(found.options))
    table.finish()
    return found


def _steps(source: Source) -> tuple[Step, ...]:
    """Read the [[steps]] tables; ids are unique and `needs` look back only."""
    if not source.data.get("steps"):
        source.refuse("", "expected at least one [[steps]], got none")
    steps: list[Step] = []
    for table in source.tables("steps"):
        steps.append(_step(table, [step.id for step in steps]))
    return tuple(steps)


def _step(table: Table, earlier: list[str]) -> Step:
    """Read one step."""
    step_id = table.text("id", pattern=_STEP, expected="an id of a-z, 0-9 and -")
    if step_id and step_id in earlier:
        table.source.refuse(f"{table.name}.id", f"{step_id!r} is there twice")
    step = Step(
        id=step_id,
        title=table.text("title"),
        minutes=table.number("minutes", 5),
        points=table.number("points", 1, least=0),
        cells=table.texts("cells", (step_id,)),
        hints=table.texts("hints", ()),
        needs=table.texts("needs", ()),
        watch=table.flag("watch"),
        question=_question(table.table("question")),
    )
    if len(set(step.cells)) < max(1, len(step.cells)):
        table.refuse("cells", "one cell or more, each once", list(step.cells))
    for need in step.needs:
        if need not in earlier:
            what = f"an earlier step ({', '.join(earlier) or 'there is none'})"
            what = f"expected {what}, got {need!r}{like(need, earlier)}"
            table.source.refuse(f"{table.name}.needs", what)
    table.finish()
    return step
