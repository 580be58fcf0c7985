"""`airlift rehearse --simulate`: a room full of made-up people, to practise with."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import click

from checkers.engine.attempt import Attempt
from hub.authoring.mistakes import load_mistakes
from hub.catalog import load_labs
from hub.cli.room import print_room
from hub.cli.terminal import console
from hub.desk import Desk, DeskAwayError
from hub.doors.people import Person, people
from hub.doors.rehearsal import Deed, Task, plan
from hub.doors.response import respond
from hub.machine.installation import running_settings
from hub.seats import MOST_SEATS

TICK = 0.1
"""Seconds between two looks at whose turn it is."""
SPARE = 4
"""Seats that stay free: the doors are open, so the projector shows how to join."""
LOOK = 2.0
"""Seconds between two looks at what the staff did."""


@click.command()
@click.option("--simulate", is_flag=True, help="Made-up people, without containers.")
@click.option(
    "--seats", type=click.IntRange(1, MOST_SEATS), default=40, show_default=True
)
@click.option("--minutes", type=click.IntRange(1, 600), default=45, show_default=True)
@click.option(
    "--begin",
    type=click.IntRange(0, 599),
    default=10,
    show_default=True,
    help="Minute to begin in; what was before is there at once.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 1000),
    default=1.0,
    show_default=True,
    help="How many times as fast as people are.",
)
@click.option("--lab", "labs", multiple=True, help="Lab; repeatable. Else the first.")
@click.option("--seed", default=1, show_default=True, help="Same seed, same people.")
@click.option("--keep", is_flag=True, help="Leave the room as it is in the end.")
def rehearse(
    simulate: bool,
    seats: int,
    minutes: int,
    begin: int,
    speed: float,
    labs: tuple[str, ...],
    seed: int,
    keep: bool,
) -> None:
    """Fill a room with made-up people, to practise presenting with; Ctrl+C ends it."""
    if not simulate:
        raise click.UsageError(
            "expected --simulate: a rehearsal with made-up people is the only one yet."
        )
    airlift = running_settings()
    desk, known = Desk.of(airlift), load_labs(airlift.labs_dir)
    chosen = [known[slug] for slug in labs or list(known)[:1] if slug in known]
    body = {
        "title": "Rehearsal",
        "host": "Made-up people",
        "labs": list(labs) or list(known)[:1],
        "capacity": min(seats + SPARE, MOST_SEATS),
        "rehearsal": True,
    }
    room = desk.call("POST", "/rooms", body)
    with _opened(desk, room["id"], age_ms=60_000 * begin, keep=keep):
        print_room(airlift, desk.call("GET", f"/rooms/{room['id']}"))
        console.print(
            "The board has the projector's address under Invite. Ctrl+C ends it all."
        )
        crowd = people(seats, seed)
        tasks = [Task(lab, load_mistakes(lab)) for lab in chosen]
        play = Play(desk, room, crowd, plan(crowd, tasks, seed))
        with suppress(KeyboardInterrupt), _line() as show:
            _run(play, 60.0 * begin, 60.0 * minutes, speed, show)


@contextmanager
def _opened(desk: Desk, room: str, *, age_ms: int, keep: bool) -> Iterator[None]:
    """Open a room; in the end close it, and erase its people unless it is kept."""
    desk.call("POST", f"/rooms/{room}/open", {"age_ms": age_ms})
    try:
        yield
    finally:
        desk.call("POST", f"/rooms/{room}/close")
        if keep:
            console.print(f"The room is closed and kept: {room}", markup=False)
        else:
            for seat in desk.call("GET", f"/rooms/{room}")["seats"]:
                if seat["claimed_at"] and not seat["erased_at"]:
                    desk.call("POST", f"/seats/{seat['seat']}/erase")
            console.print("The room is closed; its people are erased.")


@contextmanager
def _line() -> Iterator[Any]:
    """Show one line that changes; without a terminal, one line every five minutes."""
    if console.is_terminal:
        with console.status("Beginning …") as status:
            yield lambda _now, words: status.update(words)
        return
    told: set[int] = set()

    def say(now: float, words: str) -> None:
        if int(now) // 300 not in told:
            told.add(int(now) // 300)
            console.print(words, markup=False)

    yield say


@dataclass
class Play:
    """A rehearsal while it runs: what is still to come, and who sits where."""

    desk: Desk
    room: dict[str, Any]
    crowd: Sequence[Person]
    coming: tuple[Deed, ...]
    heard: frozenset[str] = frozenset()
    seats: dict[int, str] = field(default_factory=dict)
    passed: int = 0

    def act(self, now: float, speed: float) -> None:
        """Do what is due, in order; what the room cannot take now is due again."""
        while self.coming and self.coming[0].at <= now:
            deed = self.coming[0]
            age = int(1000 * (now - deed.at) / speed)
            with_seat = self.seats.get(deed.who)
            if deed.what is None:
                self.seats[deed.who] = self._claim(self.crowd[deed.who - 1], age)
            elif with_seat:
                self._send(with_seat, deed, age)
            self.passed += deed.passes
            self.coming = self.coming[1:]

    def _claim(self, person: Person, age: int) -> str:
        """Let a person in; returns the seat."""
        body = {
            "code": self.room["code"],
            "name": person.name,
            "browser": f"rehearsal {self.room['id']} {person.number}",
            "zone": person.table,
            "age_ms": age,
        }
        return str(self.desk.call("POST", "/claims", body)["seat"])

    def _send(self, seat: str, deed: Deed, age: int) -> None:
        """Send what a seat would send."""
        assert deed.what is not None
        kind = "attempts" if isinstance(deed.what, Attempt) else "notes"
        body = {"v": 1, kind: [deed.what.aged(age).to_json()]}
        self.desk.call("POST", f"/rehearsals/{seat}/{kind}", body)

    def listen(self, now: float) -> None:
        """Take in what the staff did."""
        found = self.desk.call("GET", f"/rooms/{self.room['id']}")["progress"]
        who = {seat: number for number, seat in self.seats.items()}
        self.coming, self.heard = respond(self.coming, self.heard, found, who, now)

    def words(self, now: float, end: float) -> str:
        """Say in one line how far it is."""
        return (
            f"Minute {int(now) // 60}:{int(now) % 60:02} of {int(end) // 60}: "
            f"{len(self.seats)} of {len(self.crowd)} people are in, "
            f"{self.passed} steps passed"
        )


def _run(play: Play, begin: float, end: float, speed: float, show: Any) -> None:
    """Play up to the end; what was before the beginning is sent with its true age."""
    show(0, "Playing what was before …")
    play.act(min(begin, end), 1.0)
    started, looked, now = time.monotonic(), 0.0, begin
    while now < end:
        with suppress(DeskAwayError):
            due = min(end, begin + (time.monotonic() - started) * speed)
            play.act(due, speed)
            now = due  # the end comes once the room has taken all of it
            if time.monotonic() - looked > LOOK:
                looked = time.monotonic()
                play.listen(now)
        show(now, play.words(now, end))
        time.sleep(TICK)
