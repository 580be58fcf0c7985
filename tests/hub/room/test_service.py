"""The service as seats and staff meet it: a real process, real HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from hub.secrets import read_secret
from tests.hub.room.process import (
    Answer,
    RoomProcess,
    StandInHub,
    Stream,
    an_attempt,
    auth,
    batch,
)

pytestmark = pytest.mark.slow


def refused(answer: Answer, status: int, code: str) -> None:
    """Check a refusal: status and code."""
    assert (answer.status, answer.body["error"]["code"]) == (status, code), answer


def test_an_attempt_is_acknowledged_and_shows_on_the_board(room: RoomProcess) -> None:
    """What a seat sends comes back as acked and is in the snapshot under its name."""
    evening = room.make_room()
    seat, token = room.seat(evening["code"])
    sent = an_attempt(outcome="failed", reason="rows-lost", hint="expected 336 rows")
    answer = room.post("api/attempts", batch(sent), token)
    assert (answer.status, answer.body) == (200, {"acked": [sent["id"]], "refused": []})
    staff = room.staff(evening)
    shown = room.get(f"api/rooms/{evening['id']}/progress", staff).body
    assert shown["room"]["claimed"] == 1
    [found] = shown["seats"]
    assert (found["seat"], found["name"], found["number"]) == (seat, "Ines", 1)
    step = found["steps"]["first_flight/load-data"]
    assert step["state"] == "trying"
    assert (step["attempts"], step["failed"], step["errors"]) == (1, 1, 0)
    assert (step["reason"], step["hint"]) == ("rows-lost", "expected 336 rows")


def test_sending_again_is_acknowledged_again_and_counts_once(room: RoomProcess) -> None:
    """At least once on the wire, exactly once in the facts; another seat is apart."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    _, other = room.seat(evening["code"])
    sent = an_attempt()
    for body in (batch(sent, sent), batch(sent)):
        assert sent["id"] in room.post("api/attempts", body, token).body["acked"]
    assert room.post("api/attempts", batch(sent), other).body["acked"] == [sent["id"]]
    for mine in (token, other):
        facts = room.get("api/seat/progress", mine).body["seat"]["steps"]
        assert facts["first_flight/load-data"]["attempts"] == 1


def test_what_can_never_be_accepted_is_refused_one_by_one(room: RoomProcess) -> None:
    """The good ones of the batch are kept; each refusal says what is wrong."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    good = an_attempt()
    bad = [
        an_attempt("no-such-step"),
        an_attempt(lab="other_lab"),
        an_attempt(outcome="great"),
        an_attempt(hint="x" * 301),
        {"id": "z" * 1000},
        "nonsense",
    ]
    answer = room.post("api/attempts", batch(*bad, good), token).body
    assert answer["acked"] == [good["id"]]
    assert [one["code"] for one in answer["refused"]] == [
        "unknown-step",
        "unknown-lab",
        *["bad-attempt"] * 4,
    ]
    assert [one["id"] for one in answer["refused"]][:2] == [bad[0]["id"], bad[1]["id"]]
    assert all(len(one["id"]) <= 64 for one in answer["refused"])
    assert all("expected" in one["message"] for one in answer["refused"])


def test_a_closed_room_keeps_taking_attempts(room: RoomProcess) -> None:
    """Practice goes on after the evening."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    room.desk("POST", f"/rooms/{evening['id']}/close")
    sent = an_attempt()
    assert room.post("api/attempts", batch(sent), token).body["acked"] == [sent["id"]]


def test_times_are_the_rooms_arrival_minus_age(room: RoomProcess) -> None:
    """What happened a minute before it was sent stands a minute before."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    sent = an_attempt(age_ms=60_000)
    room.post("api/attempts", batch(sent), token)
    found = room.get("api/seat/progress", token).body
    ago = found["at"] - found["seat"]["last_at"]
    assert ago >= 60_000


@pytest.mark.parametrize(
    "body",
    [[], {}, {"v": 2, "attempts": []}, {"v": 1}, {"v": 1, "attempts": {}}, "text", 7],
)
def test_a_request_of_another_shape_is_refused_whole(
    room: RoomProcess, body: object
) -> None:
    """400 with a sentence."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    refused(room.post("api/attempts", body, token), 400, "bad-request")


