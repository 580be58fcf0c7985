"""What the projector and the board's replay compute, tested by node's own runner."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

from hub.machine.proxy import find_node

STATIC = Path(__file__).parents[2] / "hub/room/static"
TESTS = Path(__file__).with_name("stage.test.mjs")
PURE = ("rewind.js", "timing.js", "projection.js", "strings.js", "strings/en.json")
PARTS = ("talk", "pace", "invite", "replay", "projector")
PARTS += ("board", "grid", "help", "detail", "stuck")


def test_time_left_replay_and_wall(tmp_path: Path) -> None:
    """The countdown, the replay's cursor and the wall's sentences are as they say."""
    for name in PURE:
        shutil.copy(STATIC / name, tmp_path)
    shutil.copy(TESTS, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    done = subprocess.run(
        [find_node(), "--test", TESTS.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert "pass 12" in done.stdout, done.stdout


def test_every_sentence_that_is_said_is_written() -> None:
    """No page shows a key; no sentence of these parts is left over."""
    known = json.loads((STATIC / "strings/en.json").read_text())
    source = "".join(path.read_text() for path in STATIC.glob("*.js"))
    keys = {key for key in known if key.partition(".")[0] in PARTS}
    whole = {re.sub(r"\.(one|other)$", "", key) for key in keys} | keys
    names = "|".join(PARTS)
    named = set(re.findall(rf'"((?:{names})\.[a-z.-]+)"', source))
    built = tuple(re.findall(rf"`((?:{names})\.[a-z.-]*)\$\{{", source))
    assert named - whole == set()
    said = {key for key in keys if key.startswith((*named, *built))}
    assert keys - said == set()
