"""Texts: what a lab says and points at, read without running anything."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from hub.authoring.finding import Finding
from hub.authoring.notebook import place
from hub.authoring.proof import Result
from hub.authoring.release import attendee_version, files, source_notebook
from hub.authoring.solutions import ANSWER, is_solution, solution_lines
from hub.catalog import BESIDE, Lab, Step
from hub.seating.container import HOME
from hub.tables import text_of

_OUTSIDE = re.compile(
    r"(?:https?|ftp)://(?:\[[\da-f:.]+\]|[^\s\"'<>)\[\]}`\\|…,;])[^\s\"'<>)\]}`\\|…,;]*",
    re.IGNORECASE,
)
_HERE = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|.*\.localhost)")
_EXAMPLE = re.compile(r".*(?:^|\.)(?:example(?:\.(?:com|org|net))?|invalid|test)")
_PATH = re.compile(r"(?<![\w.:/~<$}-])/[\w.+@-]+(?:/[\w.+@-]+)+")
_SYSTEM = re.compile(
    "/(?:bin|boot|dev|etc|lib|lib64|opt|proc|run|sbin|sys|tmp|usr|var)/"
)
"""What seats have as well, or could."""
_VALUE = re.compile(r"^[\w.]+(?:\[[^=]*\])?\s*=(?!=)\s*")
"""What stands before the value in an assignment."""
_SHORTEST_ANSWER = 3
_SHORTEST, _FEWEST = 12, 3
"""A line of a solution that is shorter, or has fewer words, is no secret."""


def links_are_known(lab: Lab) -> Result:
    """Look where links and pictures lead: into the lab, or where lab.toml allows."""
    found: dict[tuple[str, str], Finding] = {}
    for where, text, markdown in _texts(lab):
        for address in sorted(_addresses(text, markdown=markdown)):
            if what := _wrong(lab, address):
                found.setdefault((where, what), Finding(lab.slug, where, what))
        for path in () if markdown else _PATH.findall(text):
            if _is_of_this_machine(lab, path):
                what = f"expected a file of the lab, got {path} of this machine"
                found.setdefault((where, what), Finding(lab.slug, where, what))
    return Result("links", findings=tuple(found.values()))


def _is_of_this_machine(lab: Lab, path: str) -> bool:
    """Tell whether a path leads to what is here, and in no seat."""
    if path.startswith(f"{HOME}/"):
        return False
    own = path.startswith(f"{lab.folder.parents[1]}/")
    above = os.path.dirname(path)  # all that is known of a name with a blank in it
    there = os.path.exists(path) or (above.count("/") > 1 and os.path.exists(above))
    return there and (own or not _SYSTEM.match(path))


def outside(lab: Lab) -> list[str]:
    """Return the addresses outside that a lab names and its lab.toml does not allow."""
    found = set()
    for _where, text, markdown in _texts(lab):
        for address in _addresses(text, markdown=markdown):
            if _is_outside(address) and _wrong(lab, address):
                found.add(address)
    return sorted(found)


def _is_outside(address: str) -> bool:
    """Tell whether an address names a host; what is none does not."""
    try:
        return bool(urlsplit(address).netloc)
    except ValueError:
        return False


def _texts(lab: Lab) -> Iterator[tuple[str, str, bool]]:
    """Yield all texts that people read: place, text, whether it is markdown."""
    notebook = source_notebook(lab)
    for cell in notebook.cells:
        where = f"lab.ipynb, {place(notebook, cell)}"
        yield where, cell.source, cell.cell_type == "markdown"
    yield "lab.toml, lab.summary", lab.summary, False
    for step in lab.steps:
        for hint in step.hints:
            yield f"lab.toml, hints of step {step.id}", hint, False
        if step.question:
            for text in (step.question.text, *step.question.options):
                yield f"lab.toml, question of step {step.id}", text, False
    for line, text in _sentences(lab):
        yield f"checkers/{lab.slug}.py:{line}", text, False


def _sentences(lab: Lab) -> Iterator[tuple[int, str]]:
    """Yield line and text of every text in a lab's checker, its docstrings included."""
    spec = find_spec(f"checkers.{lab.slug}")
    if spec and spec.origin:
        tree = ast.parse(text_of(Path(spec.origin)))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value


def _addresses(text: str, *, markdown: bool) -> set[str]:
    """Return the addresses in a text; in markdown those of files, too."""
    found = {match.rstrip(".:!?*_") for match in _OUTSIDE.findall(text)}
    if markdown:
        tokens = list(_flat(MarkdownIt().parse(text)))
        found |= {
            str(t.attrs[k]) for t in tokens for k in ("href", "src") if k in t.attrs
        }
        html = _Html()
        for token in tokens:
            if token.type in ("html_block", "html_inline"):
                html.feed(token.content)
        found |= html.found
    return found


