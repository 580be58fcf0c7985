"""Again: a course taken in a second time, over a lab that a person has worked on.

The course says what notebook, tests and files are. What its author says stays: the
texts of lab.toml, the ledger, and files that no import writes. Whatever is written anew
and was another before is kept aside, as it was.
"""

from __future__ import annotations

import json
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.authoring.course import hidden
from hub.authoring.course.notes import Note
from hub.authoring.course.rights import listed, table
from hub.authoring.course.writing import MINUTES
from hub.authoring.leavings import written_in
from hub.authoring.licences.ledger import NAME, Ledger, LedgerError, load_ledger
from hub.authoring.licences.policy import NOT_STATED
from hub.catalog import BESIDE
from hub.tables import text_of

_TOML = "lab.toml"
_TEXTS = ("title", "minutes", "hints", "watch", "question")
"""Keys of a step that its author may have written."""


def kept(new: Path, old: Path) -> list[Note]:
    """Bring what a person wrote from a lab's folder into the one that replaces it."""
    notes = [*_settings(new / _TOML, old / _TOML), *_ledger(new, old)]
    own = [
        name for name in written_in(old) if _is_own(name) and not (new / name).exists()
    ]
    for name in own:
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(old / name, new / name)
    if own:
        notes.append(Note("", f"kept, since no import writes them: {', '.join(own)}"))
    return notes


def set_aside(
    slug: str, new: tuple[Path, Path], old: tuple[Path, Path], into: Path
) -> list[Note]:
    """Keep a lab as it was, if anything of it is about to be another or gone.

    Args:
        slug: its name.
        new: its folder and its checker as they will be.
        old: as they are.
        into: folder for labs that were written over.
    """
    names = [
        name for name in written_in(old[0]) if _differ(old[0] / name, new[0] / name)
    ]
    names += [f"checkers/{slug}.py"] * _differ(old[1], new[1])
    if not names:
        return []
    place = into / f"{slug}-{datetime.now():%Y-%m-%d-%H%M%S}"
    (place / "checkers").mkdir(parents=True)
    shutil.copytree(old[0], place / "labs" / slug, symlinks=True)
    if old[1].exists():
        shutil.copyfile(old[1], place / "checkers" / f"{slug}.py")
    what = f"written anew or gone: {', '.join(names)}; the lab as it was: {place}"
    return [Note("", what)]


def _is_own(name: str) -> bool:
    """Say whether a file of a lab can be its author's own: no import writes it."""
    return not name.startswith(f"{BESIDE}/") and name != hidden.FILE


def _differ(one: Path, other: Path) -> bool:
    """Say whether a file is about to be another, or gone; a ledger may be longer."""
    if not one.exists():
        return False
    if not other.exists():
        return True
    before, now = one.read_bytes(), other.read_bytes()
    if one.name == NAME:
        return not now.startswith(before.rstrip())
    return now != before


def _settings(new: Path, old: Path) -> Iterator[Note]:
    """Write lab.toml with what its author said, by keys and by steps."""
    ours = tomllib.loads(text_of(old))
    theirs = tomllib.loads(text_of(new))
    merged = _merged(theirs, ours)
    if merged == ours:
        shutil.copyfile(old, new)
    elif merged != theirs:
        new.write_text("\n".join(_lines(merged)) + "\n", encoding="utf-8", newline="\n")
    if merged != theirs:
        words = ", ".join(_differences(theirs, merged))
        yield Note(_TOML, f"kept as its author has it: {words}")
    steps = {row["id"] for row in theirs["steps"]}
    for row in ours["steps"]:
        if row["id"] not in steps:
            yield Note(_TOML, f"step {row['id']}: the course has no such step any more")


