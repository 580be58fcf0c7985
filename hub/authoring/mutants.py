"""Mutants: a solution with one small thing changed, as a person might get it wrong.

For Python the operators are mutmut's, with those added that table work needs: a
statement or a call left out, one name in the place of another. The order is the same
each time, and goes through the kinds of change in turns, so that the first few are
unlike each other.
"""

from __future__ import annotations

import difflib
import itertools
import re
import shlex
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import libcst as cst
from mutmut.mutation.mutators import mutation_operators

from checkers.answers import read_number
from hub.authoring.shell_mutants import shell_changes
from hub.authoring.solutions import ANSWER, solution_lines
from hub.catalog import Question

_MAGIC = re.compile(r"^(\s*)([%!].*)$", re.MULTILINE)
_KEPT = re.compile(r"^(\s*)pass  # magic (\d+)$", re.MULTILINE)
_LAST = ("operator_assignment", "operator_arg_removal", "operator_string")
"""Kinds whose changes mostly end in an exception."""
_Change = tuple[str, str]
"""The kind of change, and the text with it."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A cell with one thing in its solution changed.

    Args:
        kind: in which way.
        source: the whole cell.
        change: the lines taken out and put in, with ``-`` and ``+``.
        diff: the same with the lines around.
    """

    kind: str
    source: str
    change: str
    diff: str


def mutants(source: str, question: Question | None, *, python: bool) -> list[Mutant]:
    """Return a solution cell's mutants, each once, those unlike each other first."""
    found: dict[str, list[Mutant]] = defaultdict(list)
    bare = str.casefold if question else str  # case is free in answers
    seen = {bare(source)}
    for kind, changed in _changes(source, question, python=python):
        if bare(changed) not in seen:
            seen.add(bare(changed))
            found[kind].append(_mutant(kind, source, changed))
    kinds = sorted(found, key=lambda kind: kind in _LAST)
    turns = itertools.zip_longest(*(found[kind] for kind in kinds))
    return [mutant for turn in turns for mutant in turn if mutant is not None]


def _changes(
    source: str, question: Question | None, *, python: bool
) -> Iterator[_Change]:
    """Yield the kind of each change and the whole cell with it."""
    lines = source.split("\n")
    for start, end in solution_lines(source):
        text = "\n".join(lines[start:end])
        inner = textwrap.dedent(text)
        indent = text[: len(text.split("\n", 1)[0]) - len(inner.split("\n", 1)[0])]
        if any(ANSWER.match(line) for line in inner.split("\n")):
            changed = _answers(inner, question, python=python)
        else:
            changed = _python(inner) if python else shell_changes(inner)
        for kind, new in changed:
            new_lines = textwrap.indent(new.rstrip("\n"), indent).split("\n")
            yield kind, "\n".join([*lines[:start], *new_lines, *lines[end:]])


def _mutant(kind: str, source: str, changed: str) -> Mutant:
    """Return a mutant with its difference."""
    one, other = source.split("\n"), changed.split("\n")
    diff = list(
        difflib.unified_diff(one, other, "solution", "changed", n=1, lineterm="")
    )
    lines = [line for line in diff[3:] if line[:1] in "-+" and line[1:].strip()]
    change = "\n".join(line[0] + line[1:].strip() for line in lines)
    return Mutant(kind, changed, change, "\n".join(diff[3:]))


