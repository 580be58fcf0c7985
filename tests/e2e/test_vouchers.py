"""A key of a vendor, from the organiser's list into one seat and nowhere else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.settings import CONFIG
from tests.harness import REPOSITORY, Airlift

pytestmark = pytest.mark.slow

TABLES = """
[vouchers]
title = "A trial key of Example Server"
variable = "EXAMPLE_KEY"
[terms]
title = "Terms of Example Ltd"
file = "EULA.txt"
"""


def room_new(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `airlift room new` for the lab with keys, two seats."""
    about = ("--title", "Keys", "--host", "Test group", "--lab", "first_flight")
    return subprocess.run(
        [
            str(Path(sys.executable).with_name("airlift")),
            "room",
            "new",
            *about,
            "--seats",
            "2",
            *words,
        ],
        env={**os.environ, "AIRLIFT_ROOT": str(root)},
        capture_output=True,
        text=True,
    )


def test_a_key_goes_from_the_list_into_the_environment_of_one_seat(
    make_airlift: Callable[..., Airlift], tmp_path: Path
) -> None:
    """Logs, board, journal and what the command says never have it."""
    labs = tmp_path / "labs"
    shutil.copytree(REPOSITORY / "labs/first_flight", labs / "first_flight")
    with (labs / "first_flight/lab.toml").open("a") as file:
        file.write(TABLES)
    (labs / "first_flight/EULA.txt").write_text("Be kind.")
    airlift = make_airlift(toml={"labs": str(labs)}).start()
    for name in (CONFIG, "images"):
        (airlift.root / name).symlink_to(REPOSITORY / name)
    keys = tmp_path / "keys.csv"
    keys.write_text("key,expires\nZEBRA-1,2099-01-31\nZEBRA-2\nZEBRA-3,2020-01-01\n")
    made = room_new(
        airlift.root, "--vouchers", str(keys), "--closes", "2099-03-01 20:00"
    )
    assert made.returncode == 0, made.stderr
    assert (
        "Warning: keys of first_flight that end before the room closes: 1"
        in made.stdout
    )
    assert "(lines 2)" in made.stdout
    few = room_new(airlift.root, "--vouchers", f"first_flight={keys}")
    assert few.returncode == 1
    assert "1 expired already, 2 given to other seats before" in few.stderr
    (room,) = airlift.desk.call("GET", "/rooms")["rooms"]
    airlift.desk.call("POST", f"/rooms/{room['id']}/open")
    door = airlift.desk.call("GET", f"/door?code={room['code']}&browser=b")
    visitor = airlift.visitor()
    visitor.join(room["code"], "Ines", accept=door["terms"][0]["version"])
    visitor.start()
    code, said = airlift.python_in(
        visitor.seat, "import os; print(os.environ['EXAMPLE_KEY'])"
    )
    assert (code, said.strip()) == (0, "ZEBRA-1")
    everywhere = airlift.logs() + made.stdout + few.stderr
    everywhere += json.dumps(airlift.desk.call("GET", f"/rooms/{room['id']}"))
    everywhere += json.dumps(airlift.desk.call("GET", f"/seats/{visitor.seat}/export"))
    assert "ZEBRA" not in everywhere
