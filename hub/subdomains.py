"""Subdomains: with them, each seat is an origin of its own, apart from Hub and board.

The setting `subdomains` names the host of the Hub; seats are at names below it. A
page of a seat can then do nothing in the name of whoever opens it but what that seat's
own server does, so staff may open one.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from hub.settings import Settings


def address(settings: Settings) -> str:
    """Return the Hub's address as browsers reach it; "" without subdomains."""
    if not settings.subdomains:
        return ""
    given = urlsplit(settings.public_url or f"http://any:{settings.port}")
    port = f":{given.port}" if given.port else ""
    return f"{given.scheme}://{settings.subdomains}{port}"


def domain_of(name: str, domain: str, kind: str) -> str:
    """Return the host of a user's server; the room's service is at the Hub's own.

    Users' names are opaque ids of letters and digits, so they are labels as they are.
    """
    return domain if kind == "service" else f"{name}.{domain}"


def seat_url(settings: Settings, seat: str) -> str:
    """Return the address of a seat in its own origin; "" without subdomains."""
    scheme, _, host = address(settings).partition("://")
    return f"{scheme}://{seat}.{host}/user/{seat}/" if host else ""