def _answers(
    text: str, question: Question | None, *, python: bool
) -> Iterator[_Change]:
    """Yield the text with other answers to the step's question."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if found := ANSWER.match(line):
            for other in _others(found[2], question):
                said = other if python else shlex.quote(other)
                changed = [*lines[:number], found[1] + said, *lines[number + 1 :]]
                yield "answer", "\n".join(changed)


def _others(right: str, question: Question | None) -> Iterable[str]:
    """Return wrong answers for a right one."""
    bare = right.strip("'\"")
    if question and question.kind == "choice":
        there = [option for option in question.options if option != bare]
        number = int(bare) if bare.isdigit() else 0
        return [option for n, option in enumerate(there, 1) if n != number]
    if question and question.kind == "choices":
        given = [part.strip() for part in bare.split(";")]
        fewer = [
            "; ".join(g for g in given if g != out) for out in given if len(given) > 1
        ]
        more = [option for option in question.options if option not in given]
        return [*fewer, *(f"{bare}; {option}" for option in more)]
    value = read_number(bare)
    if value is None:
        return [bare[::-1], f"not {bare}", bare[: len(bare) // 2] or "?"]
    others = (value * 2 + 1, value * 1000, -value - 1, 0.001)
    far = max(abs(value), 1) / 2  # nearer may be near enough
    return [f"{other:g}" for other in others if abs(other - value) > far]


def _python(text: str) -> Iterator[_Change]:
    """Yield Python source with one thing changed; magics stay as they are."""
    magics: list[str] = []

    def away(found: re.Match[str]) -> str:
        """Put a statement in the place of a magic."""
        magics.append(found[2])
        return f"{found[1]}pass  # magic {len(magics) - 1}"

    try:
        tree = cst.parse_module(_MAGIC.sub(away, text))
    except cst.ParserSyntaxError:
        return
    for kind, changed in _changed(tree):
        yield kind, _KEPT.sub(lambda f: f[1] + magics[int(f[2])], changed.code)


class _Nodes(cst.CSTVisitor):
    """Collects all nodes in the order of the text."""

    def __init__(self) -> None:
        self.nodes: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Keep a node and go on below it."""
        self.nodes.append(node)
        return True


def _changed(tree: cst.Module) -> Iterator[tuple[str, cst.Module]]:
    """Yield the module with one node changed."""
    visitor = _Nodes()
    tree.visit(visitor)
    nodes = visitor.nodes
    for node in nodes:
        if isinstance(node, cst.SimpleStatementLine) and not _idle(node):
            fewer = tree.deep_remove(node)
            if isinstance(fewer, cst.Module):
                yield "removed statement", fewer
    strings = [n for n in nodes if isinstance(n, cst.SimpleString)]
    for node in nodes:
        for kind, new in itertools.chain(_ours(node, strings), _theirs(node)):
            changed = tree.deep_replace(node, new)
            if isinstance(changed, cst.Module):
                yield kind, changed


def _idle(line: cst.SimpleStatementLine) -> bool:
    """Tell whether a line only imports, shows something, or does nothing."""
    idle = (cst.Import, cst.ImportFrom, cst.Pass)
    return all(
        isinstance(part, idle)
        or (isinstance(part, cst.Expr) and not isinstance(part.value, cst.Call))
        for part in line.body
    )


def _theirs(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    """Yield what mutmut puts in the place of a node."""
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            for new in operator(node):
                yield operator.__name__, new


def _ours(
    node: cst.CSTNode, strings: list[cst.SimpleString]
) -> Iterator[tuple[str, cst.CSTNode]]:
    """Yield a call left out, a text for another, and two arguments swapped."""
    if isinstance(node, cst.SimpleString):
        others = dict.fromkeys(s.value for s in strings if s.value != node.value)
        for value in list(others)[:3]:
            yield "other text", node.with_changes(value=value)
    if not isinstance(node, cst.Call):
        return
    if (
        isinstance(node.func, cst.Attribute)
        and not isinstance(node.func.value, cst.Name)
    ) or (isinstance(node.func, cst.Attribute) and not node.args):
        yield "call left out", node.func.value
    args = list(node.args)
    if len(args) > 1 and not (args[0].star or args[1].star):
        one, other = args[:2]
        swapped = [
            one.with_changes(value=other.value),
            other.with_changes(value=one.value),
        ]
        yield "arguments swapped", node.with_changes(args=[*swapped, *args[2:]])
