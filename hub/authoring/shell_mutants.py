"""Shell mutants: commands with one small thing changed, SQL in them included."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_HERE = re.compile(r"<<-?\s*['\"]?(\w+)['\"]?")
_LOOKING = re.compile(
    r"\s*(?:(?:cd|ls|cat|head|tail|less|more|pwd|echo|printf|grep|wc|sleep|true|diff|"
    r"export|set)\b|git (?:--no-pager )?(?:status|log|diff|show|reflog|blame|grep|"
    r"ls-files|branch|remote|tag)(?:\s+-[-\w=]+)*\s*$|git (?:log|diff|show|blame)\b)"
)
"""Commands that look only; without them nothing is different."""
_FLAG = re.compile(
    r"(?<=\s)(?!-q\b|-v\b|-y\b|-m\b|--no-edit|--no-pager|--quiet|--verbose)"
    r"(--?[A-Za-z][\w-]*)(?=\s|$|=)"
)
_NUMBER = re.compile(r"(?<![\w.$~^-])\d+(?![\w.])")
_BACK = re.compile(r"(?<=[~^])\d+")
_WORDS = re.compile(
    r"(?<=\s)(?<!git )([\w./~^@][\w./~^@-]*)[ ]+([\w./~^@][\w./~^@-]*)"
    r"(?=\s*(?:$|[;&|>]))"
)
_MESSAGE = re.compile(r"(?<=\s)(?:-[a-z]*m|--message)[ =]?(?:\"[^\"]*\"|'[^']*')")
"""What somebody may put as they like."""
_COLUMNS = re.compile(r"\(\s*(\w+)\s*,\s*(\w+)")
_NAME = re.compile(r"(?<=[\s'\"])[\w-]+(?:[./][\w./-]+)(?=[\s'\"]|$)")
_SIDES = (
    ("--ours", "--theirs"),
    ("--theirs", "--ours"),
    ("--hard", "--soft"),
    ("asc", "desc"),
    ("desc", "asc"),
    ("and", "or"),
    ("unique ", ""),
    ("not null", ""),
    ("on delete cascade", ""),
    ("concurrently", ""),
    (">", ">="),
    (">=", ">"),
    ("<", "<="),
    ("<=", "<"),
    ("min", "max"),
    ("in share mode", "in access exclusive mode"),
)
_Change = tuple[str, str]


def shell_changes(text: str) -> Iterator[_Change]:
    """Yield the kind of each change, and the commands with it."""
    units = list(_units(text))
    names = list(dict.fromkeys(name for unit in units for name in _NAME.findall(unit)))
    for number, unit in enumerate(units):
        bare = unit.strip()
        if not bare or bare.startswith("#"):
            continue
        looking = _LOOKING.match(unit) and ">" not in unit
        if looking:
            continue
        before, after = units[:number], units[number + 1 :]
        yield "removed", "\n".join([*before, *after])
        for kind, new in _unit(unit, names):
            yield kind, "\n".join([*before, new, *after])


def _units(text: str) -> Iterator[str]:
    """Yield commands: lines with those that go on from them, as in here documents."""
    waiting: list[str] = []
    end = ""
    for line in text.split("\n"):
        waiting.append(line)
        if end:
            if line.strip() != end:
                continue
            end = ""
        elif found := _HERE.search(line):
            end = found[1]
            continue
        if not line.endswith("\\") and _whole("\n".join(waiting)):
            yield "\n".join(waiting)
            waiting = []
    if waiting:
        yield "\n".join(waiting)


def _whole(text: str) -> bool:
    """Tell whether quotation marks and blocks are closed, as far as can be seen."""
    bare = re.sub(r"'[^']*'|\"(?:\\.|[^\"\\])*\"", "", text)
    opened = len(re.findall(r"(?m)(?:^|[;\s])(?:do|then|case|\{)(?=\s|$)", bare))
    closed = len(re.findall(r"(?m)(?:^|[;\s])(?:done|fi|esac|\})(?=[\s;]|$)", bare))
    return "'" not in bare and '"' not in bare and opened <= closed


def _unit(unit: str, names: list[str]) -> Iterator[_Change]:
    """Yield one command with one thing changed; not what people put as they like."""
    free = [found.span() for found in _MESSAGE.finditer(unit)]
    for kind, start, end, new in _places(unit, names):
        if not any(first < start < last for first, last in free):
            yield kind, unit[:start] + new + unit[end:]


def _places(unit: str, names: list[str]) -> Iterator[tuple[str, int, int, str]]:
    """Yield the kind of each change, where it is, and what comes there."""
    for kind, pattern, new in _RULES:
        for found in pattern.finditer(unit):
            yield kind, *found.span(), new(found)
    for found in _NAME.finditer(unit):
        for name in [name for name in names if name != found[0]][:2]:
            yield "other name", *found.span(), name
    for one, other in _SIDES:
        words = re.escape(one.strip())
        for found in re.finditer(rf"(?i)(?<![\w<>=-]){words}(?![\w<>=-])", unit):
            if not (one[0] in "<>" and _redirects(unit, found.start())):
                yield "opposite", *found.span(), other


def _redirects(unit: str, at: int) -> bool:
    """Tell whether a sign stands outside quotation marks and here documents."""
    before = unit[:at]
    return "\n" not in before and before.count("'") % 2 == before.count('"') % 2 == 0


def _more(found: re.Match[str]) -> str:
    """Return the next number."""
    return str(int(found[0]) + 1)


_RULES: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    ("words swapped", _WORDS, lambda found: f"{found[2]} {found[1]}"),
    ("number", _NUMBER, _more),
    ("number", _BACK, _more),
    ("flag", _FLAG, lambda _found: ""),
    ("columns swapped", _COLUMNS, lambda found: f"({found[2]}, {found[1]}"),
)