def _merged(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """Return lab.toml as the course has it, with what its author said."""
    about = dict(ours["lab"])
    if about["license"] == NOT_STATED:
        about["license"] = theirs["lab"]["license"]
    if about["minutes"] == MINUTES * len(ours["steps"]):
        about["minutes"] = theirs["lab"]["minutes"]
    known = {row["id"]: row for row in ours["steps"]}
    steps = []
    for row in theirs["steps"]:
        said = known.get(row["id"], {})
        steps.append(row | {key: said[key] for key in _TEXTS if key in said})
    prove = dict(ours.get("prove", {}))
    links = [*prove.get("links", ()), *theirs.get("prove", {}).get("links", ())]
    if links:
        prove["links"] = list(dict.fromkeys(links))
    rest = {key: ours[key] for key in ours if key not in ("lab", "steps", "prove")}
    return {"lab": about, "steps": steps, **({"prove": prove} if prove else {}), **rest}


def _differences(theirs: Any, merged: Any, name: str = "") -> Iterator[str]:
    """Yield the names of what is not as the course has it."""
    if isinstance(theirs, list) and merged and isinstance(merged[0], dict):
        for one, other in zip(theirs, merged, strict=True):
            yield from _differences(one, other, f"step {other['id']}")
    elif isinstance(theirs, dict) and isinstance(merged, dict):
        for key, value in merged.items():
            inside = f"{name}.{key}" if name and name != "lab" else key
            inside = key if isinstance(value, list) and key == "steps" else inside
            yield from _differences(theirs.get(key), value, inside)
    elif theirs != merged:
        yield name


def _lines(data: Mapping[str, Any], name: str = "", header: str = "") -> Iterator[str]:
    """Yield TOML for a table: its own values first, then the tables in it."""
    if header:
        yield from (("", header) if name != "lab" else (header,))
    tables = {key: value for key, value in data.items() if _is_table(value)}
    for key, value in data.items():
        if key not in tables:
            yield f"{key} = {_value(value)}"
    for key, value in tables.items():
        inside = f"{name}.{key}" if name else key
        if isinstance(value, dict):
            yield from _lines(value, inside, f"[{inside}]")
        else:
            for row in value:
                yield from _lines(row, inside, f"[[{inside}]]")


def _is_table(value: object) -> bool:
    """Say whether a value is a table, or several."""
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    )


def _value(value: object) -> str:
    """Return TOML for a value that is no table."""
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, (str, bool)):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)


def _ledger(new: Path, old: Path) -> Iterator[Note]:
    """Write the ledger as its author has it, with a table for each file that it lacks.

    The last table that fits counts, so what the course says only now stands behind.
    """
    if not (old / NAME).is_file():
        return
    found = load_ledger(new) or Ledger(NAME)
    try:
        known = load_ledger(old) or Ledger(NAME)
    except LedgerError as error:
        shutil.copyfile(old / NAME, new / NAME)
        first = str(error).splitlines()[0]
        yield Note(
            NAME, f"kept as it is, nothing added, since it is not right: {first}"
        )
        return
    names = [*listed(new), f"checkers/{new.name}.py"]
    added = list(_added(names, known, found))
    data = (old / NAME).read_bytes()
    if added:
        data = data.rstrip() + "\n".join(["\n", *added]).encode()
    (new / NAME).write_bytes(data)
    more = f", and {len(added)} tables more" if added else ""
    yield Note(NAME, f"kept as its author has it{more}")
    yield from _open(load_ledger(new) or known, found, listed(new))


def _added(names: Iterable[str], known: Ledger, found: Ledger) -> Iterator[str]:
    """Yield tables for the files of which only the course says something."""
    for name in names:
        ours, theirs = known.item("file", name), found.item("file", name)
        lacks = not ours.license or ours.license == NOT_STATED
        if lacks and theirs.license not in ("", ours.license):
            yield table(name, theirs.license, theirs.copyright, theirs.source)


def _open(ledger: Ledger, found: Ledger, names: Iterable[str]) -> Iterator[Note]:
    """Say of how many files the licence is not known, or another in the course."""
    counts: Counter[tuple[str, str]] = Counter()
    for name in names:
        both = (ledger.item("file", name), found.item("file", name))
        counts[both[0].license, both[1].license] += 1
    for (said, course), number in counts.items():
        files = "1 file" if number == 1 else f"{number} files"
        if said == NOT_STATED:
            what = f"nothing says the licence of {files}: put it in for {NOT_STATED}"
            yield Note(NAME, what)
        elif course not in ("", NOT_STATED, said):
            what = f"it says {said} of {files}, the course {course}: look which holds"
            yield Note(NAME, what)
