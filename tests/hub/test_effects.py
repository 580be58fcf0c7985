"""What a page does for whoever types at once is done before the next key.

An effect of preact's `useEffect` runs after the next frame, and later where a machine
is busy: a focus moved by then takes keys away, a field filled by then loses what was
typed, and what happened before a listener was there is never heard of.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "hub/room/static", ROOT / "checkers/panel/js")
SCRIPTS = [path for folder in FOLDERS for path in sorted(folder.glob("*.js"))]
EFFECT = re.compile(r"^( *)useEffect\((.*?)(?:^\1\}, \[.*?\]\);$|\]\);$)", re.M | re.S)
AT_ONCE = re.compile(r"\.focus\(|\.showModal\(|setText\(|setDraft\(|\.onChange\(")


def late(text: str) -> list[str]:
    """Return the effects of a script that come too late for whoever types."""
    found = (match[2] for match in EFFECT.finditer(text))
    return [one for one in found if AT_ONCE.search(one)]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_focus_fields_and_listeners_wait_for_no_frame(path: Path) -> None:
    """They are `useLayoutEffect`s, which run before the page goes on."""
    assert late(path.read_text(encoding="utf-8")) == []


def test_a_late_effect_is_found() -> None:
    """On one line, and on several."""
    one = "  useEffect(() => field.current?.focus(), []);\n"
    more = "  useEffect(() => {\n    if (a) {\n      setText('');\n    }\n  }, [a]);\n"
    calm = "  useEffect(() => {\n    tell();\n  }, [a]);\n  field.focus();\n"
    assert [len(late(text)) for text in (one, more, calm, one + calm + more)] == [
        *(1, 1, 0, 2)
    ]
