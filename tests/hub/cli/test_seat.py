"""`airlift seat export|erase|phrase`: what one person may ask for, on real seats."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from hub.cli.up import check_practice
from hub.settings import Settings, SettingsError
from tests.harness import REPOSITORY, Airlift, wait_for
from tests.visitor import Visitor

LEAVE = """import os
from pathlib import Path
Path.home().joinpath("mine.txt").write_text("Zanzibarvalue")
os.symlink("/etc/passwd", Path.home() / "link")
os.mkfifo(Path.home() / "pipe")"""


def call(airlift: Airlift, *words: str, said: str = "") -> Result:
    """Call a command on a running installation."""
    environ = {
        "AIRLIFT_ROOT": str(REPOSITORY),
        "AIRLIFT_STATE": str(airlift.settings.state_dir),
        "AIRLIFT_PORT": str(airlift.settings.port),
        "AIRLIFT_ENGINE": airlift.settings.engine,
    }
    return CliRunner().invoke(main, ["seat", *words], input=said, env=environ)


def sit(airlift: Airlift, room: Any) -> Visitor:
    """Take a seat and leave files and an attempt there."""
    visitor = airlift.join(room["code"], "Ines")
    kernel = visitor.kernel()
    assert kernel.run(LEAVE).status == "ok"
    assert kernel.run("# step: load-data\nflights = 1").status == "ok"
    wait_for("the attempt", lambda: "attempt" in kinds(airlift, visitor))
    return visitor


def kinds(airlift: Airlift, visitor: Visitor) -> set[str]:
    """Return the kinds of what the journal has of a visitor."""
    return {row["kind"] for row in exported(airlift, visitor)["journal"]}


def exported(airlift: Airlift, visitor: Visitor) -> dict[str, Any]:
    """Return what the desk exports of a visitor."""
    found: dict[str, Any] = airlift.desk.call("GET", f"/seats/{visitor.seat}/export")
    return found


def check_export(airlift: Airlift, room: Any, visitor: Visitor, path: Path) -> None:
    """Export a seat and look at everything in the zip."""
    result = call(airlift, "export", f"{room['code']}/1", "--out", str(path))
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with ZipFile(path) as found:
        assert found.testzip() is None
        names = set(found.namelist())
        person = json.loads(found.read("participant.json"))
        lines = found.read("journal.jsonl").decode().splitlines()
        assert found.read("files/mine.txt") == b"Zanzibarvalue"
        assert found.read("files/link") == b"/etc/passwd"
        assert stat.S_ISLNK(found.getinfo("files/link").external_attr >> 16)
    assert "files/first_flight/first_flight.ipynb" in names
    assert "texts.json" in names
    assert "files/pipe" not in names
    assert (person["name"], person["number"]) == ("Ines", 1)
    assert person["room_title"] == room["title"]
    assert {json.loads(line)["seat"] for line in lines} == {visitor.seat}
    assert "attempt" in {json.loads(line)["kind"] for line in lines}
    again = call(airlift, "export", visitor.seat, "--out", str(path))
    assert again.exit_code == 1
    assert "is there already" in again.output


@pytest.mark.slow
def test_a_local_seat_is_exported_lets_in_again_and_is_erased(
    local_airlift: Airlift, tmp_path: Path
) -> None:
    """Each by id or by code and number; erasing asks first."""
    airlift = local_airlift
    room = airlift.open_room("Exported")
    visitor = sit(airlift, room)
    check_export(airlift, room, visitor, tmp_path / "ines.zip")
    fresh = call(airlift, "phrase", f"{room['code'].lower()}/1").output.strip()
    assert fresh != visitor.phrase
    assert airlift.visitor().come_back(room["code"], fresh).seat == visitor.seat
    kept = call(airlift, "erase", visitor.seat, said="n\n")
    assert kept.exit_code == 1
    assert exported(airlift, visitor)["participant"]["name"] == "Ines"
    result = call(airlift, "erase", visitor.seat, "--yes")
    assert result.exit_code == 0, result.output
    assert "Erased." in result.output
    gone = call(airlift, "export", visitor.seat)
    assert gone.exit_code == 1
    assert "Nobody is known at this seat." in gone.output
    unknown = call(airlift, "phrase", f"{room['code']}/99")
    assert "a room's code and a seat's number" in unknown.output


@pytest.mark.docker
def test_a_seat_in_a_container_is_exported_from_its_volume(
    own_airlift: Airlift, tmp_path: Path
) -> None:
    """By a container that never starts, whether the seat runs or not."""
    airlift = own_airlift
    room = airlift.open_room("Exported")
    visitor = sit(airlift, room)
    check_export(airlift, room, visitor, tmp_path / "running.zip")
    airlift.container(visitor.seat).remove(force=True)
    check_export(airlift, room, visitor, tmp_path / "stopped.zip")
    assert airlift.containers() == []
    seatless = airlift.visitor().join(room["code"], "Ben")
    result = call(airlift, "export", seatless.seat, "--out", str(tmp_path / "b.zip"))
    assert "and 0 files" in result.output


def test_practice_labs_that_are_not_there_are_named() -> None:
    """Before anything starts."""
    labs = REPOSITORY / "labs"
    for good in ("", "all", "first_flight"):
        check_practice(Settings(labs=labs, practice_labs=good))
    with pytest.raises(SettingsError, match="got second_flight"):
        check_practice(Settings(labs=labs, practice_labs="first_flight, second_flight"))
