"""The repository keeps its shape: who may import whom, how long a module may be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((*ROOT.glob("hub/**/*.py"), *ROOT.glob("checkers/**/*.py")))
WIRE = tuple(f"checkers.engine.{name}" for name in ("attempt", "fields", "note"))
HEAVY_IN_A_KERNEL = ("nbformat", "jsonschema", "jupyterhub", "requests", "pandas")


def name_of(path: Path) -> str:
    """Return the dotted name of a module file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    """Return the dotted names that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def below(name: str, package: str) -> bool:
    """Is `name` the package or something inside it, yes or no."""
    return name == package or name.startswith(package + ".")


def forbidden(module: str, imported: str) -> bool:
    """Say whether the design's table keeps `module` from importing `imported`."""
    if below(imported, "tests"):
        return True
    if below(module, "checkers.engine"):
        return below(imported, "hub") or imported == "checkers.check"
    if below(module, "checkers"):
        return below(imported, "hub") or (
            module != "checkers" and below(imported, "checkers.engine")
        )
    if below(module, "hub.authoring") or below(module, "hub.afterwards"):
        return False
    if below(imported, "checkers"):
        return not any(below(imported, module) for module in WIRE)
    if below(module, "hub.room"):
        return any(
            below(imported, f"hub.{package}")
            for package in ("doors", "authoring", "afterwards", "cli")
        )
    return False


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    """No module imports what the design's table of imports forbids."""
    module = name_of(path)
    assert [name for name in sorted(imports_of(path)) if forbidden(module, name)] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("checkers/*.py")), ids=name_of)
def test_a_checker_imports_nothing_heavy_at_module_level(path: Path) -> None:
    """Importing a checker costs every seat, so data packages stay inside checks."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert [name for name in top if name.split(".")[0] in HEAVY_IN_A_KERNEL] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_stays_readable(path: Path) -> None:
    """A module is one noun: at most 400 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_labs_are_data() -> None:
    """No engine code lies below labs: a data generator there knows nothing of ours."""
    scripts = {path: imports_of(path) for path in ROOT.glob("labs/**/*.py")}
    ours = [
        (path.name, name)
        for path, names in scripts.items()
        for name in names
        if below(name, "hub") or below(name, "checkers")
    ]
    assert ours == []


def test_the_configuration_only_composes() -> None:
    """jupyterhub_config.py stays within 100 lines."""
    text = (ROOT / "jupyterhub_config.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
