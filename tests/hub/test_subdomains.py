"""Subdomains: who is at which host."""

from __future__ import annotations

import pytest

from hub import subdomains
from hub.settings import Settings


@pytest.mark.parametrize(
    ("chosen", "address", "seat"),
    [
        ({}, "", ""),
        (
            {"subdomains": "labs.example"},
            "http://labs.example:8000",
            "http://s1.labs.example:8000/user/s1/",
        ),
        (
            {"subdomains": "labs.example", "public_url": "https://labs.example"},
            "https://labs.example",
            "https://s1.labs.example/user/s1/",
        ),
        (
            {"subdomains": "labs.example", "public_url": "https://labs.example:8443/"},
            "https://labs.example:8443",
            "https://s1.labs.example:8443/user/s1/",
        ),
    ],
)
def test_each_seat_has_a_host_of_its_own(
    chosen: dict[str, str], address: str, seat: str
) -> None:
    """Scheme and port are the door's; without subdomains there is none."""
    airlift = Settings(**chosen)  # type: ignore[arg-type]
    assert subdomains.address(airlift) == address
    assert subdomains.seat_url(airlift, "s1") == seat


def test_the_room_stays_at_the_hubs_host() -> None:
    """Its pages and the Hub's share cookies; seats share nothing with them."""
    assert subdomains.domain_of("s1", "labs.example", "user") == "s1.labs.example"
    assert subdomains.domain_of("room", "labs.example", "service") == "labs.example"
