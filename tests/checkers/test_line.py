"""Lines under a cell: words for everyone, nothing hostile gets through."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.line import FAULT, Line, Mark, html, line_of, plain
from checkers.engine.text import clean, name_of


def made(outcome: Outcome, hint: str = "") -> Attempt:
    """Return an attempt of that outcome."""
    return Attempt("i", "lab", "1", "", "step", Trigger.CELL, outcome, hint=hint)


@pytest.mark.parametrize(
    ("attempt", "title", "earlier", "text"),
    [
        (made(Outcome.PASSED, "336 rows."), "", False, "✓ Passed. 336 rows."),
        (made(Outcome.PASSED), "Load", False, "✓ Load: Passed."),
        (made(Outcome.FAILED, "Look."), "", False, "◐ Not yet. Look."),
        (
            made(Outcome.FAILED, "Look."),
            "",
            True,
            "◐ Passed earlier, now different. Look.",
        ),
        (made(Outcome.ERROR, "lab.py line 3"), "", False, f"◌ {FAULT}"),
    ],
)
def test_a_line_says_what_came_of_it(
    attempt: Attempt, title: str, earlier: bool, text: str
) -> None:
    """Symbol, word and sentence; an author's place is not shown to attendees."""
    assert plain([line_of(attempt, title, passed_earlier=earlier)]) == text


class Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def parsed(lines: list[Line]) -> Tags:
    """Return the tags of lines."""
    tags = Tags()
    tags.feed(html(lines))
    return tags


HOSTILE = st.text() | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "`<img src=x onerror=alert(1)>`",
        "'\"><svg onload=1>",
    ]
)


@given(HOSTILE, HOSTILE)
def test_no_text_becomes_a_tag_or_attribute(word: str, text: str) -> None:
    """Whatever is said, the tags are ours."""
    fine = parsed([Line(Mark.TRYING, "a", "`b`")])
    tags = parsed([Line(Mark.TRYING, word, text)])
    assert tags.found <= fine.found
    assert tags.attributes <= fine.attributes


def test_every_mark_is_hidden_from_readers_and_said_in_words() -> None:
    """The drawing is decoration; the word carries the state."""
    assert html([Line(Mark.PASSED, "Passed.")]).count('aria-hidden="true"') == 1
    assert "<b>Passed.</b>" in html([Line(Mark.PASSED, "Passed.")])


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("a\n\tb", "a b"),
        ("a\ud800b\x00c", "a\ufffdb\ufffdc"),
        ("\u202egnihtemos", "\ufffdgnihtemos"),
        ("x" * 20, "x" * 9 + "…"),
        ("", ""),
    ],
)
def test_clean(text: str, fit: str) -> None:
    """One line, no controls, cut with an ellipsis."""
    assert clean(text, 10) == fit or clean(text, 20) == fit


@given(st.text(st.characters()), st.integers(1, 50))
def test_clean_text_is_short_and_encodable(text: str, length: int) -> None:
    """It always fits and can always be sent."""
    fit = clean(text, length)
    assert len(fit) <= length
    fit.encode()


def test_a_type_is_named_without_asking_it() -> None:
    """A metaclass cannot lie about or refuse its name."""

    class Meta(type):
        @property
        def __name__(cls) -> str:  # type: ignore[override]
            raise SystemExit

    class Odd(metaclass=Meta):
        pass

    assert name_of(Odd()) == "Odd"
