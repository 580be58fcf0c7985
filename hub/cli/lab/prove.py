"""`airlift lab prove`: labs proved, as a table, for CI and for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from hub.authoring.finding import Finding
from hub.authoring.junit import junit
from hub.authoring.proof import KINDS, Asked, Proof, Result, Score, gaps, refused
from hub.catalog import Lab, LabError, load_lab
from hub.cli.lab.images import built_image, here_or_in_image
from hub.cli.lab.named import NewFile, slugs_there
from hub.cli.terminal import Terminal, console
from hub.machine import proving
from hub.machine.installation import running_settings
from hub.machine.proving import ProvingError
from hub.machine.seat_images import SeatImageError
from hub.settings import Settings

_STEPS = ("solution", "release", "mistakes", "garbage", "still", "hints", "mutants")
_HEADS = ("solved", "as given", "mistakes", "garbage", "same", "hints")
_TITLES = {kind.key: kind.title for kind in KINDS}
_File = NewFile()


@click.command()
@click.argument("slugs", metavar="SLUG…", nargs=-1)
@click.option("--in-image", is_flag=True, help="In its real image, held as a seat is.")
@click.option("--json", "as_json", type=_File, help="Write it all as JSON.")
@click.option("--junit", "as_junit", type=_File, help="Write it for a CI system.")
@click.option(
    "--mutants",
    type=click.IntRange(0, 200),
    help="Changed solutions tried a step, if not as many as lab.toml says.",
)
def prove(
    slugs: tuple[str, ...],
    in_image: bool,
    as_json: Path | None,
    as_junit: Path | None,
    mutants: int | None,
) -> None:
    """Prove that labs do what their authors say: all, or those that are named."""
    airlift, proofs = running_settings(), []
    for slug in slugs_there(airlift, slugs):
        try:
            proofs.append(_prove(airlift, slug, mutants, in_image=in_image))
        except (LabError, ProvingError, SeatImageError) as error:
            found = Finding(slug, "not proved here", str(error))
            result = Result("solution", findings=(found,))
            proofs.append(refused(slug, "not proved", result))
        tell(proofs[-1])
        if not proofs[-1].findings:
            tell_gaps(proofs[-1], load_lab(airlift.labs_dir / slug))
    if as_json:
        text = json.dumps([proof.to_json() for proof in proofs], indent=1)
        as_json.write_text(text + "\n", encoding="utf-8")
    if as_junit:
        as_junit.write_text(junit(proofs), encoding="utf-8")
    if any(proof.findings for proof in proofs):
        raise SystemExit(1)


def _prove(
    airlift: Settings, slug: str, mutants: int | None, *, in_image: bool
) -> Proof:
    """Prove one lab; others do not wait in vain when it cannot be.

    Raises:
        LabError, ProvingError, SeatImageError: it cannot be proved here; says why.
    """
    teller = Terminal()

    def run(image: str) -> Proof:
        """Prove it in an image, or with "" here."""
        with teller.step(f"Proving {slug}") as at:
            return proving.prove(airlift, Asked(slug, image, mutants), at)

    if in_image:
        return run(built_image(airlift, slug, teller))
    return here_or_in_image(run, airlift, slug, teller)


def tell(proof: Proof) -> None:
    """Print one proof: a row a step, then what concerns the whole lab."""
    with_what = ", ".join(f"{name} {it}" for name, it in proof.versions.items())
    took = f"{proof.where}, {proof.seconds:.0f} s"
    console.print(
        Text(f"\n{proof.lab} {proof.version}", style="bold"),
        Text("; ".join(filter(None, (took, with_what))), style="dim"),
    )
    steps = dict.fromkeys(result.step for result in proof.results if result.step)
    if steps:
        console.print(_steps(proof, list(steps)))
    for result in proof.results:
        if not result.step:
            note = f" ({result.note})" if result.note else ""
            title = _TITLES[result.kind] + note
            console.print(Text.assemble(_mark([result]), f" {title}"))
    _tell_what_is_wrong(proof)


def tell_gaps(proof: Proof, lab: Lab) -> None:
    """Print why nothing that is made of a lab says that it was proved."""
    for gap in gaps(proof, lab):
        what = f"! {lab.slug}: no whole proof, so its release is not stamped: {gap}"
        console.print(Text(what, style="yellow"))


def _tell_what_is_wrong(proof: Proof) -> None:
    """Print findings, and changed solutions that pass."""
    for finding in proof.findings:
        console.print(Text(f"✗ {finding}", style="red"))
    for result in proof.of("mutants"):
        if result.step and result.note:
            console.print(Text(f"{result.step}: {result.note}", style="yellow"))
    for score in proof.scores:
        for survivor in score.survivors:
            console.print(f"\n{score.step}: passes too", style="yellow", markup=False)
            for line in survivor.diff.split("\n"):
                console.print(Text(f"    {line}", style=_COLOURS.get(line[:1], "dim")))


_COLOURS = {"-": "red", "+": "green"}


def _steps(proof: Proof, steps: Sequence[str]) -> Table:
    """Return the table of steps."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("step", overflow="fold")  # gives way where a line is too short
    for head in (*_HEADS, "told apart", "time"):
        table.add_column(head, no_wrap=True)
    scores = {score.step: score for score in proof.scores}
    for step in steps:
        cells = []
        for key in _STEPS[:-1]:
            found = [result for result in proof.of(key) if result.step == step]
            count = found[0].note.split()[0] if key == "mistakes" and found else ""
            cells.append(Text.assemble(_mark(found), f" {count}" if count else ""))
        table.add_row(Text(step), *cells, *_score(proof, step, scores.get(step)))
    return table


def _score(proof: Proof, step: str, score: Score | None) -> tuple[Text, Text]:
    """Return how many changed solutions were told apart, and the check's time."""
    if score is None:
        return Text("–", style="dim"), Text("")
    if not score.counted:
        return Text("– nothing to tell apart", style="dim"), Text(f"{score.ms} ms")
    found = [result for result in proof.of("mutants") if result.step == step]
    shown = f" {score.killed}/{score.counted}"
    if score.kill < 1:
        shown += f" {score.kill:.0%}"
    if score.excused:
        shown += f", {score.excused} excused"
    return Text.assemble(_mark(found), shown), Text(f"{score.ms} ms")


def _mark(results: Sequence[Result]) -> tuple[str, str]:
    """Return the sign for some results, with its colour."""
    if any(result.findings for result in results):
        return "✗", "bold red"
    if not results or not all(result.proved for result in results):
        return "–", "dim"
    return "✓", "green"
