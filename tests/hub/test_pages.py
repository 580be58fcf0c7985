"""The door's pages as the Hub renders them, with friendly and with hostile values."""

from __future__ import annotations

import asyncio
import datetime
import re
from html.parser import HTMLParser
from typing import Any

import jinja2
import pytest

from hub.join import PAGES
from hub.practice import LANGUAGES, LEVELS
from hub.strings import translation

HOSTILE = "<script>alert(1)</script>\"' onload=x {{ 7*7 }}"
ROOM = {
    "title": "First flight",
    "host": "Test group",
    "state": "open",
    "opened_at": 1_790_000_000_000,
    "closes_at": None,
    "erase_at": 1_798_588_800_000,
}
SEAT = {"number": 17, "name": "Ines", "title": "First flight", "phrase": "a b c"}
LAB = {
    "slug": "first_flight",
    "title": "First flight",
    "summary": "A small lab.",
    "minutes": 30,
    "level": "beginner",
    "license": "CC-BY-4.0",
    "version": "1.0.0",
    "language": "en",
    "room": None,
    "terms": [],
}
TERMS = {
    "lab": "first_flight",
    "language": "en",
    "title": "Terms of Example Ltd",
    "text": "1. Be kind.\n2. No resale.",
    "version": "0123456789abcdef",
}
HELD = {
    "code": "KUPA-37",
    "title": "First flight",
    "host": "Test group",
    "state": "closed",
    "practice": False,
    "number": 17,
    "labs": [LAB],
}
GIVEN: dict[str, Any] = {
    "look_url": "/hub/look",
    "xsrf": "token",
    "action": "/hub/join",
    "error": "",
    "room": ROOM,
    "code": "",
    "name": "",
    "zone": "",
    "mode": "code",
    "retry": False,
    "remembered": None,
    "terms": [],
    "accepted": [],
    "refused": "",
    "staff_url": "/hub/staff",
    "join_url": "/hub/join",
    "seat": SEAT,
    "running": False,
    "title": "The room is full",
    "sentence": "All seats are taken.",
    "link": None,
    "labs_url": "",
    "progress_url": "/services/room/progress",
    "shelf": {"known": True, "labs": [LAB], "mine": [HELD]},
    "asking": "first_flight",
    "levels": LEVELS,
    "languages": LANGUAGES,
}


def page(template: str, /, lang: str = "en", **values: Any) -> str:
    """Render one page the way the Hub does: escaped, asynchronous."""
    values |= {"lang": lang, "_": translation(lang).gettext}
    loader = jinja2.FileSystemLoader(PAGES)
    env = jinja2.Environment(loader=loader, autoescape=True, enable_async=True)
    return asyncio.run(env.get_template(template).render_async({**GIVEN, **values}))


class Tags(HTMLParser):
    """Collects every tag with its attributes, and the text between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def fields(text: str) -> list[str]:
    """Return the names of all fields of a page."""
    return re.findall(r'<input[^>]*\sname="([^"]+)"', text)


PAGES_WITH_TEXT = ["join.html", "seat.html", "staff.html", "labs.html", "message.html"]


@pytest.mark.parametrize("name", PAGES_WITH_TEXT)
def test_hostile_values_stay_text(name: str) -> None:
    """No value opens a tag, leaves its attribute or is taken for a template."""
    bad = dict.fromkeys(("code", "name", "error", "title", "sentence"), HOSTILE)
    seat = {**SEAT, "name": HOSTILE, "title": HOSTILE, "phrase": HOSTILE}
    text = page(
        name,
        **bad,
        room={**ROOM, "title": HOSTILE, "host": HOSTILE},
        shelf={
            "known": True,
            "labs": [LAB | dict.fromkeys(("title", "summary", "license"), HOSTILE)],
            "mine": [HELD | dict.fromkeys(("title", "host", "code"), HOSTILE)],
        },
        seat=seat,
        remembered=seat,
    )
    seen, calm = Tags(text), Tags(page(name, remembered=SEAT, error="x"))
    assert HOSTILE in seen.text
    assert [tag for tag, _ in seen.tags] == [tag for tag, _ in calm.tags]
    assert [set(found) for _, found in seen.tags] == [
        set(found) for _, found in calm.tags
    ]


@pytest.mark.parametrize("name", PAGES_WITH_TEXT)
def test_pages_stand_alone(name: str) -> None:
    """No page brings the Hub's inline script; all assets lie below look_url."""
    text = page(name)
    used = re.findall(r'(?:src|href)="([^"]+)"', text)
    assets = [one for one in used if one.rpartition(".")[2] in ("css", "js", "svg")]
    assert assets
    assert all(one.startswith("/hub/look/") for one in assets)
    assert "<title>" in text


