"""Release labs into a folder: `release_labs.py OUT LAB…`, each LAB a lab's folder.

A program of its own, since what reads notebooks takes a second to import and a build
that has nothing to do should not wait for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hub.authoring.release import release
from hub.catalog import load_lab


def main() -> None:
    """Release the labs named on the command line."""
    out = Path(sys.argv[1])
    for folder in sys.argv[2:]:
        release(load_lab(Path(folder)), out)


if __name__ == "__main__":
    main()
