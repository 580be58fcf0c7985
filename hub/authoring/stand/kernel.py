"""A kernel as a seat starts it, and the end of all it started.

Errors:
    OSError, RuntimeError: the kernel could not be started; say why.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import KernelManager

from checkers.engine import family

START = 60.0
"""Seconds a kernel has to start."""
GRACE = 5.0
"""Seconds an interrupted kernel has to answer again."""
SHOWN = ("stream", "display_data", "execute_result", "error", "update_display_data")
MOST_SHOWN = 2_000_000
"""Characters of what one cell shows that are told."""
Shown = list[dict[str, Any]]
_ADOPTING = (
    "import os, sys; from checkers.engine import family; family.adopt(); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
_BASH = {
    "argv": [
        sys.executable,
        "-P",
        "-m",
        "checkers.engine.bash",
        "-f",
        "{connection_file}",
    ],
    "display_name": "Bash",
    "language": "bash",
}


class Kernel:
    """A kernel that can be interrupted, and started afresh.

    Args:
        name: of its kernelspec, such as ``python3`` or ``bash``.
        folder: where it starts.
        environ: its variables.
        arguments: more words of its command line.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        environ: Mapping[str, str],
        arguments: Sequence[str] = (),
    ) -> None:
        self.name = name
        self._folder = folder
        self._environ = dict(environ)
        self._arguments = list(arguments)
        self._specs = _specs(name, Path(environ["HOME"]) / ".airlift" / "kernels")
        self._manager: KernelManager
        self._client: BlockingKernelClient
        self._pid = 0

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._manager = KernelManager(
            kernel_name=self.name, kernel_spec_manager=self._specs
        )
        known = sorted({"bash", *self._specs.find_kernel_specs()})
        spec = self._manager.kernel_spec if self.name in known else None
        if spec is None:
            what = "; the kernelspec in lab.ipynb's metadata is to name one of"
            raise NoSuchKernel(f"{self.name}{what} {', '.join(known)}")
        command = [sys.executable, "-P", "-c", _ADOPTING]
        spec.argv = [*command, _whole(spec.argv[0]), *spec.argv[1:]]
        self._manager.start_kernel(
            cwd=str(self._folder),
            env=self._environ,
            extra_arguments=self._arguments,
        )
        self._pid = int(getattr(self._manager.provisioner, "pid", 0) or 0)
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=START)

    def stop(self) -> None:
        """End it with all it started."""
        if not self._pid:
            return
        family.end(self._pid)
        self._pid = 0
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def below(self) -> set[int]:
        """Return all processes that it started, and that those did."""
        return set(family.descendants(self._pid))

    def fresh(self) -> None:
        """End it and start another one."""
        self.stop()
        self.start()

    def execute(self, source: str, seconds: float, shown: Shown | None = None) -> str:
        """Run a cell; returns how it ended: "", "interrupted" or "restarted".

        The last two: it took longer, and the kernel did or did not stop when told to.
        What it shows is added to `shown`, up to `MOST_SHOWN` characters.
        """
        try:
            self._run(source, seconds, shown)
            return ""
        except TimeoutError:
            pass
        except RuntimeError:  # the kernel died
            self.fresh()
            return "restarted"
        until = time.monotonic() + GRACE
        while time.monotonic() < until:
            self._manager.interrupt_kernel()
            try:
                self._run("", 1.0)
                return "interrupted"
            except (TimeoutError, RuntimeError):
                continue
        self.fresh()
        return "restarted"

    def _run(self, source: str, seconds: float, shown: Shown | None = None) -> None:
        """Run source and wait until the kernel is idle again."""
        left, end = MOST_SHOWN, time.monotonic() + seconds

        def look(message: Mapping[str, Any]) -> None:
            """Keep what is shown, if anybody wants it; a flood ends in time, too."""
            nonlocal left
            if time.monotonic() > end:
                raise TimeoutError
            if shown is not None and message["msg_type"] in SHOWN:
                kept = {key: message[key] for key in ("msg_type", "content")}
                left -= len(json.dumps(kept, default=str))
                if left >= 0:
                    shown.append(json.loads(json.dumps(kept, default=str)))

        self._client.execute_interactive(
            source,
            store_history=bool(source),
            allow_stdin=False,
            timeout=seconds,
            output_hook=look,
        )


def _whole(program: str) -> str:
    """Return the path of a kernel's program; kernelspecs may say just python."""
    return sys.executable if program in ("python", "python3") else program


def _specs(name: str, folder: Path) -> KernelSpecManager:
    """Return where kernels are looked for; Bash is known where its package is."""
    specs = KernelSpecManager()
    if name == "bash" and name not in specs.find_kernel_specs():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "kernel.json").write_text(json.dumps(_BASH))
        specs.kernel_dirs.insert(0, str(folder))
    return specs
