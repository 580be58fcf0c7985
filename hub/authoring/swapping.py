"""Swapping: new parts renamed into their places, all of them or none.

`whole` does it with one folder that is written anew, `swap` with several parts. There,
what takes time comes first; then there are only renames, which are written down before.
If one cannot be done, everything is as it was. If the process is killed half-way, the
next `lab add` puts back what was there.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hub.authoring.proof import PROOFS
from hub.settings import Settings

_NEAR = ".arriving-"
"""Begins the names of folders beside the places, for what is not in its place."""
_BEFORE = "before-"
_Move = tuple[Path, Path]
"""From where a part is renamed, and its place."""


@contextmanager
def whole(place: Path) -> Iterator[Path]:
    """Give an empty folder to fill; filled, it comes into its place, else nothing does.

    An earlier one stays there until then.
    """
    aside = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        new = aside / "new"
        new.mkdir()
        yield new
        if place.exists():
            place.rename(aside / "before")
        new.rename(place)
    finally:
        shutil.rmtree(aside)


def swap(moves: Sequence[tuple[Path, Path]], airlift: Settings) -> None:
    """Move parts into their places; what was there is gone then."""
    with _alone(airlift), ExitStack() as stack:
        near = [(_near(stack, path, place), place) for path, place in moves]
        plan = _plan(airlift)
        plan.write_text(json.dumps([[str(new), str(to)] for new, to in near]))
        try:
            for new, place in near:
                if place.exists():
                    place.rename(_before(new))
                new.rename(place)
        except BaseException:
            _undo(near)
            raise
        finally:
            plan.unlink()


def put_back(airlift: Settings) -> list[str]:
    """Undo what was killed half-way; returns the parts that are as they were before."""
    put: list[Path] = []
    proofs = airlift.state_dir / PROOFS
    with _alone(airlift):
        plan = _plan(airlift)
        if plan.is_file():
            near = [(Path(new), Path(to)) for new, to in json.loads(plan.read_text())]
            _undo(near)
            plan.unlink()
            put = [to for _, to in near if to.exists()]
        places = (airlift.labs_dir, airlift.checkers_dir, airlift.images_dir, proofs)
        for folder in places:
            put += _emptied(folder)
    return [f"{to.parent.name}/{to.name}" for to in put if to.parent != proofs]


def _emptied(folder: Path) -> Iterator[Path]:
    """Take away what was left beside the places; yields what was missing in one."""
    for left in folder.glob(f"{_NEAR}*/"):
        for before in left.glob(f"{_BEFORE}*"):
            place = folder / before.name.removeprefix(_BEFORE)
            if not place.exists():
                yield before.rename(place)
        shutil.rmtree(left)


@contextmanager
def _alone(airlift: Settings) -> Iterator[None]:
    """Wait until nobody else swaps parts here; a killed process holds nothing."""
    airlift.state_dir.mkdir(parents=True, exist_ok=True)
    folder = os.open(airlift.state_dir, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _plan(airlift: Settings) -> Path:
    """Return the file that says what is renamed now."""
    return airlift.state_dir / "arriving.json"


def _before(new: Path) -> Path:
    """Return where what was in a part's place lies meanwhile."""
    return new.with_name(f"{_BEFORE}{new.name}")


def _near(stack: ExitStack, path: Path, place: Path) -> Path:
    """Move a file or a folder beside its place, where it can be renamed into it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    hidden = tempfile.TemporaryDirectory(
        prefix=_NEAR, dir=place.parent, ignore_cleanup_errors=True
    )
    return Path(shutil.move(path, Path(stack.enter_context(hidden), place.name)))


def _undo(near: Sequence[_Move]) -> None:
    """Take back every rename that was done."""
    for new, place in reversed(near):
        if not new.parent.is_dir():
            continue  # somebody took it away
        if not new.exists() and place.exists():
            place.rename(new)
        if _before(new).exists():
            _before(new).rename(place)
