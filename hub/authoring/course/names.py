"""Names: which ones a piece of Python reads, and which ones it gives a value."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator

_WRITES = re.compile(r"%%(?:writefile|file)\s+(?:-a\s+)?(?:\./)?(\w+)\.py\s*\n")
_Defines = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign),
)


def read(source: str) -> set[str]:
    """Return the names that Python code takes from its namespace; none of no Python."""
    return {
        symbol.get_name()
        for top, table in _tables(source)
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (top or symbol.is_global())
    }


def bound(source: str) -> set[str]:
    """Return the names that Python code gives a value to; none of no Python."""
    return {
        symbol.get_name()
        for top, table in _tables(source)
        for symbol in table.get_symbols()
        if (symbol.is_assigned() or symbol.is_imported())
        and (top or symbol.is_declared_global())
    }


def modules(source: str) -> set[str]:
    """Return the top-level modules that Python code imports; none of no Python."""
    found: set[str] = set()
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def written(source: str) -> set[str]:
    """Return the modules that a cell writes, as ``%%writefile tools.py`` does."""
    found = _WRITES.match(source)
    return {found[1]} if found else set()


def definitions(sources: Iterable[str], wanted: set[str]) -> str:
    """Return the statements of some cells that define names, and what these need."""
    body = [node for source in sources for node in _tree(source).body]
    parts = [ast.unparse(node) for node in body if isinstance(node, _Defines)]
    kept: list[str] = []
    found = set(wanted)
    for text in reversed(parts):
        if bound(text) & found:
            kept.insert(0, text)
            found |= read(text)
    return "\n".join(kept)


def _tree(source: str) -> ast.Module:
    """Parse Python; what is none is empty."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _tables(source: str) -> Iterator[tuple[bool, symtable.SymbolTable]]:
    """Yield the symbol tables of code, and whether each is the outermost."""
    try:
        waiting = [(True, symtable.symtable(source, "<cell>", "exec"))]
    except (SyntaxError, ValueError):
        return
    while waiting:
        top, table = waiting.pop()
        yield top, table
        waiting += [(False, child) for child in table.get_children()]
