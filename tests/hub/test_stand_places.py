"""A lab is proved where it will be worked on: in its image, held as a seat is."""

from __future__ import annotations

import subprocess
from pathlib import Path

from checkers.engine.attempt import Outcome
from hub.authoring.kernel import LabKernel
from hub.authoring.stand_places import in_image, may_be_alone
from hub.catalog import load_lab
from hub.settings import settings
from tests.harness import REPOSITORY

LAB = load_lab(REPOSITORY / "labs" / "first_flight")
LOAD = (
    '# step: load-data\nimport pandas as pd\nflights = pd.read_csv("data/flights.csv")'
)
LOOK = """
import os, pathlib, socket
def reached(where):
    try:
        socket.create_connection(where, timeout=1).close()
    except OSError:
        return False
    return True
def writable(path):
    try:
        pathlib.Path(path).write_text("x")
    except OSError:
        return False
    return True
print(os.getuid(), reached(("1.1.1.1", 53)), writable("/opt/x"), writable("kept.txt"))
print(open("/proc/self/status").read())
"""


def everything() -> tuple[str, str]:
    """Return all containers and volumes that there are."""
    listed = (["docker", "ps", "-aq", "--no-trunc"], ["docker", "volume", "ls", "-q"])
    one, other = (subprocess.check_output(words, text=True) for words in listed)
    return one, other


def test_in_its_image_a_lab_is_held_as_in_a_seat_and_leaves_nothing(
    image: str, tmp_path: Path
) -> None:
    """Not root, no way out, no capability; checks as ever; at the end it is gone."""
    place = in_image(settings(REPOSITORY), image)
    with LabKernel(LAB, tmp_path, place) as kernel:
        assert kernel.cut
        (shown,) = kernel.show(LOOK)
        assert shown["text"].split("\n")[0] == "1000 False False True"
        assert "NoNewPrivs:\t1" in shown["text"]
        assert "CapEff:\t0000000000000000" in shown["text"]
        (attempt,) = kernel.run(LOAD)
        assert attempt.outcome is Outcome.PASSED
        kernel.keep()
        kernel.run("flights = 1\nopen('kept.txt', 'w').write('other')", trial=True)
        kernel.restore()
        (shown,) = kernel.show("print(len(flights), open('kept.txt').read())")
        assert shown["text"] == "9756 x\n"
        alone = ("--filter", f"ancestor={image}", "--filter", "network=none")
        line = ["docker", "ps", "--no-trunc", "-q", *alone]
        (name,) = subprocess.check_output(line, text=True).split()
        mounts = subprocess.check_output(
            ["docker", "inspect", "-f", "{{range .Mounts}}{{.Name}}{{end}}", name],
            text=True,
        ).strip()
        assert mounts
    containers, volumes = everything()
    assert name not in containers
    assert mounts not in volumes


def test_here_a_lab_without_a_way_out_has_none(tmp_path: Path) -> None:
    """As far as this system gives a program a network of its own; else it is said."""
    with LabKernel(LAB, tmp_path) as kernel:
        assert kernel.cut == may_be_alone()
        seen = "import socket\nprint([name for _, name in socket.if_nameindex()])"
        (shown,) = kernel.show(seen)
        assert (shown["text"].strip() == "['lo']") == kernel.cut