def test_the_first_form_asks_for_code_and_name_and_perhaps_the_table() -> None:
    """What the browser is told about the fields helps a person on a phone."""
    text = page("join.html", code="KUPA-37", zone="Row 3")
    assert fields(text) == ["_xsrf", "with", "code", "name", "zone"]
    assert 'value="Row 3"' in text
    assert text.count(" required") == 2
    assert 'autocapitalize="characters"' in text
    assert 'value="KUPA-37"' in text
    assert "with=phrase&amp;code=KUPA-37" in text


def test_the_second_form_asks_for_code_and_phrase() -> None:
    """The return phrase has a form of its own, without JavaScript too."""
    text = page("join.html", mode="phrase", phrase="amber river")
    assert fields(text) == ["_xsrf", "with", "code", "phrase"]
    assert 'value="amber river"' in text
    assert 'name="with" value="phrase"' in text


def test_an_address_with_a_query_keeps_it() -> None:
    """Links between both forms add to the query that is there."""
    assert "/hub/join?next=x&amp;with=phrase" in page(
        "join.html", action="/hub/join?next=x"
    )


def test_a_remembered_browser_may_go_on_or_let_go() -> None:
    """Two forms, each with its own `do`."""
    text = page("join.html", remembered=SEAT, code="KUPA-37")
    assert "Welcome back, Ines." in text
    assert re.findall(r'name="do" value="(\w+)"', text) == ["continue", "forget"]
    assert "name" not in fields(text)


def test_an_error_is_tied_to_the_fields_and_takes_the_focus() -> None:
    """A screen reader hears the sentence at once and again at each field."""
    text = page("join.html", error="Wrong code.", code="KUPA-37", name="Ines")
    assert text.count('aria-describedby="error"') == 2
    assert 'id="error" role="alert" tabindex="-1" autofocus' in text
    assert text.count("autofocus") == 1
    assert 'value="Ines"' in text


def test_a_room_that_is_away_is_said_and_what_was_typed_stays() -> None:
    """The page goes on by itself; a form that was sent is sent again."""
    text = page("join.html", retry=True, room=None, name="Ines", error="Away.")
    assert "The room is restarting." in text
    assert "data-resend" in text
    assert 'value="Ines"' in text
    assert "data-resend" not in page("join.html", retry=True, room=None)
    assert "http-equiv" not in text


def test_the_phrase_is_shown_only_while_the_room_gives_it() -> None:
    """A seat seen before has no phrase to show."""
    assert ">a b c</p>" in page("seat.html")
    assert 'class="phrase"' not in page("seat.html", seat={**SEAT, "phrase": None})


def test_the_seat_page_says_what_its_button_does() -> None:
    """Start, go on, or try again while the room is away."""
    assert "Start the lab" in page("seat.html")
    assert "Go to the lab" in page("seat.html", running=True)
    assert "Try again" in page("seat.html", seat=None, error="Away.")


@pytest.mark.parametrize(
    "day",
    [
        "1970-01-01",
        "2024-02-29",
        "2026-02-28",
        "2026-03-01",
        "2026-12-31",
        "2100-03-01",
    ],
)
def test_dates_without_javascript_are_right(day: str) -> None:
    """The calendar of parts.html agrees with Python's, on its difficult days."""
    date = datetime.datetime.fromisoformat(f"{day}T23:59:59+00:00")
    text = page(
        "join.html", room={**ROOM, "erase_at": int(date.timestamp() * 1000) or 1}
    )
    expected = f"{date.day} {date:%B %Y}"
    assert f">{expected}</time>" in text


def test_a_date_is_written_as_its_language_does() -> None:
    """German dates have a full stop after the day."""
    text = page("join.html", lang="de")
    assert ">30. Dezember 2026</time>" in text


@pytest.mark.parametrize("name", PAGES_WITH_TEXT)
def test_a_page_names_its_language(name: str) -> None:
    """A screen reader is told which language to speak."""
    assert '<html lang="de">' in page(name, lang="de")
    assert '<html lang="en">' in page(name)


def test_a_page_in_german_has_no_english_left() -> None:
    """Every sentence of the English pages changes; names, titles and phrases do not."""
    kept = {"First flight", "First flight · Airlift", "Test group", "a b c", "Code"}
    for name in ("join.html", "seat.html", "staff.html"):
        for more in ({}, {"mode": "phrase"}, {"remembered": SEAT}, {"retry": True}):
            words = [
                {
                    line.strip()
                    for line in Tags(page(name, lang=lang, **more)).text.split("\n")
                }
                for lang in ("en", "de")
            ]
            assert {one for one in words[0] & words[1] if one} <= kept


