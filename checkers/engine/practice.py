"""Practice: a lab with its checks on somebody's own machine, with only Python.

``practice.py`` of a take-home zip and ``airlift practice`` both end up here. Nothing is
sent anywhere: there is no room. Standard library only, until the lab's server starts.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from checkers.engine.outbox import OutboxError, why_not
from checkers.engine.packages import PackageError, install, make_venv, missing
from checkers.engine.parcel import MANIFEST, Parcel, ParcelError, open_folder, open_zip
from checkers.engine.practice_folder import (
    BASE,
    PracticeFolder,
    command,
    environment,
    fill,
    first_lab,
)
from checkers.engine.practice_server import ServerError, serve
from checkers.engine.strings import _
from checkers.engine.take_home import take_home

FOLDERS = "airlift-practice"
_AGAIN = "AIRLIFT_PRACTICE_AGAIN"
"""Set for the second run of this program, in the folder's own environment."""


class PracticeError(Exception):
    """A sentence for the person who wants to practise."""


def main(words: Sequence[str] | None = None, here: str = "") -> int:
    """Practise; `here` is the folder of the practice.py that was run, if any."""
    asked = _arguments(words, here)
    try:
        return _practise(asked, list(sys.argv[1:] if words is None else words))
    except (
        ParcelError,
        PracticeError,
        PackageError,
        ServerError,
        OutboxError,
    ) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename or ''}: {why_not(error)}")
    except KeyboardInterrupt:
        return 1


def _arguments(words: Sequence[str] | None, here: str) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="practice.py" if here else "airlift practice",
        description=_("Practise a lab with its checks on this machine."),
    )
    if here:
        parser.set_defaults(source=here, base=here)
    else:
        parser.add_argument("source", nargs="?", default="")
        parser.set_defaults(base=os.getcwd())
    add = parser.add_argument
    add("--folder", default="", help=_("where to practise"))
    add("--install", action="store_true", help=_("install the packages it needs"))
    add("--no-browser", action="store_true", help=_("open no browser"))
    add("--pack", action="store_true", help=_("make a zip to take back, and end"))
    add("--own-environment", action="store_true", help=argparse.SUPPRESS)
    add("--prepare", default="", metavar="HOME", help=argparse.SUPPRESS)
    return parser.parse_args(words)


def _practise(asked: argparse.Namespace, words: list[str]) -> int:
    """Do what was asked for."""
    folder = _folder(asked)
    if asked.pack:
        return _pack(folder)
    _fill(asked, folder)
    if asked.prepare:
        _tell_prepared(folder, Path(asked.prepare))
        return 0
    if folder.image() != BASE:
        raise PracticeError(
            _(
                "This lab needs more than Python: the image {image}. It runs where "
                "Airlift and Docker are, with `airlift practice`."
            ).format(image=folder.image())
        )
    python = _python(asked, folder)
    if python != sys.executable:
        return _run_again(python, asked, words)
    code = serve(folder, python, browser=not asked.no_browser, say=_say)
    _say(_how_to_take_back(asked))
    return code


def _folder(asked: argparse.Namespace) -> PracticeFolder:
    """Return the practice folder that is meant."""
    if asked.folder:
        return PracticeFolder(Path(asked.folder).expanduser().absolute())
    folders = Path(asked.base) / FOLDERS
    if asked.source:
        with _parcel(Path(asked.source)) as parcel:
            return PracticeFolder((folders / first_lab(parcel)).absolute())
    found = [path for path in sorted(folders.glob("*")) if (path / ".airlift").is_dir()]
    if len(found) == 1:
        return PracticeFolder(found[0].absolute())
    raise PracticeError(
        _("Say what to practise: a take-home zip or a lab, or --folder with a folder.")
    )


def _fill(asked: argparse.Namespace, folder: PracticeFolder) -> None:
    """Take in what was given, and say what came of it."""
    if not asked.source:
        if not folder.slugs:
            raise PracticeError(
                _("{folder} is no practice folder.").format(folder=folder.home)
            )
        return
    if os.environ.get(_AGAIN):
        return
    with _parcel(Path(asked.source)) as parcel:
        brought = fill(folder, parcel)
    sentence = _("New in {folder}: attempts {attempts}, files {files}.")
    counts = {"attempts": brought.attempts, "files": len(brought.files)}
    for one in [sentence.format(**counts, folder=folder.home), *brought.left_out]:
        print(one, file=sys.stderr if asked.prepare else sys.stdout, flush=True)


