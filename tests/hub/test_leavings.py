"""What running a lab leaves is told from what somebody wrote."""

from __future__ import annotations

from pathlib import Path

from hub.authoring.leavings import written_in


def test_what_programs_leave_is_not_what_somebody_wrote(tmp_path: Path) -> None:
    """At any depth; a name that only looks alike stays."""
    written = ["__pycache__.txt", "data/__main__.py", "data/a.b", "lab.toml"]
    left = [
        *(".DS_Store", ".ipynb_checkpoints/lab.ipynb", "data/.cache/a/b"),
        *("data/__pycache__/a.pyc", "__MACOSX/lab.toml"),
    ]
    for name in (*written, *left):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert written_in(tmp_path) == written
