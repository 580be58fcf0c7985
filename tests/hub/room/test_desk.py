"""The desk: claims, returns, doors, staff and rooms, as hub and CLI call it."""

from __future__ import annotations

import re
import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.seats import words
from tests.hub.room.process import LAB, Answer, RoomProcess, call

pytestmark = pytest.mark.slow


def refused(answer: Answer, status: int, code: str) -> None:
    """Check a refusal: status, code, and a sentence for the person."""
    assert (answer.status, answer.body["error"]["code"]) == (status, code), answer
    assert answer.body["error"]["message"].endswith(".")


def test_a_claim_gives_a_seat_with_a_phrase_until_it_was_noted(
    room: RoomProcess,
) -> None:
    """The phrase comes again after a reload, and not any more once it was seen."""
    evening = room.make_room()
    first = room.claim(evening["code"].lower(), "  Ines  ", "b1")
    assert first.body["new"] is True
    assert (first.body["number"], first.body["name"]) == (1, "Ines")
    assert set(first.body["phrase"].split()) <= set(words())
    again = room.claim(evening["code"], "Ines", "b1")
    assert again.body == {**first.body, "new": False}
    seat = first.body["seat"]
    assert room.desk("GET", f"/claims/{seat}").body == again.body
    assert room.desk("POST", f"/claims/{seat}/seen").status == 200
    assert room.claim(evening["code"], "Ines", "b1").body["phrase"] is None


def test_one_browser_joining_fifty_times_at_once_holds_one_seat(
    room: RoomProcess,
) -> None:
    """All fifty get the same answer, and one seat is taken."""
    evening = room.make_room()
    with ThreadPoolExecutor(50) as pool:
        joins = [
            pool.submit(room.claim, evening["code"], "Ines", "b") for _ in range(50)
        ]
        answers = [join.result() for join in joins]
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["seat"] for answer in answers}) == 1
    assert sum(answer.body["new"] for answer in answers) == 1
    assert room.desk("GET", f"/rooms/{evening['id']}").body["claimed"] == 1


def test_one_phrase_used_fifty_times_at_once_holds_one_seat(room: RoomProcess) -> None:
    """Fifty devices come back to the same seat, none takes another."""
    evening = room.make_room()
    claim = room.claim(evening["code"], "Ines").body

    def come_back(number: int) -> Answer:
        body = {
            "code": evening["code"],
            "phrase": claim["phrase"].upper(),
            "browser": f"device-{number}",
        }
        return room.desk("POST", "/returns", body)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(come_back, range(50)))
    assert {answer.body["seat"] for answer in answers} == {claim["seat"]}
    assert {answer.body["phrase"] for answer in answers} == {None}
    assert room.desk("GET", f"/rooms/{evening['id']}").body["claimed"] == 1


def test_fifty_people_at_once_get_fifty_seats_or_hear_that_it_is_full(
    room: RoomProcess,
) -> None:
    """No seat is given twice."""
    evening = room.make_room(capacity=40)
    with ThreadPoolExecutor(50) as pool:
        joins = [pool.submit(room.claim, evening["code"], f"P{n}") for n in range(50)]
        answers = [join.result() for join in joins]
    seats = [answer.body["seat"] for answer in answers if answer.status == 200]
    assert len(seats) == len(set(seats)) == 40
    for answer in answers:
        if answer.status != 200:
            refused(answer, 409, "room-full")


def test_a_second_anna_is_another_participant(room: RoomProcess) -> None:
    """Another browser, another seat; the board tells them apart."""
    evening = room.make_room()
    first, second = (room.claim(evening["code"], "Anna") for _ in range(2))
    assert first.body["seat"] != second.body["seat"]
    assert first.body["name"] == second.body["name"] == "Anna"
    assert first.body["phrase"] != second.body["phrase"]
    shown = room.desk("GET", f"/rooms/{evening['id']}").body["progress"]["seats"]
    assert [seat["name"] for seat in shown] == ["Anna", "Anna (2)"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Zoë ✈ 李雷", "Zoë ✈ 李雷"),
        ("x" * 10_000, "x" * 60),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("A\x00n\u202ena\r\n", "Anna"),
        ("' OR 1=1; --", "' OR 1=1; --"),
    ],
)
def test_names_are_data(room: RoomProcess, name: str, kept: str) -> None:
    """Any name is kept as a person would read it."""
    evening = room.make_room()
    claim = room.claim(evening["code"], name, "b1")
    assert (claim.status, claim.body["name"]) == (200, kept)
    assert room.claim(evening["code"], "", "b1").body["name"] == kept


