"""Faults: everything that is wrong with the files of a lab, without running it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from checkers.engine.declared import DeclarationError, declared
from hub.authoring.agreement import ids_agree, solution_faults
from hub.authoring.finding import Finding, from_problem
from hub.authoring.mistakes import MistakesError, load_mistakes
from hub.authoring.notebook import read_notebook
from hub.authoring.release import ReleaseError, files
from hub.catalog import (
    Lab,
    LabError,
    images_clash,
    load_lab,
    packages_of,
    terms_text,
)
from hub.settings import Settings
from hub.tables import like, read

RECIPES = ("Dockerfile", "apt.txt", "requirements.txt")
"""Any of them makes a folder an image."""


def faults(folder: Path) -> tuple[Finding, ...]:
    """Read all files of a lab; return what is wrong, in the order an author writes.

    A lab.toml that cannot be used does not keep the others from being read, with those
    of its steps that could be.
    """
    slug = folder.name
    try:
        lab = load_lab(folder)
    except LabError as error:
        found = [from_problem(slug, problem) for problem in error.problems]
        rest = _others(error.lab) if error.lab else _notebook(folder)
        return (*found, *rest)
    return tuple(_others(lab))


def _others(lab: Lab) -> Iterator[Finding]:
    """Read what lies beside lab.toml."""
    yield from _named(lab)
    yield from ids_agree(lab)
    try:
        load_mistakes(lab)
    except MistakesError as error:
        for problem in error.problems:
            yield from_problem(lab.slug, problem)
    try:
        files(lab)
    except ReleaseError as error:
        for problem in str(error).splitlines():
            yield from_problem(lab.slug, problem)


def _named(lab: Lab) -> Iterator[Finding]:
    """Say which files that lab.toml names are not there."""
    source = read(lab.folder / "lab.toml", f"{lab.slug}/lab.toml")
    place = Settings(root=lab.folder.parents[1])
    folders = (place.images_dir, place.software / "images")
    there = sorted(
        {
            p.parent.name
            for f in folders
            for name in RECIPES
            for p in f.glob(f"*/{name}")
        }
    )
    if there and lab.image not in there:
        what = f"expected a folder of images/ ({', '.join(there)}), got {lab.image!r}"
        source.refuse("lab.image", what + like(lab.image, there))
    if what := _terms(lab):
        source.refuse("terms.file", what)
    for problem in source.problems:
        yield from_problem(lab.slug, problem)
    if clash := images_clash(lab, place.image_folder(lab.slug)):
        yield Finding(lab.slug, packages_of(lab.folder)[0].name, clash)
    yield from _image(lab, place.images_dir / lab.image)


def _terms(lab: Lab) -> str:
    """Say why nobody could accept the lab's terms; "" when they can."""
    if lab.terms and not (lab.folder / lab.terms.file).is_file():
        return f"expected a file of the lab, got {lab.terms.file!r}"
    try:
        terms_text(lab)
    except OSError as error:
        return f"expected a file to read, got: {error.strerror}"
    except ValueError as error:
        return str(error)
    return ""


def _image(lab: Lab, folder: Path) -> Iterator[Finding]:
    """Say what is wrong with the files of the lab's image."""
    recipe = folder / "Dockerfile"
    if lab.image != "base" and recipe.is_file():
        lines = recipe.read_text(encoding="utf-8", errors="replace").splitlines()
        for expected in ("ARG SEAT", "FROM ${SEAT}"):
            if expected not in [line.strip() for line in lines]:
                what = f"expected the line '{expected}', there is none"
                yield Finding(lab.slug, f"images/{lab.image}/Dockerfile", what)
    if (folder / "services.toml").is_file():
        for problem in _services(folder / "services.toml"):
            yield from_problem(lab.slug, problem)


def _services(path: Path) -> list[str]:
    """Return what is wrong with a services.toml, with its lines."""
    source = read(path, f"images/{path.parent.name}/{path.name}")
    try:
        if not source.problems:
            declared(path)
    except DeclarationError as error:
        for problem in error.problems:
            _, name, what = problem.split(": ", 2)
            source.refuse(name, what)
    return source.problems


def _notebook(folder: Path) -> Iterator[Finding]:
    """Read a notebook of which the steps are not known."""
    notebook, problems = read_notebook(folder / "lab.ipynb")
    for what in problems:
        yield Finding(folder.name, "lab.ipynb", what)
    if notebook is not None:
        for where, what in solution_faults(notebook):
            yield Finding(folder.name, f"lab.ipynb, {where}", what)
