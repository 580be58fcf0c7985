"""Supervision: a real supervisor with the real proxy, hub and room."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests

from hub.engine import Engine, fresh_name
from hub.machine import accounts, proxy
from hub.machine.supervision import (
    PARTS,
    PATIENCE,
    Supervision,
    SupervisionError,
    configuration,
    environment,
    restarts,
)
from hub.secrets import NAMES, read_secret
from hub.settings import CONFIG, Settings, settings
from tests.harness import REPOSITORY, NotInTimeError, free_ports, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def supervised(passable: Path) -> Iterator[Supervision]:
    """An installation whose parts run under its supervisor."""
    state = passable / ".airlift"
    airlift = settings(
        REPOSITORY,
        {},
        state=str(state),
        address="127.0.0.1",
        port=free_ports(),
        engine="local",
    )
    accounts.ensure_accounts(print)
    accounts.prepare_state(airlift)
    accounts.open_ways(airlift, [accounts.SERVICE], print)
    Engine("local", "127.0.0.1", fresh_name()).save(airlift)
    if not proxy.installed():
        proxy.install()
    supervision = Supervision(airlift)
    supervision.start()
    try:
        for part in PARTS:
            wait_answer(airlift, part)
        yield supervision
    finally:
        with contextlib.suppress(SupervisionError):
            supervision.stop()


def wait_answer(airlift: Settings, part: str) -> None:
    """Wait until a part answers; one that does not shows its log."""
    try:
        wait_for(f"{part} to answer", lambda: answers(airlift, part))
    except NotInTimeError as error:
        log = (airlift.log_dir / f"{part}.log").read_text()[-3000:]
        raise NotInTimeError(f"{error}\n{log}") from None


def answers(airlift: Settings, part: str) -> bool:
    """Say whether a part answers, each at its own port; the caretaker has none.

    Its process is still the supervisor's, and root's, before it has loaded its program.
    """
    if part == "caretaker":
        with contextlib.suppress(OSError):
            pid = pids(Supervision(airlift)).get(part, 0)
            return b"hub.caretaker" in Path(f"/proc/{pid}/cmdline").read_bytes()
        return False
    url = {
        "proxy": f"http://127.0.0.1:{airlift.port}/hub/health",
        "hub": f"http://127.0.0.1:{airlift.hub_port}/hub/health",
        "room": f"http://127.0.0.1:{airlift.room_port}/services/room/health",
    }[part]
    with contextlib.suppress(requests.RequestException):
        return requests.get(url, timeout=2).ok
    return False


def pids(supervision: Supervision) -> dict[str, int]:
    """Return the process of each part that is up."""
    return {part.name: part.pid for part in supervision.parts() if part.up}


@pytest.mark.parametrize("killed", PARTS)
def test_a_killed_part_comes_back_alone(supervised: Supervision, killed: str) -> None:
    """It answers again under a new process; the others are the same processes."""
    before = pids(supervised)
    os.kill(before[killed], signal.SIGKILL)
    wait_for("a new process", lambda: pids(supervised).get(killed, 0) > 0)
    wait_for("another one", lambda: pids(supervised).get(killed) != before[killed])
    wait_answer(supervised.settings, killed)
    after = pids(supervised)
    others = set(PARTS) - {killed}
    assert {name: after[name] for name in others} == {
        name: before[name] for name in others
    }
    restarted = {part.name: part.restarts for part in supervised.parts()}
    assert restarted[killed] >= 1


def test_no_secret_is_in_command_lines_configuration_or_logs(
    supervised: Supervision,
) -> None:
    """Whoever looks at processes or logs learns none of them."""
    airlift = supervised.settings
    found = [read_secret(airlift.secrets_dir, name) for name in NAMES]
    lines = [
        Path(f"/proc/{pid}/cmdline").read_text()
        for pid in [*pids(supervised).values(), supervised.pid()]
    ]
    texts = [path.read_text() for path in airlift.log_dir.glob("*.log*")]
    texts += [supervised.config.read_text(), *lines]
    assert len(texts) > 6
    assert not [text for text in texts for secret in found if secret in text]


def test_what_the_supervisor_keeps_is_its_owners_alone(
    supervised: Supervision,
) -> None:
    """Configuration, socket and logs; whoever reaches the socket commands the parts."""
    assert stat.S_IMODE(supervised.config.stat().st_mode) == 0o600
    assert stat.S_IMODE(supervised.socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(supervised.settings.run_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(supervised.settings.log_dir.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="one user runs all of it")
def test_only_the_hub_runs_as_root(supervised: Supervision) -> None:
    """The hub does: it holds Docker's socket, which equals root."""
    owners = {
        name: Path(f"/proc/{pid}").stat().st_uid
        for name, pid in pids(supervised).items()
    }
    assert owners["hub"] == 0
    assert owners["proxy"] != 0
    assert owners["room"] != 0
    assert owners["caretaker"] != 0