def test_more_than_a_batch_or_a_body_is_refused(room: RoomProcess) -> None:
    """101 attempts: 400; more than 512 KiB: 413, before the body is read."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    many = [an_attempt() for _ in range(101)]
    refused(room.post("api/attempts", batch(*many), token), 400, "bad-request")
    for size in (513 * 1024, 5 * 1024 * 1024):
        connection = http.client.HTTPConnection("127.0.0.1", room.port, timeout=20)
        connection.putrequest("POST", "/services/room/api/attempts")
        connection.putheader("Content-Length", str(size))
        connection.putheader("Authorization", f"token {token}")
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["error"]["code"] == "too-large"
        connection.close()


def test_only_a_seats_own_token_reports(room: RoomProcess) -> None:
    """No token, a wrong one, staff, another service's user, a token in the URL."""
    evening = room.make_room()
    seat, token = room.seat(evening["code"])
    body = batch(an_attempt())
    refused(room.post("api/attempts", body), 401, "not-logged-in")
    refused(room.post("api/attempts", body, "wrong"), 401, "not-logged-in")
    refused(room.post("api/attempts", body, room.staff(evening)), 403, "not-allowed")
    refused(
        room.post("api/attempts", body, room.hub.admit("saaaaaaaaaa")),
        403,
        "not-allowed",
    )
    refused(room.post(f"api/attempts?token={token}", body), 401, "not-logged-in")
    without = uuid.uuid4().hex
    room.hub.users[without] = {"kind": "user", "name": seat, "scopes": []}
    refused(room.post("api/attempts", body, without), 403, "not-allowed")


def test_identity_comes_from_the_token_never_from_the_body(room: RoomProcess) -> None:
    """A seat named in the body is not looked at; others cannot be seen."""
    evening = room.make_room()
    victim, victim_token = room.seat(evening["code"])
    seat, token = room.seat(evening["code"])
    sent = {**an_attempt(), "seat": victim, "room": "raaaaaaaaaa", "at": 5}
    room.post("api/attempts", {**batch(sent), "seat": victim}, token)
    assert room.get("api/seat/progress", victim_token).body["seat"]["steps"] == {}
    mine = room.get("api/seat/progress", token).body
    assert mine["seat"]["seat"] == seat
    assert victim not in json.dumps(mine)
    for path in (f"api/rooms/{evening['id']}/progress", "api/rooms"):
        refused(room.get(path, token), 403, "not-allowed")


def test_staff_need_the_scope_and_the_rooms_own_list(room: RoomProcess) -> None:
    """Either alone is not enough; a name says nothing."""
    evening, other = room.make_room(), room.make_room()
    listed = room.staff(evening)
    path = f"api/rooms/{evening['id']}/progress"
    assert room.get(path, listed).status == 200
    assert room.get(path, room.staff(evening, "helper")).status == 200
    refused(room.get(path, room.staff(other)), 403, "not-allowed")
    refused(room.get("api/rooms/raaaaaaaaaa/progress", listed), 403, "not-allowed")
    user = room.hub.users[listed]["name"]
    refused(room.get(path, room.hub.admit(user)), 403, "not-allowed")
    refused(
        room.get(path, room.hub.admit(user, "custom:room:helper")), 403, "not-allowed"
    )
    refused(
        room.get(path, room.hub.admit("presenter", "custom:room:presenter")),
        403,
        "not-allowed",
    )
    rooms = room.get("api/rooms", listed).body["rooms"]
    assert [found["id"] for found in rooms] == [evening["id"]]


def test_a_flood_is_slowed_and_costs_only_its_own_seat(room: RoomProcess) -> None:
    """429 with Retry-After after a generous burst; the neighbour is not slowed."""
    evening = room.make_room()
    _, flooder = room.seat(evening["code"])
    _, neighbour = room.seat(evening["code"])
    answers: list[Answer] = []
    while not answers or (answers[-1].status == 200 and len(answers) < 50):
        body = batch(*(an_attempt() for _ in range(100)))
        answers.append(room.post("api/attempts", body, flooder))
    assert len(answers) > 3
    refused(answers[-1], 429, "slow-down")
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert room.post("api/attempts", batch(an_attempt()), neighbour).status == 200