def test_each_closed_door_has_its_sentence(room: RoomProcess) -> None:
    """Wrong code, no name, not open, full, closed; who was in comes back."""
    evening = room.make_room(capacity=1, open_=False)
    code = evening["code"]
    refused(room.claim("XXXX-00", "Ines"), 403, "wrong-code")
    refused(room.claim(code, "Ines"), 409, "room-not-open")
    room.desk("POST", f"/rooms/{evening['id']}/open")
    refused(room.claim(code, " \u200b "), 422, "bad-name")
    inside = room.claim(code, "Ines", "b1")
    refused(room.claim(code, "Ben"), 409, "room-full")
    room.desk("POST", f"/rooms/{evening['id']}/close")
    refused(room.claim(code, "Ben"), 409, "room-closed")
    assert room.claim(code, "Ines", "b1").body["seat"] == inside.body["seat"]
    body = {"code": code, "phrase": inside.body["phrase"], "browser": "b2"}
    assert room.desk("POST", "/returns", body).body["seat"] == inside.body["seat"]
    refused(
        room.desk("POST", "/returns", {**body, "phrase": "one two three"}),
        403,
        "wrong-phrase",
    )


def test_a_claim_survives_a_killed_room(own_room: RoomProcess) -> None:
    """Who holds which seat, phrase and number are there after kill -9."""
    room = own_room
    evening = room.make_room()
    before = room.claim(evening["code"], "Zoë ✈ 李雷 <b>", "b1").body
    room.kill()
    room.start()
    assert room.claim(evening["code"], "Ines", "b1").body == {**before, "new": False}


def test_not_you_lets_the_browser_go_and_keeps_the_seat(room: RoomProcess) -> None:
    """The next name from this browser takes another seat."""
    evening = room.make_room()
    ines = room.claim(evening["code"], "Ines", "b1").body
    assert room.desk("POST", "/forget", {"browser": "b1"}).status == 200
    ben = room.claim(evening["code"], "Ben", "b1").body
    assert ben["seat"] != ines["seat"]
    body = {"code": evening["code"], "phrase": ines["phrase"], "browser": "b1"}
    assert room.desk("POST", "/returns", body).body["seat"] == ines["seat"]
    assert room.claim(evening["code"], "", "b1").body["seat"] == ines["seat"]


def test_the_door_shows_the_room_and_never_gives_a_code_away(
    own_room: RoomProcess,
) -> None:
    """Without a code: the one open room, without its code; with it: everything."""
    room = own_room
    nothing = {"room": None, "practice": False, "seat": None, "terms": []}
    assert room.desk("GET", "/door").body == nothing
    evening = room.make_room()
    shown = room.desk("GET", "/door?browser=b1").body
    assert shown["room"]["title"] == "An evening"
    assert shown["room"]["code"] is None
    with_code = room.desk("GET", f"/door?browser=b1&code={evening['code']}").body
    assert with_code["room"]["code"] == evening["code"]
    room.claim(evening["code"], "Ines", "b1")
    known = room.desk("GET", f"/door?browser=b1&code={evening['code']}").body["seat"]
    assert (known["number"], known["name"], known["seen"]) == (1, "Ines", False)
    room.make_room()
    assert room.desk("GET", "/door").body["room"] is None
    held = room.desk("GET", "/door?browser=b1").body
    assert (held["room"]["id"], held["seat"]["number"]) == (evening["id"], 1)
    refused(room.desk("GET", "/door?browser=b2&code=XXXX-00"), 403, "wrong-code")


def test_guessing_codes_is_slowed_per_browser_and_hurts_nobody_else(
    room: RoomProcess,
) -> None:
    """After some wrong codes a browser waits, its right guess included."""
    evening = room.make_room()
    answers = [room.claim(f"ZUZU-{n:02}", "Eve", "eve") for n in range(8)]
    assert [answer.status for answer in answers] == [403] * 8
    for _ in range(20):  # where all takes long a try has come back by then
        wrong = room.claim("ZUZU-09", "Eve", "eve")
        right = room.claim(evening["code"], "Eve", "eve")
        if wrong.status == right.status == 429:
            break
    refused(wrong, 429, "slow-down")
    assert wrong.body["error"]["retry_after"] > 0
    assert int(wrong.headers["Retry-After"]) > 0
    refused(right, 429, "slow-down")
    assert room.claim(evening["code"], "Ines", "ines").status == 200


