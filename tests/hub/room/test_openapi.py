"""openapi.json says what the service does: routes, methods and answers."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
from openapi_spec_validator import validate
from tornado.web import RequestHandler, StaticFileHandler

import hub.room
from hub.room.app import desk_routes, public_routes
from hub.room.refusal import REFUSALS
from tests.hub.room.process import RoomProcess, an_attempt, batch

DOCUMENT: dict[str, Any] = json.loads(
    (Path(hub.room.__file__).parent / "openapi.json").read_text()
)
_METHODS = ("get", "post", "put", "patch", "delete")


def handled() -> set[tuple[str, str]]:
    """Return (path, method) of every route, with each group as {}."""
    nothing: Any = SimpleNamespace()
    found = set()
    for pattern, handler, *_ in [*public_routes(nothing), *desk_routes(nothing)]:
        path = re.sub(r"\([^)]*\)", "{}", pattern)
        for method in _METHODS:
            inherited = getattr(RequestHandler, method)
            if getattr(handler, method) is not inherited:
                found.add((path, method))
    return found


def test_every_route_is_described_and_every_description_is_a_route() -> None:
    """The two lists are the same."""
    described = {
        (re.sub(r"\{[^}]*\}", "{}", path), method)
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }
    assert described == handled()


def test_the_description_is_valid_openapi() -> None:
    """By the validator of the specification's own schema."""
    validate(DOCUMENT)


def check(data: object, schema: str) -> None:
    """Check an answer against one of the described schemas."""
    root = {"components": DOCUMENT["components"]}
    jsonschema.validate(data, {**root, "$ref": f"#/components/schemas/{schema}"})


def test_answers_are_as_described(room: RoomProcess) -> None:
    """Each kind of answer of a running service fits its schema."""
    evening = room.make_room()
    check(evening, "OwnRoom")
    claim = room.claim(evening["code"], "Ines", "browser-1")
    check(claim.body, "Place")
    seat, token = claim.body["seat"], room.hub.admit(claim.body["seat"])
    bad = {**an_attempt(), "outcome": "great"}
    answer = room.post("api/attempts", batch(an_attempt(), bad), token)
    assert len(answer.body["acked"]) == len(answer.body["refused"]) == 1
    check(answer.body, "Acknowledged")
    check(room.get("api/seat/progress", token).body, "OwnProgress")
    staff = room.staff(evening)
    check(room.get("api/rooms", staff).body, "Rooms")
    check(room.get(f"api/rooms/{evening['id']}/progress", staff).body, "Snapshot")
    check(room.get("health").body, "Health")
    check(room.get("api/rooms").body, "Error")
    check(room.desk("GET", f"/rooms/{evening['id']}").body, "RoomDetail")
    check(room.desk("GET", f"/seats/{seat}").body, "SeatServer")
    door = f"/door?code={evening['code']}&browser=browser-1"
    check(room.desk("GET", door).body, "Door")
    key = {"key": evening["helper_key"], "browser": "browser-2"}
    check(room.desk("POST", "/staff", key).body, "StaffUser")
    served = room.get("openapi.json")
    assert served.body == DOCUMENT


def test_every_refusal_is_one_sentence_with_an_error_status() -> None:
    """Shown to people as it is."""
    for code, (status, sentence) in REFUSALS.items():
        assert re.fullmatch(r"[a-z-]+", code)
        assert 400 <= status <= 503
        assert sentence[0].isupper()
        assert sentence.endswith(".")


def test_only_files_are_served_without_our_own_handlers() -> None:
    """Whatever is not a plain file is a handler of this package."""
    nothing: Any = SimpleNamespace()
    for _, handler, *_ in [*public_routes(nothing), *desk_routes(nothing)]:
        assert inspect.getmodule(handler).__name__.startswith("hub.room")  # type: ignore[union-attr]
        if issubclass(handler, StaticFileHandler):
            assert handler.__name__ == "FileHandler"
