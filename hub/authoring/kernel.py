"""LabKernel: a real kernel that stands where an attendee's kernel stands.

The released lab lies in its folder, the hook is loaded, and what the hook puts into
the outbox is read back after each cell.

Errors:
    KernelError: the kernel died or did not answer in time; names the cell.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from types import TracebackType
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager

from checkers.engine.attempt import Attempt
from hub.authoring.release import release
from hub.catalog import Lab

_OUTPUTS = ("stream", "display_data", "execute_result", "error")
HOOK = "checkers.engine.hook"
SECONDS = 60.0
"""How long one cell may take."""


class KernelError(RuntimeError):
    """A kernel did not do what was asked."""


class LabKernel:
    """A kernel in a copy of the released lab; use it in a `with` statement.

    Args:
        lab: the lab; it is released into `folder` first.
        folder: an empty folder for this kernel alone.
    """

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.slug = lab.slug
        self.outbox = folder / "airlift" / "outbox"
        released = release(lab, folder / "released")
        self.folder = folder / "home" / lab.slug
        shutil.copytree(released, self.folder)
        self._environ = {
            **os.environ,
            "AIRLIFT_LABS": lab.slug,
            "AIRLIFT_LABS_DIR": str(folder / "released"),
            "AIRLIFT_OUTBOX": str(self.outbox),
            "AIRLIFT_ROOM_URL": "",
            "IPYTHONDIR": str(folder / "ipython"),
            "JPY_SESSION_NAME": str(self.folder / f"{lab.slug}.ipynb"),
        }
        self._manager = KernelManager(kernel_name="python3")

    def __enter__(self) -> LabKernel:
        self._manager.start_kernel(
            cwd=str(self.folder),
            env=self._environ,
            extra_arguments=[
                f"--ext={HOOK}",
                "--HistoryManager.enabled=False",
                "--log-level=ERROR",
            ],
        )
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        try:
            self._client.wait_for_ready(timeout=SECONDS)
        except RuntimeError as error:
            self._stop()
            raise KernelError(f"{self.slug}: expected a kernel, got: {error}") from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def run(self, source: str) -> list[Attempt]:
        """Run one cell and return the attempts that came of it, in order.

        What the cell itself raised shows in its attempt (``cell-raised``) and is
        otherwise left alone: attendees' cells raise all the time.
        """
        self._execute(source)
        attempts = []
        for path in sorted((self.outbox / "new").glob("*.json")):
            data = json.loads(path.read_text(encoding="utf-8"))
            attempts.append(Attempt.from_json(data["attempt"]))
            path.unlink()
        return attempts

    def show(self, source: str) -> list[Any]:
        """Run one cell and return what it showed, as a notebook keeps it.

        Text of one stream is in one piece, in the place where it began.
        """
        found: list[Any] = []
        self._execute(source, found.append)
        outputs: list[Any] = []
        streams: dict[str, Any] = {}
        for message in found:
            if message["header"]["msg_type"] not in _OUTPUTS:
                continue
            output = nbformat.v4.output_from_msg(message)  # type: ignore[no-untyped-call]
            if output.output_type == "execute_result":
                output.execution_count = None
            if output.output_type != "stream":
                outputs.append(output)
            elif output.name in streams:
                streams[output.name].text += output.text
            else:
                streams[output.name] = output
                outputs.append(output)
        return outputs

    def ask(self, module: str, function: str, *arguments: str) -> Any:
        """Call a function in the kernel with its namespace; return its JSON answer.

        Args:
            module: the function's module.
            function: takes the namespace and `arguments`; returns JSON data.
            arguments: strings.
        """
        answer = self.folder.parent / "answer.json"
        answer.unlink(missing_ok=True)
        call = (
            f"import_module({module!r}).{function}(get_ipython().user_ns, *{arguments})"
        )
        self._execute(
            f"__import__('pathlib').Path({str(answer)!r}).write_text(__import__('json')"
            f".dumps(__import__('importlib').{call}));"
        )
        try:
            return json.loads(answer.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise KernelError(
                f"{self.slug}: expected an answer of {module}.{function}, got none"
            ) from None

    def forget(self) -> None:
        """Empty the namespace, as a restarted kernel would have it."""
        self._execute("get_ipython().reset(new_session=False)")

    def _execute(
        self, source: str, hear: Callable[[Any], None] = lambda _message: None
    ) -> None:
        """Run source and wait until the kernel is idle again."""
        try:
            self._client.execute_interactive(
                source,
                store_history=True,
                allow_stdin=False,
                timeout=SECONDS,
                output_hook=hear,
            )
        except (TimeoutError, Empty, RuntimeError) as error:
            raise KernelError(
                f"{self.slug}: expected a reply within {SECONDS:g} s, got {error!r} "
                f"for the cell {source[:60]!r}"
            ) from None

    def _stop(self) -> None:
        """Stop the kernel and close its channels."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