def _flat(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield tokens with those inside them."""
    for token in tokens:
        yield token
        yield from _flat(token.children or ())


class _Html(HTMLParser):
    """Collects what the tags of a text point at."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(
        self,
        tag: str,  # noqa: ARG002 - the parser's signature
        attrs: list[tuple[str, str | None]],
    ) -> None:
        """Keep the addresses of a tag."""
        names = ("href", "src", "data", "poster", "srcset")
        self.found |= {value for key, value in attrs if key in names and value}


def _wrong(lab: Lab, address: str) -> str:
    """Say what is wrong with an address, or ""."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError as error:
        return f"expected an address, got {address!r}: {error}"
    if parts.scheme in ("mailto", "attachment", "data") or address.startswith("#"):
        return ""
    if parts.netloc:
        listed = any(
            address == link or (link.endswith("/") and address.startswith(link))
            for link in lab.links
        )
        if listed or _HERE.fullmatch(host) or _EXAMPLE.fullmatch(host):
            return ""
        return f"expected a local file, or {address} in prove.links of lab.toml"
    return _absent(lab, address, PurePosixPath(unquote(parts.path)))


def _absent(lab: Lab, address: str, name: PurePosixPath) -> str:
    """Say why a file is not beside the notebook in a seat; "" when it is."""
    if name.is_absolute() or ".." in name.parts:
        return f"expected a file of the lab, got {address}"
    own = (f"{lab.slug}.ipynb", f"{lab.slug}-handbook.html")
    there = {PurePosixPath(one) for one in own}
    for inside in map(PurePosixPath, files(lab)):
        there |= {inside, *inside.parents}
    if name in there or not name.parts:
        return ""
    if str(name) in {str(p.relative_to(lab.folder)) for p in lab.folder.rglob("*")}:
        return f"expected a file that seats get, in data/ or {BESIDE}/, got {address}"
    return f"expected {address} among the lab's files, there is none"


def named(lab: Lab) -> frozenset[str]:
    """Return all names in what attendees get and in the lab's checker."""
    texts = [cell.source for cell in attendee_version(lab).cells]
    texts += [text for _line, text in _sentences(lab)]
    return frozenset(re.findall(r"\w+", "\n".join(texts)))


def hints_hold_no_solution(
    lab: Lab, shown: Mapping[str, set[str]]
) -> tuple[Result, ...]:
    """Compare hints, the author's and those of checks, with lines of the solution."""
    given = "\n".join(cell.source for cell in attendee_version(lab).cells)
    cells = {cell.id: cell for cell in source_notebook(lab).cells}
    results = []
    for step in lab.steps:
        sources = [
            cells[name].source for name in step.cells if is_solution(cells[name])
        ]
        lines = {
            line.strip()
            for source in sources
            for start, end in solution_lines(source)
            for line in source.split("\n")[start:end]
        }
        secret = {
            _bare(part): line
            for line in sorted(lines)
            for part in (line, _VALUE.sub("", line))
            if _tells(part, given)
        }
        hints = {hint: f"hint {n}" for n, hint in enumerate(step.hints, 1)}
        told = {hint: f"the check's hint {hint!r}" for hint in shown.get(step.id, ())}
        found = [
            Finding(
                lab.slug,
                f"step {step.id}",
                f"expected {which} without the solution's line {line!r}",
            )
            for hint, which in sorted((hints | told).items(), key=lambda one: one[1])
            for bare, line in secret.items()
            if bare in _bare(hint)
        ]
        found += [
            Finding(lab.slug, f"step {step.id}", f"expected {which} without the answer")
            for hint, which in hints.items()  # a check's may repeat what was answered
            if _answers(step, lines, hint)
        ]
        results.append(Result("hints", step.id, tuple(dict.fromkeys(found))))
    return tuple(results)


def _answers(step: Step, lines: Iterable[str], hint: str) -> bool:
    """Tell whether a hint names the answer to a step's question, and no other option.

    A word or number of one or two letters may stand there for something else.
    """
    question = step.question
    if question is None or question.kind == "choices":
        return False
    for line in lines:
        found = ANSWER.match(line)
        right = found[2].strip("'\"") if found else ""
        if question.options and right.isdigit():
            right = dict(enumerate(question.options, 1)).get(int(right), right)
        others = [one for one in question.options if not _names(right, one)]
        if len(right) >= _SHORTEST_ANSWER and _names(hint, right):
            return not any(_names(hint, one) for one in others)
    return False


def _names(text: str, word: str) -> bool:
    """Tell whether a word or some words stand in a text, in any case."""
    whole = rf"(?<!\w){re.escape(word.strip())}(?!\w)"
    return re.search(whole, text, re.IGNORECASE) is not None


def _tells(line: str, given: str) -> bool:
    """Tell whether a line is the solution's own: no short word, and not given away."""
    words = re.findall(r"\w+", line)
    bare = _bare(line)
    comment = line.startswith(("#", "--", "//"))
    return (
        len(bare) >= _SHORTEST
        and len(words) >= _FEWEST
        and not comment
        and bare not in _bare(given)
    )


def _bare(text: str) -> str:
    """Return a text in small letters, without spaces, quoted in one way."""
    return re.sub(r"\s+", "", re.sub(r"[\"“”‘’`]", "'", text)).casefold()
