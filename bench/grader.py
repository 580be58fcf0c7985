"""One check by our hook, beside otter-grader's `grader.check` of the same cell.

Run: ``python bench/grader.py``. otter-grader is installed from the package registry
into a throw-away virtual environment, a minute or two. Both sides run in one IPython
shell each, in turns of `ROUNDS` checks, three turns a side: ours with all it does (the
check, the outbox file written and synced, the line), otter's with the report it shows.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from hook import write_lab

VERSION = "7.0.0"
PACKAGES = (f"otter-grader=={VERSION}", "setuptools<81")
ROUNDS = 200
TURNS = 3
HOOKED = """
import os, sys, time, json, statistics
from IPython.core.interactiveshell import InteractiveShell
root = sys.argv[1]
sys.path.insert(0, sys.argv[2])
shell = InteractiveShell.instance()
began = time.perf_counter()
import checkers
from checkers.engine.hook import Hook
loaded = time.perf_counter() - began
checkers.__path__.append(root + "/lib")
shown = []
shell.display_pub.publish = lambda data, **_: shown.append(data["text/plain"])
hook = Hook(shell, {"AIRLIFT_LABS_DIR": root + "/labs", "AIRLIFT_LABS": sys.argv[3],
                    "AIRLIFT_OUTBOX": root + "/outbox", "HOME": root})
result = shell.run_cell(open(root + "/cell.py").read(), store_history=False)
def check():
    hook.post_run_cell(result)
check()
assert "Passed" in shown[-1], shown
"""
"""Our side: the folder with labs/, lib/ and cell.py, the repository, the lab's slug."""
_THEIRS = """
import os, sys, time, json, statistics
from IPython.core.interactiveshell import InteractiveShell
root = sys.argv[1]
os.chdir(root)
shell = InteractiveShell.instance()
began = time.perf_counter()
import otter
loaded = time.perf_counter() - began
shell.run_cell("import otter; grader = otter.Notebook(tests_dir='tests')",
               store_history=False)
shell.run_cell("x = 3", store_history=False)
grader, names = shell.user_ns["grader"], shell.user_ns
assert "passed" in repr(grader.check("load", global_env=names))
def check():
    repr(grader.check("load", global_env=names))
"""
_TIME = """
times = []
for _ in range(int(sys.argv[-1])):
    began = time.perf_counter()
    check()
    times.append(time.perf_counter() - began)
print(json.dumps([loaded * 1000, statistics.median(times) * 1000]))
"""
_TEST = """
OK_FORMAT = True
test = {"name": "load", "points": 1, "suites": [{"type": "doctest", "scored": True,
    "setup": "", "teardown": "", "cases": [{"hidden": False, "locked": False,
    "code": ">>> isinstance(x, int)\\nTrue"}]}]}
"""


def install(folder: Path) -> Path:
    """Make the throw-away environment; returns its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    print(f"Installing {' '.join(PACKAGES)} from the package registry.", flush=True)
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *PACKAGES], stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"pip failed:\n{done.stderr[-3000:]}")
    return python


def timed(python: Path | str, program: str, *words: str) -> tuple[float, float]:
    """Run a side; returns the time of its import and of one check, in ms."""
    line = [str(python), "-c", program + _TIME, *words, str(ROUNDS)]
    done = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True)
    loaded, check = json.loads(done.stdout.strip().splitlines()[-1])
    return loaded, check


def main() -> None:
    """Measure both sides in turns and print the table."""
    root = str(Path(__file__).resolve().parents[1])
    with tempfile.TemporaryDirectory() as temporary:
        ours, theirs = Path(temporary, "ours"), Path(temporary, "theirs")
        ours.mkdir()
        (theirs / "tests").mkdir(parents=True)
        (theirs / "tests" / "load.py").write_text(_TEST)
        write_lab(ours)
        (ours / "cell.py").write_text("# step: load\nx = 3")
        python = install(Path(temporary, "venv"))
        runs = [
            (
                timed(sys.executable, HOOKED, str(ours), root, "bench_lab"),
                timed(python, _THEIRS, str(theirs)),
            )
            for _ in range(TURNS)
        ]
    print(f"{'':<24}{'airlift':>12}{'otter ' + VERSION:>14}{'ratio':>8}")
    for at, title in enumerate(("import", "one check")):
        mine, other = (
            statistics.median(run[side][at] for run in runs) for side in (0, 1)
        )
        print(f"{title:<24}{mine:>9.2f} ms{other:>11.2f} ms{mine / other:>8.2f}")


if __name__ == "__main__":
    main()
