"""What the agent costs an idle seat: `python bench/agent.py [--seconds 60]`.

Two seats of one room on this machine without an engine, as root: one as it is, one
whose server leaves the agent out. Processor and memory of both servers are read at the
same time, after both have been idle for a moment.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.harness import Airlift, running, wait_for  # noqa: E402 - the path above
from tests.visitor import Visitor  # noqa: E402

SETTLE = 10.0
"""Seconds after a start before anything is read."""
LEFT_OUT = {"checkers.engine.agent": False, "notebook_shim": False}
"""Extensions that the second server does without; the shim is off in every seat."""
WITHOUT = {"ServerApp": {"jpserver_extensions": LEFT_OUT}}


def server(airlift: Airlift, person: Visitor) -> int:
    """Return the process of a seat's server."""
    mark = f"HOME={airlift.settings.seats_dir / person.seat}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            ours = mark in (entry / "environ").read_bytes().split(b"\0")
            line = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if ours and b"jupyterhub-singleuser" in line and b"prlimit" not in line:
            return int(entry.name)
    raise RuntimeError(f"expected a server at the seat {person.seat}")


def ticks(pid: int) -> float:
    """Return the processor time a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Return the memory of a process in MB; what is shared counts by share."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss: +(\d+)", text, re.M)
    return int(found[1]) / 1024 if found else float("nan")


def start_again(airlift: Airlift, person: Visitor, *, agent: bool) -> None:
    """Start a seat again, with the agent or without; both are asked the same."""
    person.request("DELETE", f"/hub/api/users/{person.seat}/server")
    wait_for("the end", lambda: not person.get("/hub/api/user").json().get("server"))
    if not agent:
        write_config(airlift.settings.seats_dir / person.seat)
    person.start()
    person.get(f"{person.base}/airlift/nothing")  # a page of its own, once for each
    found = person.get(f"{person.base}/airlift/panel").status_code
    assert found == (200 if agent else 404), f"agent {agent}, got {found}"


def write_config(home: Path) -> None:
    """Tell the server of a seat to leave the agent out."""
    folder = home / ".jupyter"
    folder.mkdir(exist_ok=True)
    (folder / "jupyter_server_config.json").write_text(json.dumps(WITHOUT))
    owner = home.stat()
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, owner.st_uid, owner.st_gid)


def main() -> None:
    """Measure both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    build = [sys.executable, str(ROOT / "images/build.py"), "--root", str(ROOT)]
    built = subprocess.run(
        [*build, "--local"], check=True, stdout=subprocess.PIPE, text=True
    )
    prefix = Path(built.stdout.strip().splitlines()[-1])
    with tempfile.TemporaryDirectory(prefix="airlift-") as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder), prefix=prefix) as airlift:
            code = airlift.open_room()["code"]
            people = [airlift.join(code, name) for name in ("With", "Without")]
            for person, agent in zip(people, (True, False), strict=True):
                start_again(airlift, person, agent=agent)
            pids = [server(airlift, person) for person in people]
            time.sleep(SETTLE)
            before = [ticks(pid) for pid in pids]
            time.sleep(seconds)
            used = [ticks(pid) - old for pid, old in zip(pids, before, strict=True)]
            held = [memory(pid) for pid in pids]
    share = [100 * one / seconds for one in used]
    print(f"{'an idle server':<28}{'with agent':>12}{'without':>12}{'the agent':>12}")
    for title, (one, other), unit in (
        (f"processor, {seconds:.0f} s", share, "%"),
        ("memory (PSS)", held, "MB"),
    ):
        values = "".join(f"{v:>9.2f} {unit:<2}" for v in (one, other, one - other))
        print(f"{title:<28}{values}")


if __name__ == "__main__":
    main()