def test_the_stream_brings_a_snapshot_then_what_happens(room: RoomProcess) -> None:
    """Claims and attempts arrive without asking again."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    stream = Stream(room, evening["id"], room.staff(evening))
    assert stream.answer.getheader("Content-Type", "").startswith("text/event-stream")
    kind, row, data = stream.next()
    assert kind == "snapshot"
    assert [lab["slug"] for lab in data["labs"]] == ["first_flight"]
    room.post("api/attempts", batch(an_attempt()), token)
    kind, later, data = stream.next()
    assert (kind, later > row) == ("delta", True)
    [seat] = data["seats"]
    assert seat["steps"]["first_flight/load-data"]["state"] == "passed"
    room.seat(evening["code"], "Ben")
    _, _, data = stream.next()
    assert data["room"]["claimed"] == 2
    assert [seat["name"] for seat in data["seats"]] == ["Ben"]
    stream.close()


def test_a_stream_resumes_exactly_across_a_killed_room(own_room: RoomProcess) -> None:
    """Last-Event-ID works on the new process: only what the viewer missed comes."""
    room = own_room
    evening = room.make_room()
    _, first = room.seat(evening["code"], "Ines")
    _, second = room.seat(evening["code"], "Ben")
    room.post("api/attempts", batch(an_attempt()), first)
    staff = room.staff(evening)
    _, row, _ = Stream(room, evening["id"], staff).next()
    room.post("api/attempts", batch(an_attempt()), second)
    room.kill()
    room.start()
    kind, _, data = Stream(room, evening["id"], staff, row).next()
    assert kind == "delta"
    assert [seat["name"] for seat in data["seats"]] == ["Ben"]
    kind, _, _ = Stream(room, evening["id"], staff, 10**9).next()
    assert kind == "snapshot"


def test_viewers_who_do_not_read_slow_nobody(room: RoomProcess) -> None:
    """Ten connections that never read; the eleventh viewer still sees all."""
    evening = room.make_room()
    seats = [room.seat(evening["code"], f"P{n}")[1] for n in range(5)]
    staff = room.staff(evening)
    deaf = [Stream(room, evening["id"], staff) for _ in range(10)]
    viewer = Stream(room, evening["id"], staff)
    viewer.next()
    for _ in range(20):
        for token in seats:
            sent = batch(*(an_attempt(hint="x" * 300) for _ in range(2)))
            assert room.post("api/attempts", sent, token).status == 200
    seen = 0
    while seen < 200:
        _, _, data = viewer.next()
        for seat in data["seats"]:
            if seat["steps"]["first_flight/load-data"]["attempts"] == 40:
                seen += 40
    for stream in (*deaf, viewer):
        stream.close()


def test_seats_and_boards_outlive_the_hub(own_room: RoomProcess) -> None:
    """Known tokens work while the hub is down; an unknown one is asked to wait."""
    room = own_room
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    staff = room.staff(evening)
    path = f"api/rooms/{evening['id']}/progress"
    assert room.post("api/attempts", batch(an_attempt()), token).status == 200
    assert room.get(path, staff).status == 200
    _, newcomer = room.seat(evening["code"])
    room.hub.down = True
    try:
        assert room.post("api/attempts", batch(an_attempt()), token).status == 200
        assert room.get(path, staff).status == 200
        away = room.post("api/attempts", batch(an_attempt()), newcomer)
        refused(away, 503, "hub-away")
        assert int(away.headers["Retry-After"]) >= 1
    finally:
        room.hub.down = False
    assert room.post("api/attempts", batch(an_attempt()), newcomer).status == 200


def test_strangers_are_sent_to_log_in_from_pages_and_told_so_by_the_api(
    room: RoomProcess,
) -> None:
    """Pages redirect to the hub's OAuth with PKCE; the API answers 401 as JSON."""
    for path in ("/services/room/", "/services/room/raaaaaaaaaa"):
        connection = http.client.HTTPConnection("127.0.0.1", room.port, timeout=20)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 302
        target = answer.getheader("Location", "")
        assert target.startswith("/hub/api/oauth2/authorize?client_id=service-room")
        assert "code_challenge=" in target
        assert "unsafe" not in answer.getheader("Content-Security-Policy", "unsafe")
        connection.close()
    refused(room.get("api/rooms"), 401, "not-logged-in")


def test_pages_are_static_shells_under_a_strict_policy(room: RoomProcess) -> None:
    """The same bytes for everybody; the policy allows no inline script."""
    evening = room.make_room()
    staff = room.staff(evening)
    page = room.get(evening["id"], staff)
    assert page.status == 200
    assert page.body == room.get("raaaaaaaaaa", staff).body
    assert evening["title"] not in page.body
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "_xsrf=" in page.headers["Set-Cookie"]
    assert "Path=/services/room/" in page.headers["Set-Cookie"]
    assert room.get("look/look.css").status == 200
    assert room.get("static/board.js").status == 200
    for path in ("static/../app.py", "static/..%2fapp.py", "look/../../pyproject.toml"):
        assert room.get(path).status in (403, 404)