def test_guessing_phrases_is_slowed_per_code(room: RoomProcess) -> None:
    """Fresh browsers for each guess do not help; other rooms are not slowed."""
    evening, other = room.make_room(), room.make_room()
    phrase = room.claim(other["code"], "Ben").body["phrase"]
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < 400:  # a slow try gives one back
        body = {
            "code": evening["code"],
            "phrase": "amber river stone",
            "browser": uuid.uuid4().hex,
        }
        statuses.append(room.desk("POST", "/returns", body).status)
    assert set(statuses) == {403, 429}
    assert statuses.index(429) >= 40
    body = {"code": other["code"], "phrase": phrase, "browser": "b1"}
    assert room.desk("POST", "/returns", body).status == 200


def test_staff_come_by_key_and_one_browser_is_one_user(room: RoomProcess) -> None:
    """Keys are re-shown, typed loosely, and listed with the role they give."""
    evening, other = room.make_room(), room.make_room()
    key = {"key": evening["helper_key"].upper().replace("-", " "), "browser": "b1"}
    helper = room.desk("POST", "/staff", key).body
    assert helper["user"].startswith("p")
    assert (helper["role"], helper["rooms"]) == ("helper", [evening["id"]])
    key = {"key": other["presenter_key"], "browser": "b1"}
    both = room.desk("POST", "/staff", key).body
    assert both["user"] == helper["user"]
    assert both["role"] == "presenter"
    assert set(both["rooms"]) == {evening["id"], other["id"]}
    again = room.desk("GET", f"/rooms/{evening['id']}").body
    assert again["helper_key"] == evening["helper_key"]
    wrong = {"key": "aaaa-bbbb-cccc-dddd", "browser": "b2"}
    refused(room.desk("POST", "/staff", wrong), 403, "wrong-key")


def test_a_room_may_have_a_language(room: RoomProcess) -> None:
    """Door, seat and board are told; one that is not there is refused."""
    wanted = {"title": "A", "host": "B", "labs": ["first_flight"], "language": "de"}
    evening = room.desk("POST", "/rooms", wanted).body
    assert evening["language"] == "de"
    room.desk("POST", f"/rooms/{evening['id']}/open")
    seat = room.claim(evening["code"], "Ines").body
    assert seat["language"] == "de"
    assert room.desk("GET", f"/seats/{seat['seat']}").body["language"] == "de"
    door = room.desk("GET", f"/door?code={evening['code']}&browser=b").body
    assert door["room"]["language"] == "de"
    answer = room.desk("POST", "/rooms", {**wanted, "language": "xx"})
    assert (answer.status, answer.body["error"]["code"]) == (422, "bad-room")


def test_the_spawner_learns_what_runs_at_a_seat(room: RoomProcess) -> None:
    """Labs, image, interface and egress; a staff user or stranger has no seat."""
    evening = room.make_room()
    seat = room.claim(evening["code"], "Ines").body["seat"]
    assert room.desk("GET", f"/seats/{seat}").body == {
        "seat": seat,
        "room": evening["id"],
        "number": 1,
        "vouchers": {},
        "labs": ["first_flight"],
        "image": "base",
        "interface": "lab",
        "egress": False,
        "language": "",
        "practice": False,
        "room_state": "open",
    }
    for stranger in ("saaaaaaaaaa", "paaaaaaaaaa"):
        refused(room.desk("GET", f"/seats/{stranger}"), 404, "not-found")


def test_a_room_is_made_from_labs_that_fit_together(room: RoomProcess) -> None:
    """Unknown and mixed labs are refused by name; bad numbers and codes, too."""
    other = room.root / "labs" / "other_lab"
    other.mkdir()
    (other / "lab.toml").write_text(
        LAB.replace('feedback = "', 'egress = true\nfeedback = "')
    )
    wanted = {"title": "T", "host": "H", "labs": ["first_flight"], "code": "kupa 37"}
    assert room.desk("POST", "/rooms", wanted).body["code"] == "KUPA-37"

    def make(**changes: object) -> Answer:
        return room.desk("POST", "/rooms", {**wanted, "code": None, **changes})

    mixed = make(labs=["first_flight", "other_lab"])
    assert (mixed.status, mixed.body["error"]["code"]) == (422, "mixed-labs")
    assert "egress" in mixed.body["error"]["message"]
    unknown = make(labs=["first_flight", "nothing"])
    assert (unknown.status, unknown.body["error"]["code"]) == (422, "unknown-lab")
    for changes in (
        {"labs": []},
        {"labs": "first_flight"},
        {"capacity": 0},
        {"capacity": 10_001},
        {"capacity": "9"},
        {"title": " "},
        {"code": "nonsense"},
        {"code": "KUPA-37"},
    ):
        answer = make(**changes)
        assert (answer.status, answer.body["error"]["code"]) == (422, "bad-room")
        assert re.search("expected|another room", answer.body["error"]["message"])


