"""All benches, one after another, as `make bench` runs them; they assert nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

for name in ("hook", "grader", "room", "board", "agent", "watch", "cells", "seats"):
    print(f"== {name} ==", flush=True)
    subprocess.run([sys.executable, Path(__file__).with_name(f"{name}.py")], check=True)
    print(flush=True)
