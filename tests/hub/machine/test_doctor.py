"""The doctor's judgements: what is well, what is not, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.machine import doctor, probe
from hub.machine.doctor import Finding

NOWHERE = dict.fromkeys(probe.OUTSIDE, "no answer")


@pytest.mark.parametrize(
    ("internal", "answers", "level"),
    [
        (True, "no answer", "ok"),
        (True, "no way", "ok"),
        (True, "connected", "bad"),
        (True, "refused", "bad"),
        (False, "no answer", "bad"),
    ],
)
def test_any_answer_from_outside_is_a_way_out(
    internal: bool, answers: str, level: str
) -> None:
    """Even a refusal: something out there was reached."""
    found = {**NOWHERE, probe.OUTSIDE[1]: answers}
    assert doctor._outside(found, internal=internal).level == level


@pytest.mark.parametrize("how", ["refused", "no answer", "no way"])
def test_a_part_that_seats_cannot_reach_comes_with_a_command(how: str) -> None:
    """Mostly the machine's firewall: the command opens that one port."""
    finding = doctor._reached("hub", "172.18.0.1", 8002, how)
    assert finding.level == "bad"
    assert "172.18.0.1" in finding.todo
    assert "8002" in finding.todo
    assert doctor._reached("hub", "172.18.0.1", 8002, "connected").level == "ok"


@pytest.mark.parametrize(
    ("gigabytes", "level"), [(0.5, "bad"), (3, "warn"), (50, "ok")]
)
def test_a_full_disk_is_seen_before_the_evening(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gigabytes: float, level: str
) -> None:
    """A journal that cannot be written acknowledges nothing."""
    free = int(gigabytes * doctor.GIGABYTE)
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert doctor._disk("disk", tmp_path).level == level


def test_the_worst_finding_counts() -> None:
    """One bad thing makes the whole bad; nothing found is well."""
    levels = ("ok", "warn", "bad")
    findings = [Finding("x", level, "") for level in levels]
    assert [doctor.worst(findings[:n]) for n in range(4)] == ["ok", *levels]


def test_every_lock_entry_is_read() -> None:
    """What is installed is compared with what `make up` would install."""
    locked = doctor._locked(Path(doctor.__file__).parents[2] / "requirements.lock")
    assert locked["jupyterhub"].startswith("6.")
    assert len(locked) > 50