def test_opening_and_closing_twice_changes_nothing(room: RoomProcess) -> None:
    """The times stay those of the first; erasing is due some days after opening."""
    evening = room.make_room()
    again = room.desk("POST", f"/rooms/{evening['id']}/open").body
    assert again == evening
    assert evening["erase_at"] - evening["opened_at"] == 30 * 24 * 3_600_000
    for _ in range(2):
        closed = room.desk("POST", f"/rooms/{evening['id']}/close").body
        assert (closed["state"], closed["opened_at"]) == (
            "closed",
            evening["opened_at"],
        )
    refused(room.desk("POST", "/rooms/raaaaaaaaaa/open"), 404, "not-found")


def test_a_room_closes_by_itself_when_its_time_has_come(room: RoomProcess) -> None:
    """Nobody has to remember."""
    wanted = {
        "title": "T",
        "host": "H",
        "labs": ["first_flight"],
    }
    for seconds in (4, 20, 60):  # a busy machine may take longer to open it
        wanted["closes_at"] = int(1000 * (time.time() + seconds))
        made = room.desk("POST", "/rooms", wanted).body
        opened = room.desk("POST", f"/rooms/{made['id']}/open")
        if opened.status == 200 and opened.body["state"] == "open":
            break
    assert opened.body["state"] == "open"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if room.desk("GET", f"/rooms/{made['id']}").body["state"] == "closed":
            return
        time.sleep(0.1)
    raise AssertionError("expected the room to close by itself")


def test_only_the_desk_token_opens_the_desk(room: RoomProcess) -> None:
    """Nobody else gets an answer, and it listens on loopback alone."""
    url = f"http://127.0.0.1:{room.desk_port}/desk/rooms"
    for headers in ({}, {"Authorization": "token wrong"}, {"Authorization": "token é"}):
        refused(call("GET", url, None, headers), 401, "not-logged-in")
    evening = room.make_room()
    token = room.staff(evening)
    refused(
        call("GET", url, None, {"Authorization": f"token {token}"}),
        401,
        "not-logged-in",
    )


@pytest.mark.parametrize(
    "body", [[], "x", 5, {}, {"code": 5}, {"code": "a", "name": None}]
)
def test_a_desk_request_of_another_shape_is_refused(
    room: RoomProcess, body: object
) -> None:
    """With a sentence, not with a traceback."""
    answer = room.desk("POST", "/claims", body)
    assert (answer.status, answer.body["error"]["code"]) == (400, "bad-request")


def test_names_stay_out_of_the_journal_and_secrets_out_of_the_database(
    own_room: RoomProcess, root: Path
) -> None:
    """The name is in participants alone; phrase, keys and browser nowhere."""
    room = own_room
    evening = room.make_room()
    claim = room.claim(evening["code"], "Xylophonia", "browser-string-of-ines").body
    room.staff(evening)
    room.stop()
    path = root / ".airlift" / "room" / "journal.sqlite"
    assert path.stat().st_mode & 0o077 == 0
    content = path.read_bytes()
    assert content.count(b"Xylophonia") == 1
    for secret in (
        claim["phrase"],
        evening["presenter_key"],
        evening["helper_key"],
        "browser-string-of-ines",
    ):
        assert secret.encode() not in content
        assert secret not in room.log


def test_people_are_erased_when_their_room_is_due(
    own_room: RoomProcess, root: Path
) -> None:
    """At the erase date name, phrase and browser are gone from memory and files."""
    room = own_room
    evening = room.make_room()
    claim = room.claim(evening["code"], "Xylophonia", "browser-string-of-ines").body
    room.stop()
    folder = root / ".airlift" / "room"
    with sqlite3.connect(folder / "journal.sqlite") as database:
        database.execute("UPDATE rooms SET erase_at = 1")
    database.close()
    room.start()

    def names() -> bytes:
        """Return everything the room's files hold."""
        return b"".join(path.read_bytes() for path in folder.iterdir())

    deadline = time.monotonic() + 60
    while b"Xylophonia" in names() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert b"Xylophonia" not in names()
    refused(room.desk("GET", f"/claims/{claim['seat']}"), 404, "not-found")
    found = room.desk("GET", f"/rooms/{evening['id']}").body
    assert found["state"] == "closed"
    assert found["progress"]["seats"] == []
