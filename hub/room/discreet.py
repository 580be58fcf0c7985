"""Discreet: a board without what people in seats wrote, for those who only watch."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from hub.staff import ROLES

WATCHES = ROLES[-1]
"""The role that reads nobody's words."""
_DATA = b"\ndata: "


def without_words(board: dict[str, Any]) -> dict[str, Any]:
    """Return a snapshot, a delta or found seats without words of one or to a few."""
    muted = dict(board)
    if "seats" in board:
        muted["seats"] = [_mute(seat) for seat in board["seats"]]
    if "room" in board:
        said = [_hush(message) for message in board["room"]["messages"]]
        muted["room"] = {**board["room"], "messages": said}
    return muted


def _hush(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message without its text unless all, or all on a step, hear it."""
    return message if message["to"] in ("all", "step") else {**message, "text": ""}


def _mute(seat: dict[str, Any]) -> dict[str, Any]:
    """Return a seat with the words of its ask left out."""
    return {**seat, "ask": {**seat["ask"], "words": ""}} if seat.get("ask") else seat


def mute_text(text: str) -> str:
    """Return a JSON snapshot or frames with the words of asks left out."""
    data = json.loads(text)
    if "frames" in data:
        data["frames"] = [without_words(frame) for frame in data["frames"]]
    return json.dumps(without_words(data), ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=8)
def mute_message(message: bytes) -> bytes:
    """Return a server-sent event with the words of asks left out.

    Made once for all who only watch: the last few are kept.
    """
    head, found, data = message.partition(_DATA)
    if not found:
        return message
    muted = mute_text(data.decode("utf-8", "replace"))
    return head + _DATA + muted.encode("utf-8", "replace") + b"\n\n"
