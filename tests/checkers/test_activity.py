"""The signs that somebody works at a seat."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from checkers.engine.activity import MOST, Activity


def test_files_that_come_change_and_go_are_signs(tmp_path: Path) -> None:
    """Also below, also where a folder does not exist yet; reading is none."""
    lab, logs = tmp_path / "lab", tmp_path / "logs"
    (lab / "data").mkdir(parents=True)
    activity = Activity({}, [lab, logs])
    seen = [activity.things()]

    def differs() -> bool:
        seen.append(activity.things())
        return seen[-1] != seen[-2]

    assert not differs()
    (lab / "data" / "x").write_text("one")
    assert differs()
    (lab / "data" / "x").read_text()
    assert not differs()
    (lab / "data" / "x").write_text("longer")
    assert differs()
    (lab / "data" / "x").unlink()
    assert differs()
    logs.mkdir()
    (logs / "postgres.log").write_text("ready")
    assert differs()
    (lab / "loop").symlink_to(lab)
    assert differs()
    assert not differs()


def test_a_large_folder_hides_nothing_that_lies_higher(tmp_path: Path) -> None:
    """Levels are looked at from the top; what is beyond the limit is left alone."""
    deep = tmp_path / "lab" / "data" / "many"
    deep.mkdir(parents=True)
    for number in range(MOST + 50):
        (deep / str(number)).touch()
    activity = Activity({}, [tmp_path / "lab"])
    before = activity.things()
    (tmp_path / "lab" / "note.txt").touch()
    assert activity.things() != before


def test_what_is_said_in_terminals_and_kernels_is_a_sign() -> None:
    """A new one, a last moment that is another, and a terminal closed meanwhile."""
    terminal, kernel = SimpleNamespace(last_activity=1), SimpleNamespace()
    settings: dict[str, Any] = {}
    activity = Activity(settings, [])
    signs = [activity.people()]
    settings["terminal_manager"] = SimpleNamespace(terminals={"1": terminal})
    signs.append(activity.people())
    terminal.last_activity = 2
    signs.append(activity.people())
    settings["kernel_manager"] = SimpleNamespace(
        list_kernel_ids=lambda: ["k"], get_kernel=lambda _: kernel
    )
    signs.append(activity.people())
    settings["terminal_last_activity"] = 3
    signs.append(activity.people())
    assert len(set(signs)) == len(signs)
    assert activity.people() == signs[-1]
