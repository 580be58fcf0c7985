"""Seats without an engine: processes of this machine, as far as they are kept in."""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from pathlib import Path

import pytest

from hub.machine.accounts import SEAT
from hub.seating.local_seats import born, limits
from hub.settings import Settings
from tests.harness import Airlift, processes_of, wait_for
from tests.visitor import Visitor

pytestmark = pytest.mark.slow


def home_of(airlift: Airlift, visitor: Visitor) -> Path:
    """Return the home of a local seat."""
    return airlift.settings.seats_dir / visitor.seat


def test_a_local_seat_runs_as_its_own_user_and_on_loopback(
    local_airlift: Airlift,
) -> None:
    """As root the hub gives seats a user without rights; only this machine reaches."""
    visitor = local_airlift.join(local_airlift.open_room()["code"], "Ines")
    shown = visitor.kernel().run(
        "import os\n"
        "print(os.getuid(), os.getgroups(), os.getcwd())\n"
        "print(os.environ['JUPYTERHUB_SERVICE_URL'])"
    )
    assert shown.status == "ok", shown.error
    uid = pwd.getpwnam(SEAT).pw_uid if os.geteuid() == 0 else os.getuid()
    who, where = shown.text.splitlines()
    assert who.split()[0] == str(uid)
    assert who.endswith(str(home_of(local_airlift, visitor) / "first_flight"))
    assert where.startswith("http://127.0.0.1:")
    if os.geteuid() == 0:
        assert who.split()[1] in ("[]", f"[{pwd.getpwnam(SEAT).pw_gid}]")


def test_a_local_seat_knows_nothing_of_the_hub(local_airlift: Airlift) -> None:
    """No secret of the installation is in its environment or can be read."""
    visitor = local_airlift.join(local_airlift.open_room()["code"], "Ines")
    shown = visitor.kernel().run("import os; print(dict(os.environ))")
    for secret in local_airlift.settings.secrets_dir.iterdir():
        assert secret.read_text().strip() not in shown.text
    if os.geteuid() == 0:
        place = local_airlift.settings.secrets_dir / "cookie"
        shown = visitor.kernel().run(f"open({str(place)!r})")
        assert shown.error.startswith("PermissionError")


def test_a_local_seat_outlives_the_hub_and_ends_when_it_is_stopped(
    local_airlift: Airlift,
) -> None:
    """Hub SIGKILL: the same process, the same kernel; a stop leaves nothing behind."""
    visitor = local_airlift.join(local_airlift.open_room()["code"], "Ines")
    kernel = visitor.kernel()
    kernel.run("import os\ncounter = 41")
    before = kernel.run("print(os.getpid(), os.getppid())").text
    local_airlift.restart("hub")
    assert kernel.run("print(counter + 1)").text == "42\n"
    server = f"/hub/api/users/{visitor.seat}/server"
    wait_for(
        "the hub to find the seat",
        lambda: visitor.get("/hub/api/user").json()["servers"][""]["ready"],
    )
    assert kernel.run("print(os.getpid(), os.getppid())").text == before
    assert visitor.request("DELETE", server).status_code in (202, 204)
    wait_for(
        "its processes to end",
        lambda: not processes_of(home_of(local_airlift, visitor)),
    )


def test_a_process_number_used_again_is_not_taken_for_the_seat() -> None:
    """A process is known by its number and its birth."""
    time.sleep(0.05)
    with subprocess.Popen(["sleep", "60"]) as child:
        try:
            assert 0 < born(os.getpid()) == born(os.getpid()) < born(child.pid)
        finally:
            child.kill()
    assert born(2**22 + 1) == 0


def test_limits_never_ask_for_more_than_the_hub_may_give() -> None:
    """Soft and hard values are at or below the hub's own."""
    command = limits(Settings(seat_memory="512M"), own_user=True)
    assert command[0] == "prlimit"
    assert command[-1] == "--"
    assert "--data=1073741824:1073741824" in command
    assert "--core=0:0" in command
    assert any(flag.startswith("--nproc=") for flag in command)
    assert not any(
        flag.startswith("--nproc=")
        for flag in limits(Settings(seat_memory="512M"), own_user=False)
    )
