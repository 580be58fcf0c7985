"""All benches, one after another, as `make bench` runs them; they assert nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NAMES = (
    *("hook", "grader", "courses", "prove", "room", "board", "agent", "watch", "cells"),
    "seats",
)

for name in NAMES:
    print(f"== {name} ==", flush=True)
    subprocess.run([sys.executable, Path(__file__).with_name(f"{name}.py")], check=True)
    print(flush=True)