def test_a_closed_room_asks_for_the_phrase_at_once() -> None:
    """Nobody new comes in, so the form is the one to come back by; no time is shown."""
    closed = {**ROOM, "state": "closed", "opened_at": None}
    text = page("join.html", room=closed, code="KUPA-37", mode="")
    assert fields(text) == ["_xsrf", "with", "code", "phrase"]
    assert "Come back with your phrase" in text
    assert "data-opens" not in text
    assert "I need a new seat" not in text
    back = page("join.html", room=closed, code="KUPA-37", mode="", remembered=SEAT)
    assert "Come back with your phrase" not in back
    assert "Continue" in back


def test_a_labs_card_says_everything_and_asks_for_a_name_only_when_needed() -> None:
    """One press starts a lab; the name is asked for on the card that was pressed."""
    shelf = {"known": False, "labs": [LAB], "mine": []}
    text = page("labs.html", shelf=shelf, asking="")
    assert fields(text) == ["_xsrf", "lab"]
    for words in ("A small lab.", "30 minutes", "for beginners", "CC-BY-4.0", "1.0.0"):
        assert words in text
    text = page("labs.html", shelf=shelf)
    assert fields(text) == ["_xsrf", "lab", "asked", "name"]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("join.html", {"terms": [TERMS]}),
        ("join.html", {"terms": [TERMS], "remembered": SEAT}),
        (
            "join.html",
            {"terms": [TERMS], "remembered": SEAT, "error": "x", "refused": "terms"},
        ),
        ("join.html", {"terms": [TERMS], "mode": "phrase", "refused": "terms"}),
        (
            "labs.html",
            {"shelf": {"known": True, "labs": [LAB | {"terms": [TERMS]}], "mine": []}},
        ),
    ],
)
def test_terms_are_read_in_full_and_accepted_by_a_box(
    name: str, more: dict[str, Any]
) -> None:
    """In the same form as the button, never ticked beforehand; hostile text is text."""
    text = page(name, **more)
    (form,) = re.findall(r"<form(?:(?!</form>).)*accept.*?</form>", text, re.S)
    assert "1. Be kind.\n2. No resale." in Tags(form).text
    assert 'name="accept" value="0123456789abcdef" required>' in form
    assert "I have read and accept: Terms of Example Ltd" in Tags(form).text
    assert "data-busy" in form
    again = page(name, **more, accepted=[TERMS["version"]])
    assert "required checked>" in again
    german = Tags(page(name, **more, lang="de")).text
    assert "Ich habe gelesen und nehme an: Terms of Example Ltd" in german


def test_hostile_terms_stay_text() -> None:
    """A vendor's text opens no tag and leaves no attribute."""
    bad = TERMS | dict.fromkeys(("title", "text", "language", "version"), HOSTILE)
    seen, calm = (
        Tags(page("join.html", terms=[bad])),
        Tags(page("join.html", terms=[TERMS])),
    )
    assert [tag for tag, _ in seen.tags] == [tag for tag, _ in calm.tags]
    assert HOSTILE in seen.text


def test_whoever_comes_by_phrase_is_asked_only_when_something_is_open() -> None:
    """The door cannot know before which seat it is."""
    assert "accept" not in fields(page("join.html", mode="phrase", terms=[TERMS]))


def test_own_seats_are_gone_on_with() -> None:
    """Of closed rooms and of practice; the door takes people there."""
    own = {"known": True, "labs": [{**LAB, "room": HELD}], "mine": [HELD]}
    text = page("labs.html", shelf=own)
    assert text.count('value="KUPA-37"') == 2
    assert text.count('action="/hub/join"') == 2
    assert "closed, your seat is still there" in text
    nothing = {"known": False, "labs": [], "mine": []}
    assert "No lab can be started here just now." in page("labs.html", shelf=nothing)


def test_the_link_that_leads_back_is_there_as_long_as_the_phrase() -> None:
    """A link, so that it can be kept without any script."""
    link = "/hub/join?code=KUPA-37&with=phrase#phrase=a-b-c"
    assert link in links(page("seat.html", link=link))
    seen = page("seat.html", seat={**SEAT, "phrase": None}, link="")
    assert "Back to my seat" not in seen


def links(text: str) -> list[str | None]:
    """Return the addresses that a page's links lead to."""
    return [found.get("href") for tag, found in Tags(text).tags if tag == "a"]
