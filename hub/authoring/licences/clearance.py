"""Licences: may this lab be taught with, or handed on? Says what stands in the way.

`clear` is a pure function of what is there: the lab's and the image's ledgers, the
files they name, and the packages as `hub.authoring.licences.image` read them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hub.authoring.licences.ledger import (
    NAME,
    Item,
    Ledger,
    files_of,
    lab_items,
    load_ledgers,
)
from hub.authoring.licences.policy import (
    Ruling,
    Verdict,
    apart,
    chosen,
    keys,
    plain,
    ruling,
)
from hub.catalog import Lab

OWN = ("file", "figure", "checker", "image")
"""Kinds of items that ledgers name; the others are packages."""
_HANDED_ON = ("lab.ipynb", "data/", "files/")


@dataclass(frozen=True, slots=True)
class Clearance:
    """What a lab contains, and what its use comes to.

    Args:
        findings: sentences `lab: where: what`, each naming an item; none: cleared.
        packages_read: the image's packages are among the items.
    """

    lab: Lab
    use: str
    items: tuple[Item, ...]
    findings: tuple[str, ...]
    packages_read: bool

    def counts(self) -> list[tuple[str, int]]:
        """Return how many items come under each licence, the most first."""
        total = Counter(key for item in self.items for key in item.keeps)
        return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))

    def duties(self) -> list[tuple[str, list[str]]]:
        """Return what must be done, each with the licences or items that ask for it."""
        found: dict[str, list[str]] = {}
        for item in self.items:
            for key in item.keeps:
                said = judge(replace(item, license=key), self.use)
                if said.verdict is Verdict.DUTY:
                    found.setdefault(said.say, []).append(key)
        return [(say, sorted(set(names))) for say, names in found.items()]

    def chosen(self) -> list[str]:
        """Say what was chosen where a licence leaves a choice, the most first."""
        total = Counter(choice for item in self.items for choice in item.choices)
        counted = sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))
        return [
            f"{of}: {taken} is chosen" + f" ({number} times)" * (number > 1)
            for (of, taken), number in counted
        ]

    def exceptions(self) -> list[Item]:
        """Return the items for which a ledger says more than they do themselves."""
        return [item for item in self.items if item.why]


def clear(
    lab: Lab,
    use: str,
    *,
    checker: Path | None,
    image: Path,
    packages: Sequence[Item] | None = None,
) -> Clearance:
    """Look at everything that a lab consists of.

    Args:
        lab: the lab.
        use: one of USES.
        checker: its module, None when there is none.
        image: the folder of its image, which may be away.
        packages: of its image; None when they were not read.

    Raises:
        LedgerError: all that is wrong with the LICENSES.toml of the lab and its image.
    """
    own, its = load_ledgers(lab.folder, image)
    ledger = own or Ledger(f"{lab.slug}/{NAME}")
    items = lab_items(lab, ledger, checker)
    names = [item.name for item in items]
    if image.is_dir():
        items += _image_items(image, its or Ledger(f"{image.name}/{NAME}"))
    items = _chosen(lab, use, [*items, *(packages or ())])
    findings = (
        *_ledger_findings(lab, ledger, names),
        *_item_findings(lab, use, items),
        *_whole_findings(lab, items),
    )
    return Clearance(lab, use, tuple(items), findings, packages is not None)


def _chosen(lab: Lab, use: str, items: list[Item]) -> list[Item]:
    """Return items with the licences that their use keeps to.

    Own files are one work: what one is bound to counts where another may choose.
    """
    named, work = keys(lab.license), set[str]()
    for item in items:
        if item.kind in OWN and " OR " not in plain(item.license):
            work |= keys(item.license)
    found = []
    for item in items:
        own = item.kind in OWN
        keeps, choices = chosen(
            item.license,
            use,
            changed=_is_changed(item),
            beside=work if own else (),
            named=named if own else (),
        )
        work |= set(keeps) if own else set()
        found.append(replace(item, keeps=keeps, choices=choices))
    return found


def _image_items(folder: Path, ledger: Ledger) -> list[Item]:
    """Return the files of an image's folder."""
    items = [ledger.item("image", name) for name in files_of(folder)]
    return [replace(item, name=f"images/{folder.name}/{item.name}") for item in items]


def package_ledgers(*folders: Path) -> list[Ledger]:
    """Return the ledgers that may correct packages, each folder once; the last wins.

    Raises:
        LedgerError: all that is wrong with any of them.
    """
    return [ledger for ledger in load_ledgers(*dict.fromkeys(folders)) if ledger]


def judge(item: Item, use: str) -> Ruling:
    """Say what using one item comes to; what its owner granted holds."""
    if use in item.allows:
        return Ruling(Verdict.FREE)
    return ruling(item.license, use, changed=_is_changed(item))


def _is_changed(item: Item) -> bool:
    """Say whether an item is handed on in a changed form."""
    return item.name.startswith("lab.ipynb")


def _ledger_findings(lab: Lab, ledger: Ledger, names: list[str]) -> Iterator[str]:
    """Say what is wrong with the lab's ledger as a whole."""
    if not ledger.files:
        yield f"{lab.slug}: {NAME}: expected the licence of each file, there is none"
    for path in ledger.idle(names):
        yield f"{lab.slug}: {NAME}: expected a file that fits {path!r}, there is none"


def _item_findings(lab: Lab, use: str, items: list[Item]) -> Iterator[str]:
    """Name each item that nobody knows the licence of, or that may not be used so."""
    for item in items:
        said = judge(item, use)
        if said.verdict >= Verdict.REFUSED:
            name = f"{item.kind} {item.name} {item.version}".strip()
            under = f"{item.license} and {use}: " if plain(item.license) else ""
            yield f"{lab.slug}: {name}: {under}{said.say}"


def _whole_findings(lab: Lab, items: list[Item]) -> Iterator[str]:
    """Compare what lab.toml says with the files, and the files with each other."""
    said = keys(lab.license)
    if not said:
        yield (
            f"{lab.slug}: lab.toml, lab.license: expected an SPDX expression, "
            f"got {lab.license!r}"
        )
    for item in items:
        more = sorted(set(item.keeps) - said)
        if item.kind in OWN and item.name.startswith(_HANDED_ON) and said and more:
            yield (
                f"{lab.slug}: lab.toml, lab.license: expected {more[0]}, too, as "
                f"{item.name} says, got {lab.license!r}"
            )
    work = {key for item in items if item.kind in OWN for key in item.keeps}
    for what in apart(work):
        yield f"{lab.slug}: {NAME}: {what}"