def test_stopping_leaves_no_process(supervised: Supervision) -> None:
    """All parts and the supervisor are gone, and it can be started again."""
    before = pids(supervised)
    supervised.stop()
    assert not supervised.running()
    assert not [pid for pid in before.values() if Path(f"/proc/{pid}").exists()]
    supervised.start()
    wait_for("all parts up", lambda: len(pids(supervised)) == len(PARTS))
    assert set(pids(supervised).values()).isdisjoint(before.values())


def test_who_does_not_run_is_not_stopped(tmp_path: Path) -> None:
    """Stopping twice is stopping once; a stale pid file stops nobody else."""
    airlift = settings(tmp_path, {})
    airlift.run_dir.mkdir(parents=True)
    (airlift.run_dir / "supervisord.pid").write_text(str(os.getpid()))
    supervision = Supervision(airlift)
    assert supervision.pid() == 0
    supervision.stop()


def test_a_state_folder_with_too_long_a_path_is_refused(tmp_path: Path) -> None:
    """Sockets have paths of about a hundred bytes at most."""
    airlift = settings(tmp_path, {}, state="x" * 120)
    with pytest.raises(SupervisionError, match="shorter path"):
        Supervision(airlift).start()


def test_starts_are_counted_in_the_last_run_alone(tmp_path: Path) -> None:
    """What happened long ago, or before the last `up`, is no crash loop."""
    now = datetime.now()
    old = now - timedelta(hours=1)

    def line(at: datetime, words: str) -> str:
        return f"{at:%Y-%m-%d %H:%M:%S},123 INFO {words}\n"

    log = tmp_path / "supervisord.log"
    log.write_text(
        line(now, "spawned: 'hub' with pid 1")
        + line(now, "supervisord started with pid 2")
        + line(old, "spawned: 'hub' with pid 3")
        + line(now, "spawned: 'hub' with pid 4") * 2
        + line(now, "spawned: 'room' with pid 5")
    )
    assert restarts(log, now - timedelta(minutes=5)) == {"hub": 2, "room": 1}
    assert restarts(tmp_path / "none.log", now) == {}


def test_stopping_is_waited_for_as_long_as_the_parts_may_take(tmp_path: Path) -> None:
    """They end one after the other, each in its time."""
    text = configuration(Supervision(settings(tmp_path, {})), "airlift")
    times = [int(found) for found in re.findall(r"^stopwaitsecs = (\d+)", text, re.M)]
    assert len(times) == len(PARTS)
    assert sum(times) < PATIENCE


def test_parts_get_little_of_our_environment(tmp_path: Path) -> None:
    """A password in the organiser's shell stays there; settings and PATH go along."""
    environ = {"PATH": "/bin", "MY_PASSWORD": "x", "PYTHONPATH": "/x", "LC_ALL": "C"}
    found = environment(settings(tmp_path, {}, port=8500), environ)
    assert found["AIRLIFT_PORT"] == "8500"
    assert found["AIRLIFT_ROOT"] == str(tmp_path)
    assert found["PATH"] == "/bin"
    assert not {"MY_PASSWORD", "PYTHONPATH"} & set(found)


def test_percent_signs_and_spaces_in_paths_are_kept(tmp_path: Path) -> None:
    """Supervisor would expand the one and split at the other."""
    root = tmp_path / "a room 100%s"
    root.mkdir()
    (root / CONFIG).touch()
    text = configuration(Supervision(settings(root, {})), "airlift")
    assert f"directory = {tmp_path}/a room 100%%s" in text
    assert f"'{tmp_path}/a room 100%%s/jupyterhub_config.py'" in text
