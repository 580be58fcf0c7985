"""The catalogues of sentences: extract from the sources, update, compile.

`make strings` runs this file. Sources are Python and the templates of the door and of
what is printed; each package has one catalogue a language below its folder `locale`.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from hub.strings import DOMAIN, LANGUAGES

ROOT = Path(__file__).parents[1]
PACKAGES = ("hub", "checkers")
SOURCE, *OTHERS = LANGUAGES
METHODS = [
    ("**/*.py", "python"),
    ("pages/*.html", "jinja2"),
    ("authoring/paper/*.html", "jinja2"),
]
KEYWORDS = {
    "_": None,
    "ngettext": (1, 2),
    "noted": None,
    "refusal": None,  # of a seat that starts, and the stages of its start
    "say": (2,),
}


def extract(package: str) -> Catalog:
    """Return the sentences of a package's sources, each with the files it is in."""
    found = Catalog(project="Airlift", charset="utf-8")
    sources = extract_from_dir(
        ROOT / package, METHODS, keywords=KEYWORDS, comment_tags=["For translators:"]
    )
    for name, _line, message, comments, context in sorted(sources, key=_place):
        place = [(f"{package}/{name}", None)]
        found.add(message, locations=place, auto_comments=comments, context=context)
    return found


def _place(found: tuple[str, int, object, object, object]) -> tuple[str, int]:
    """Return where a sentence is, to sort by: folders come in any order."""
    return found[0], found[1]


def po_path(package: str, language: str) -> Path:
    """Return where the catalogue of a package and language lies."""
    return ROOT / package / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(path: Path, language: str) -> Catalog:
    """Read a catalogue; an empty one where there is none yet."""
    if not path.exists():
        head = f"# Airlift in the language {language!r}; `make strings` updates it.\n#"
        return Catalog(
            locale=language,
            header_comment=head,
            project="Airlift",
            version="1",
            msgid_bugs_address="the project's issues",
            last_translator="the project",
            language_team=language,
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=language)


def as_po(catalogue: Catalog) -> bytes:
    """Return a catalogue as the text that translators edit."""
    file = io.BytesIO()
    write_po(file, catalogue, width=88, ignore_obsolete=True)
    text = file.getvalue().decode()
    dated = ('"POT-Creation-Date:', '"PO-Revision-Date:')  # the log of changes knows
    lines = text.splitlines(keepends=True)
    kept = (line for line in lines if not line.startswith(dated))
    return "".join(kept).encode()


def as_mo(catalogue: Catalog) -> bytes:
    """Return a catalogue as programs read it; the same bytes whenever it is made."""
    catalogue.creation_date = catalogue.revision_date = datetime.fromtimestamp(0, UTC)
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def updated(package: str, language: str) -> Catalog:
    """Return a catalogue with the sentences of the sources, translated as before."""
    found = read(po_path(package, language), language)
    found.update(extract(package), no_fuzzy_matching=True)
    return found


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the sentences that lack a translation or whose translation is a guess."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and (message.fuzzy or not _whole(message.string))
    ]


def _whole(translated: str | Iterable[str]) -> bool:
    """Say whether every form of a sentence is translated."""
    return all([translated] if isinstance(translated, str) else translated)


def main() -> None:
    """Write every catalogue anew and say what is left to translate."""
    for package in PACKAGES:
        for language in OTHERS:
            path = po_path(package, language)
            found = updated(package, language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_po(found))
            written = read(path, language)  # as anybody would compile it
            path.with_suffix(".mo").write_bytes(as_mo(written))
            left = untranslated(written)
            shown = path.relative_to(ROOT)
            say(f"{shown}: {len(found)} sentences, {len(left)} left")
            for sentence in left:
                say(f"  {sentence}")


def say(line: str) -> None:
    """Write a line for whoever called."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