@contextmanager
def _parcel(source: Path) -> Iterator[Parcel]:
    """Open a take-home zip, or the folder it was unpacked to."""
    if source.is_dir():
        if not (source / MANIFEST).is_file():
            raise PracticeError(
                _("{folder} holds nothing that was taken home.").format(folder=source)
            )
        yield open_folder(source)
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise PracticeError(f"{source}: {error.strerror}") from None
    with file, open_zip(file) as parcel:
        yield parcel


def _python(asked: argparse.Namespace, folder: PracticeFolder) -> str:
    """Return a Python with all that the lab needs; install it when that is wanted."""
    lacking = missing(folder.requirements)
    if not lacking:
        return sys.executable
    own = folder.venv / "bin" / "python"
    if os.environ.get(_AGAIN):
        raise PackageError(_lacking(lacking))
    in_venv = sys.prefix != sys.base_prefix and not asked.own_environment
    if own.exists() and not asked.install:
        return str(own)
    if not (asked.install or _wanted(lacking)):
        raise PackageError(_lacking(lacking))
    if in_venv:
        install(sys.executable, folder.requirements, _say)
        return sys.executable
    if not own.exists():
        make_venv(folder.venv, _say)
    install(str(own), folder.requirements, _say)
    return str(own)


def _lacking(names: Sequence[str]) -> str:
    """Say which packages are missing and what to do."""
    return _(
        "Not installed here: {names}. Run the same again with --install, which takes "
        "a minute or two and needs the internet once."
    ).format(names=", ".join(names))


def _wanted(names: Sequence[str]) -> bool:
    """Ask whether to install, where somebody can answer."""
    if not (sys.stdin and sys.stdin.isatty()):
        return False
    question = _("Not installed here: {names}. Install them now? [y/N] ")
    answer = input(question.format(names=", ".join(names)))
    return answer.strip().lower() in ("y", "yes", "j", "ja")


def _run_again(python: str, asked: argparse.Namespace, words: list[str]) -> int:
    """Run this program once more, with the practice folder's own Python."""
    again = [word for word in words if word != "--install"]
    if asked.source and asked.source not in again:
        again.insert(0, asked.source)
    if not asked.folder:
        again += ["--folder", str(_folder(asked).home)]
    library = str(Path(__file__).parents[2])
    os.chdir(asked.base)
    os.execve(  # noqa: S606  # no shell, on purpose
        python,
        [python, "-P", "-m", "checkers.engine.practice", *again],
        {**os.environ, "PYTHONPATH": library, _AGAIN: "1"},
    )


def _pack(folder: PracticeFolder) -> int:
    """Make a zip to take back."""
    if not folder.slugs:
        raise PracticeError(
            _("{folder} is no practice folder.").format(folder=folder.home)
        )
    stem = f"airlift-{time.strftime('%Y-%m-%d')}"
    for number in range(1, 1_000):
        path = Path(f"{stem}-{number}.zip" if number > 1 else f"{stem}.zip")
        try:
            file = path.open("xb")
        except FileExistsError:
            continue
        with file:
            left_out = take_home(folder.place(), file)
        _say(_("{path} is ready.").format(path=path.absolute()))
        for one in left_out:
            _say(_("Left out: {path} ({why})").format(path=one["path"], why=one["why"]))
        _say(_('Choose it under "Bring back a take-home zip" in your seat.'))
        return 0
    raise PracticeError(_("There are too many zips here already."))


def _how_to_take_back(asked: argparse.Namespace) -> str:
    """Say how the progress gets back to the seat."""
    program = "practice.py" if asked.source == asked.base else "airlift practice"
    words = [program, "--pack"]
    words += ["--folder", asked.folder] if asked.folder else [asked.source]
    line = " ".join(word for word in words if word and word != asked.base)
    return _("To take it back to your seat: {line}").format(line=line)


def _tell_prepared(folder: PracticeFolder, home: Path) -> None:
    """Print what a container needs to know that has the folder as its home."""
    prepared = {
        "folder": str(folder.home),
        "image": folder.image(),
        "environment": environment(folder, {}, home),
        "command": command(folder, "python", "0.0.0.0", 8888),  # noqa: S104 - inside it
        "first_page": folder.first_page(),
    }
    print(json.dumps(prepared))  # noqa: T201 - the answer


def _say(sentence: str) -> None:
    """Print a sentence."""
    print(sentence, flush=True)  # noqa: T201 - a command line's way to speak


def _fail(sentence: str) -> int:
    """Print why it does not work; return the exit code."""
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
