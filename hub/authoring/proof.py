"""Proof: what was looked at when a lab was proved, and what came of it. Values only."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from hub.authoring.finding import Finding
from hub.authoring.leavings import FOLDERS
from hub.authoring.places import own_image_folder
from hub.catalog import Lab
from hub.settings import Settings

VERSION = 1
PROOFS = "proofs"
"""Folder of kept proofs, below the installation's state."""
ELSEWHERE = 3
"""Exit code of `python -m hub.authoring`: the lab runs only in its image."""


class Kind(NamedTuple):
    """One of the checks of a proof."""

    number: int
    key: str
    title: str


KINDS = (
    Kind(1, "ids", "lab.toml, notebook and checker name the same steps"),
    Kind(2, "solution", "the author's solution passes, in order"),
    Kind(3, "release", "what attendees get does not pass untouched"),
    Kind(4, "mistakes", "each mistake fails with its reason, two or more a step"),
    Kind(5, "garbage", "garbage is no right answer, and never the checker's error"),
    Kind(
        6,
        "still",
        "checks leave right work as it is, pass it each time, keep their limit",
    ),
    Kind(7, "order", "steps pass in other orders that their needs allow"),
    Kind(8, "mutants", "changed solutions are told from the right one"),
    Kind(9, "hints", "hints do not hold the solution"),
    Kind(10, "egress", "it runs without the internet"),
    Kind(11, "links", "links and pictures are local or listed"),
    Kind(12, "catching-up", "whoever catches up is not counted as passed"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be proved, and how.

    Args:
        slug: the lab's.
        image: id of the image to prove it in; "" proves it here.
        mutants: how many changed solutions of a step count at most, if not as many
            as lab.toml says.
    """

    slug: str
    image: str = ""
    mutants: int | None = None

    @property
    def where(self) -> str:
        """What the proof says of the place."""
        return f"in {self.image[:19]}" if self.image else "here"

    @property
    def words(self) -> tuple[str, str, str]:
        """It as arguments of a command."""
        most = "" if self.mutants is None else str(self.mutants)
        return self.slug, self.image, most

    @classmethod
    def of(cls, slug: str, image: str, most: str) -> Asked:
        """Read what `words` gives."""
        return cls(slug, image, int(most) if most else None)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one check of a proof, for one step or ("") the whole lab.

    Args:
        kind: key of one of `KINDS`.
        step: the step's id, or "".
        findings: what is wrong; nothing is passed.
        note: said beside it, such as why it was not proved here.
        proved: false when this place cannot prove it.
    """

    kind: str
    step: str = ""
    findings: tuple[Finding, ...] = ()
    note: str = ""
    proved: bool = True


@dataclass(frozen=True, slots=True)
class Survivor:
    """A changed solution that does something else and passes too.

    `change` is its changed lines, as `[[excused]]` names them; `diff` shows the place.
    """

    change: str
    diff: str


@dataclass(frozen=True, slots=True)
class Score:
    """How well one step's check tells changed solutions from the right one.

    Args:
        step: the step's id.
        killed: changed solutions that did not pass.
        survivors: those that passed and are not excused.
        excused: those that passed, and the author said why that is right.
        same: those that changed nothing that could be seen.
        raised: those that no check looked at, since their cell ended in an exception
            or not at all; that says nothing of the check.
        ms: how long the check took on the right solution.
        limit: seconds that it may take.
    """

    step: str
    killed: int = 0
    survivors: tuple[Survivor, ...] = ()
    excused: int = 0
    same: int = 0
    raised: int = 0
    ms: int = 0
    limit: float = 0.0

    @property
    def counted(self) -> int:
        """How many changed solutions say something of the check."""
        return self.killed + len(self.survivors)

    @property
    def kill(self) -> float:
        """The share that was told apart; 1 when there was nothing to tell."""
        return self.killed / self.counted if self.counted else 1.0

    @property
    def nothing(self) -> str:
        """Why no changed solution says anything of the check; "" when one does."""
        if self.counted:
            return ""
        why = {
            "ended in an exception or not at all": self.raised,
            "changed nothing that notebook or check name": self.same,
            "excused": self.excused,
        }
        said = ", ".join(f"{count} {how}" for how, count in why.items() if count)
        return (
            f"nothing to tell apart ({said or 'no changed solution'}), so only its "
            "mistakes say what its check tells; a longer solution, with numbers, texts "
            "or flags in it, says more"
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """One lab, proved once.

    Args:
        lab: its slug.
        version: its version.
        content: hash of all that was proved: the lab's folder, its checker, the
            parts of `checkers` that this imports, and the folder of its image.
        where: "here", or the image in which it was proved.
        at: when, in ISO 8601.
        seconds: how long that took.
        versions: of airlift, Python and the packages that the lab uses.
        results: what came of each check.
        scores: of each step, where solutions were changed.
    """

    lab: str
    version: str
    content: str
    where: str
    at: str
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    results: tuple[Result, ...] = ()
    scores: tuple[Score, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong."""
        return tuple(found for result in self.results for found in result.findings)

    def of(self, kind: str) -> tuple[Result, ...]:
        """Return the results of one check."""
        return tuple(result for result in self.results if result.kind == kind)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON, version 1."""
        return {"v": VERSION, **asdict(self), "green": not self.findings}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Proof:
        """Read what `to_json` gives.

        Raises:
            KeyError, TypeError: it is something else.
        """
        kept = {key: data[key] for key in cls.__slots__}
        kept["results"] = tuple(
            Result(**{**one, "findings": _all(Finding, one["findings"])})
            for one in data["results"]
        )
        kept["scores"] = tuple(
            Score(**{**one, "survivors": _all(Survivor, one["survivors"])})
            for one in data["scores"]
        )
        return cls(**kept)

    @property
    def stamp(self) -> dict[str, Any]:
        """What a released lab says of its proof."""
        return {"at": self.at, "where": self.where, **self.versions}


def refused(slug: str, where: str, result: Result) -> Proof:
    """Return the proof of a lab that could not be run."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Proof(slug, "", "", where, at, results=(result,))


def _all(kind: type[Any], tables: Iterable[Mapping[str, Any]]) -> tuple[Any, ...]:
    """Return values made of tables."""
    return tuple(kind(**table) for table in tables)


def content_of(lab: Lab, image: Path | None) -> str:
    """Return a hash of all that a proof of a lab is about.

    What its cells showed is no part of it: that is captured for the guide.

    Args:
        lab: the lab.
        image: the folder of its image, with its services; None of Airlift's base,
            which comes with the version of Airlift that a proof names.
    """
    places = {f"checkers/{path.name}": path for path in _modules(lab.slug)}
    folders = {"lab": lab.folder} | ({"image": image} if image else {})
    for kind, folder in folders.items():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not set(FOLDERS) & set(path.parts):
                places[f"{kind}/{path.relative_to(folder)}"] = path
    found = hashlib.sha256()
    for name, path in places.items():
        content = _unshown(path) if path == lab.source else path.read_bytes()
        found.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\0".encode())
    return found.hexdigest()


def _unshown(notebook: Path) -> bytes:
    """Return a notebook without what its cells showed; as it is when it is none."""
    content = notebook.read_bytes()
    try:
        data = json.loads(content)
        for cell in data["cells"]:
            for shown in ("outputs", "execution_count"):
                cell.pop(shown, None)
            cell["source"] = "".join(cell["source"])  # a list of lines, or a text
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return content
    return json.dumps(data, sort_keys=True).encode()


def _modules(slug: str) -> list[Path]:
    """Return the modules of a lab's checks: its checker, and parts that it needs."""
    names, found = [slug], {}
    while names:
        name = names.pop()
        path = _module(name) if name not in found else None
        if path is None:
            continue
        found[name] = path
        try:
            names += _imported(ast.parse(path.read_bytes()))
        except (SyntaxError, ValueError):
            continue
    return [found[name] for name in sorted(found)]


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield the names of parts of `checkers`, and of others, that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "checkers":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            whole = [alias.name for alias in node.names]
            for name in (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else whole
            ):
                first, _, part = name.partition(".")
                if first == "checkers" and part and "." not in part:
                    yield part


def _module(name: str) -> Path | None:
    """Return the file of a part of `checkers`; None when it is none."""
    spec = find_spec(f"checkers.{name}")
    return Path(spec.origin) if spec and spec.origin else None


def keep(proof: Proof, folder: Path) -> Path:
    """Write a proof in one piece; returns its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{proof.lab}.json"
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(proof.to_json(), indent=1) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def kept(folder: Path, slug: str) -> Proof | None:
    """Return the last proof of a lab; None when there is none that can be read."""
    try:
        text = (folder / f"{slug}.json").read_text(encoding="utf-8")
        return Proof.from_json(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def gaps(proof: Proof, lab: Lab) -> tuple[str, ...]:
    """Return what keeps a proof from being a whole one: what was not looked at.

    One that tried no changed solution is whole if lab.toml asks for none.
    """
    titles = {kind.key: kind.title for kind in KINDS}
    return tuple(
        f"{titles[result.kind]}: {result.note}"
        for result in proof.results
        if not (result.proved or result.step)
        and (result.kind != "mutants" or lab.mutants)
    )


def proved(lab: Lab, airlift: Settings) -> dict[str, Any] | None:
    """Return the stamp of a lab that was proved as it is now; None of any other."""
    proof = kept(airlift.state_dir / PROOFS, lab.slug)
    if proof is None or proof.findings or gaps(proof, lab):
        return None
    same = proof.content == content_of(lab, own_image_folder(lab, airlift))
    return proof.stamp if same else None
