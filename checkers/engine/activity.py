"""Activity: signs that somebody works at the seat, cheap enough to read each second.

Terminals and kernels of the seat's server tell when something was last said in them.
Files of the labs' folders and what services write are looked at by name, time and size;
of large folders only the first, level by level.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MOST = 200
"""Entries of folders that are looked at."""
_OWN = ".ipynb_checkpoints"


class Activity:
    """The signs of one seat.

    Args:
        settings: of the seat's server, where its managers are found.
        folders: whose files count.
    """

    def __init__(self, settings: Mapping[str, Any], folders: Sequence[Path]) -> None:
        self._settings = settings
        self._folders = tuple(folders)

    def people(self) -> tuple[object, ...]:
        """Return a sign that differs when something was typed, said or started."""
        terminals = self._settings.get("terminal_manager")
        kernels = self._settings.get("kernel_manager")
        found = list(terminals.terminals.values()) if terminals else []
        if kernels:
            found += [kernels.get_kernel(one) for one in kernels.list_kernel_ids()]
        last = self._settings.get("terminal_last_activity")  # one may be closed by now
        signs = ((id(one), getattr(one, "last_activity", None)) for one in found)
        return last, *signs

    def things(self) -> int:
        """Return a sign that differs when a file was made, changed or removed."""
        left, signs = MOST, []
        waiting = deque(map(str, self._folders))
        while waiting and left > 0:
            try:
                with os.scandir(waiting.popleft()) as entries:
                    for entry in entries:
                        left -= 1
                        if left < 0:
                            break
                        state = entry.stat(follow_symlinks=False)
                        signs.append((entry.path, state.st_mtime_ns, state.st_size))
                        if entry.name != _OWN and entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
            except OSError:
                continue  # it has gone meanwhile, or is not there yet
        return hash(tuple(signs))
