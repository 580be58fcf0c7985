"""What a seat's container may do, and the words for why it ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.engine import Engine
from hub.seating import container
from hub.seating.placement import Placement
from hub.settings import Settings

ENGINE = Engine(
    engine="docker",
    gateway="172.18.0.1",
    name="airlift-00c0ffee",
    network="airlift-00c0ffee",
    egress_network="airlift-00c0ffee-out",
    images={"base": "sha256:1"},
)
PLACE = Placement(
    seat="sabcdefghjk",
    room="r1",
    number=7,
    labs=("first_flight",),
    image="base",
    interface="lab",
    egress=False,
)


def with_egress() -> Placement:
    """The same seat in a room whose labs want the internet."""
    return Placement("sabcdefghjk", "r1", 7, ("first_flight",), "base", "lab", True)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"OOMKilled": True, "ExitCode": 137}, "it ran out of memory (1G)"),
        ({"OOMKilled": True, "ExitCode": 0}, "its server ended by itself"),
        ({"ExitCode": 137}, "it was killed"),
        ({"ExitCode": 143}, "it was stopped"),
        ({"ExitCode": 3}, "its server ended with code 3"),
        ({"ExitCode": 0, "Status": "created"}, "it was made but never started"),
        (
            {"ExitCode": 128, "Error": "no such network"},
            "the engine could not start it: no such network",
        ),
    ],
)
def test_why_a_container_ended_is_said_in_words(
    state: dict[str, Any], words: str
) -> None:
    """An exit code alone helps nobody; out of memory names the limit."""
    assert container.why_ended(state, "1G") == words


def test_a_seat_has_no_way_out_unless_its_labs_want_one() -> None:
    """Only rooms with `egress` get the network with a way out and a resolver."""
    assert container.network(ENGINE, PLACE) == ENGINE.network
    assert container.host_arguments(Settings(), PLACE)["dns"] == [container.NOWHERE]
    assert container.network(ENGINE, with_egress()) == ENGINE.egress_network
    assert "dns" not in container.host_arguments(Settings(), with_egress())


def test_limits_come_from_the_settings() -> None:
    """Memory and swap are one limit, and processes are counted."""
    settings = Settings(root=Path(), seat_memory="512M", seat_pids=99)
    arguments = container.host_arguments(settings, PLACE)
    assert arguments["memswap_limit"] == "512M"
    assert arguments["pids_limit"] == 99


def test_names_and_labels_hold_opaque_ids_only() -> None:
    """Nothing that a person typed reaches the engine."""
    assert container.seat_name(ENGINE, PLACE.seat) == "airlift-00c0ffee-sabcdefghjk"
    assert container.labels(ENGINE, PLACE) == {
        "org.airlift.installation": "airlift-00c0ffee",
        "org.airlift.seat": "sabcdefghjk",
        "org.airlift.room": "r1",
        "org.airlift.image": "base",
    }


@pytest.mark.parametrize(
    ("labels", "running", "expected"),
    [
        ({"org.airlift.image": "postgres"}, True, True),
        ({"org.airlift.image": "postgres"}, False, False),
        ({"org.airlift.image": "base"}, True, False),
        (None, True, False),
    ],
)
def test_only_a_running_seat_of_another_image_is_given_time_to_end(
    labels: dict[str, str] | None, running: bool, expected: bool
) -> None:
    """The others are removed at once."""
    found = {"Config": {"Labels": labels}, "State": {"Running": running}}
    assert container.has_services(found) is expected