def test_nothing_here_is_json_too(room: RoomProcess) -> None:
    """Unknown addresses and wrong methods have the one error shape."""
    refused(room.get("api/nothing"), 404, "not-found")
    refused(room.get("api/attempts"), 401, "not-logged-in")
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    refused(room.get("api/attempts", token), 405, "wrong-method")


def test_metrics_are_for_the_holder_of_the_desk_token(room: RoomProcess) -> None:
    """Prometheus' format, with numbers that grow, and no names."""
    refused(room.get("metrics"), 401, "not-logged-in")
    evening = room.make_room()
    _, token = room.seat(evening["code"], "Xylophonia")
    room.post("api/attempts", batch(an_attempt()), token)
    desk = read_secret(room.root / ".airlift" / "secrets", "desk")
    text = room.get("metrics", desk).body
    assert 'airlift_attempts_total{answer="new"}' in text
    assert "airlift_commit_seconds_bucket" in text
    assert "Xylophonia" not in text


def test_no_token_is_ever_logged(own_room: RoomProcess) -> None:
    """Also not those that somebody puts into an address, and no browser string."""
    room = own_room
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    room.desk("GET", "/door?browser=the-browser-string&code=XXXX-11")
    room.get(f"api/rooms?token={token}")
    room.post("api/attempts", batch(an_attempt()), token)
    room.hub.down = True
    room.post("api/attempts", batch(an_attempt()), "a-token-nobody-knows")
    room.hub.down = False
    assert room.stop() == 0
    for secret in (token, "the-browser-string", "a-token-nobody-knows"):
        assert secret not in room.log


def test_a_mended_lab_is_known_without_a_restart(own_room: RoomProcess) -> None:
    """A new step is accepted once it is on disk.

    While lab.toml is broken, known steps go on, and an unknown one is asked to wait
    instead of being refused for good.
    """
    room = own_room
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    lab = room.root / "labs" / "first_flight" / "lab.toml"
    good = lab.read_text()
    lab.write_text("[lab\n")
    sent = an_attempt("plot-delays")
    assert room.post("api/attempts", batch(an_attempt()), token).status == 200
    refused(room.post("api/attempts", batch(sent), token), 503, "lab-away")
    lab.write_text(good + '[[steps]]\nid = "plot-delays"\ntitle = "Plot"\n')
    answer = room.post("api/attempts", batch(sent), token).body
    assert answer["acked"] == [sent["id"]]


# Start and stop ---------------------------------------------------------------------


def test_it_stops_cleanly_with_viewers_connected(own_room: RoomProcess) -> None:
    """SIGTERM: streams end, everything is written, exit status 0."""
    room = own_room
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    stream = Stream(room, evening["id"], room.staff(evening))
    stream.next()
    room.post("api/attempts", batch(an_attempt()), token)
    assert room.stop() == 0
    ended = (EOFError, OSError, http.client.HTTPException)
    with pytest.raises(ended):
        drain(stream)


def drain(stream: Stream) -> None:
    """Read until the stream ends."""
    while True:
        stream.next()


def told(room: RoomProcess, *extra: str) -> str:
    """Run one more service like `room` and return its last words."""
    done = subprocess.run(
        room.command(*extra), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_a_taken_port_is_said_in_one_sentence(room: RoomProcess) -> None:
    """Which says what to change."""
    assert "change `port` in airlift.toml" in told(room)


def test_a_second_service_is_refused_by_the_lock(
    room: RoomProcess, hub: StandInHub
) -> None:
    """On other ports, but on the same journal."""
    assert room.process is not None
    said = told(RoomProcess(room.root, hub))
    assert "expected to be the only room service here" in said
    assert f"process {room.process.pid}" in said


def test_missing_secrets_are_said_in_one_sentence(root: Path, hub: StandInHub) -> None:
    """Which names the file and who makes it."""
    (root / ".airlift" / "secrets" / "seal").unlink()
    said = told(RoomProcess(root, hub))
    assert "seal" in said
    assert "`airlift up` makes the secrets" in said


def test_without_engine_json_and_flags_it_says_who_writes_it(root: Path) -> None:
    """`airlift up` does."""
    done = subprocess.run(
        [sys.executable, "-m", "hub.room", "--root", str(root)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "`airlift up` writes it" in done.stderr


def test_health_says_ok_without_login(room: RoomProcess) -> None:
    """For the supervisor and for doctor."""
    assert room.get("health").body == {"status": "ok"}
    connection = http.client.HTTPConnection("127.0.0.1", room.desk_port, timeout=20)
    connection.request("GET", "/desk/health", headers=auth(""))
    assert connection.getresponse().status == 200
    connection.close()
