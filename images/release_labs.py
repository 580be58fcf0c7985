"""Release every lab of one image into a folder: `release_labs.py LABS IMAGE OUT`.

A program of its own, since what reads notebooks takes a second to import and a build
that has nothing to do should not wait for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hub.authoring.release import release
from hub.catalog import load_labs


def main() -> None:
    """Release the labs named on the command line."""
    labs, image, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    for lab in load_labs(labs).values():
        if lab.image == image:
            release(lab, out)


if __name__ == "__main__":
    main()
