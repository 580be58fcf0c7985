"""What proving a lab costs: `python bench/prove.py [SLUG…] [--in-image]`.

Each lab's source is run once by nbclient alone and then proved, in the same run: total,
parts and the ratio between the two. Labs of other images than base are left out
unless it happens in their images; nbclient runs here in any case, so for those there is
no ratio.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from hub.authoring.prove import prove
from hub.authoring.release import release, source_notebook
from hub.authoring.stand_places import here, in_image
from hub.catalog import Lab, load_labs
from hub.engine import BASE
from hub.machine.seat_images import image_of
from hub.settings import settings

ROOT = Path(__file__).resolve().parents[1]


def alone(lab: Lab) -> float:
    """Run a lab's source by nbclient; returns seconds."""
    with tempfile.TemporaryDirectory() as folder:
        work = release(lab, Path(folder))
        notebook = nbformat.from_dict(source_notebook(lab))
        client = NotebookClient(
            notebook, resources={"metadata": {"path": str(work)}}, allow_errors=True
        )
        started = time.perf_counter()
        client.execute()
        return time.perf_counter() - started


def proved(lab: Lab, inside: bool) -> tuple[list[tuple[str, float]], int, int]:
    """Prove a lab; returns the seconds of each part, and how many mutants counted."""
    airlift = settings(ROOT)
    place = in_image(airlift, image_of(airlift, lab)) if inside else here
    marks = [("reading, starting", time.perf_counter())]
    with tempfile.TemporaryDirectory() as folder:
        proof = prove(
            lab,
            Path(folder) / "stand",
            place=place,
            tell=lambda what: marks.append((what, time.perf_counter())),
        )
    ends = [at for _, at in marks[1:]] + [time.perf_counter()]
    parts = [(what, end - at) for (what, at), end in zip(marks, ends, strict=True)]
    counted = sum(score.counted for score in proof.scores)
    return parts, counted, len(proof.findings)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slugs", nargs="*")
    parser.add_argument("--in-image", action="store_true")
    asked = parser.parse_args()
    labs = load_labs(ROOT / "labs")
    for slug in asked.slugs or labs:
        lab = labs[slug]
        local = lab.seat_image == BASE
        if not local and not asked.in_image:
            print(f"{slug}: of the image {lab.seat_image}, so only with --in-image")
            continue
        run = alone(lab) if local else 0.0
        parts, mutants, findings = proved(lab, asked.in_image)
        total = sum(seconds for _, seconds in parts)
        print(f"{slug}: {mutants} changed solutions counted, {findings} findings")
        print(f"{'nbclient alone':<42}{run:>8.1f} s")
        print(f"{'proved':<42}{total:>8.1f} s")
        if run:
            print(f"{'ratio':<42}{total / run:>8.1f}")
        for what, seconds in parts:
            print(f"  {what:<40}{seconds:>8.1f} s")


if __name__ == "__main__":
    main()
