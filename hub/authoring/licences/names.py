"""From the words by which packages name their licences to SPDX expressions.

Python packages say it in `License-Expression`, in `License`, in classifiers or only in
a text; Debian's in the short names of `copyright` files (its format 1.0) or by naming
a file of /usr/share/common-licenses. What is not known here stays as it was said, and
so is found and named.
"""

from __future__ import annotations

import re
from typing import Any

from hub.authoring.licences.policy import plain

PUBLIC_DOMAIN = "LicenseRef-scancode-public-domain"
PERMISSIVE = "LicenseRef-scancode-other-permissive"
"""ScanCode's names for texts that waive everything, and for notices of their own that
allow everything; `copyright` in the image has the words."""

_NAMES = {
    "MIT": "mit license, the mit license, mit/x11, expat",
    "Apache-2.0": "apache 2.0, apache-2, apache license 2.0, apache license, "
    "apache software license, apache 2, apache, "
    "apache-2-llvm-exceptions",
    "BSD-3-Clause": "bsd 3-clause license, bsd-3, bsd3, 3-clause bsd, new bsd, "
    "modified bsd, "
    "edl-1, edl-1.0, chromium",
    "BSD-2-Clause": "bsd-2, bsd-2.2-clause, bsd 2-clause license, simplified bsd",
    "ISC": "isc license, isc license (iscl), isc+ibm, isc-original",
    "MPL-2.0": "mpl-2, mozilla public license 2.0 (mpl 2.0)",
    "PSF-2.0": "psfl, python software foundation license, python, psf",
    "X11": "x11 license, expat-with-advertising-restriction",
    "Zlib": "zlib license",
    "bzip2-1.0.6": "bzip, bsd-variant",
    "Artistic-1.0-Perl": "artistic, artistic-1, artistic-dist",
    "Artistic-2.0": "artistic-2",
    "BSL-1.0": "bsl-1, boost",
    "GPL-1.0-or-later": "gpl",
    "LGPL-2.0-or-later": "lgpl",
    "LGPL-3.0-or-later": "gnu lesser general public license v3 or later (lgplv3+)",
    "GPL-3.0-or-later": "gnu general public license v3 or later (gplv3+)",
    "GFDL-1.1-or-later": "gfdl",
    "GFDL-1.1-no-invariants-or-later": "gfdl-niv+",
    "OLDAP-2.8": "openldap, openldap-2.8",
    "OPUBL-1.0": "opl-1+",
    "OpenSSL": "ssleay",
    "FSFUL": "fsf-unlimited, configure",
    "FSFULLR": "permissive-fsf, gnulib",
    "TCL": "tcl-like, tcl",
    "MS-PL": "ms-pl",
    "Unicode-DFS-2016": "unicode",
    "Unlicense": "the unlicense (unlicense)",
    PUBLIC_DOMAIN: "public domain, pd, pd-debian, probably-pd, dlmalloc, mingw-runtime",
    "GPL-1.0-or-later OR Artistic-1.0-Perl": "double-metaphone",
    PERMISSIVE: "mit-like, mit-us-export, freesoftware, autoconf, config-h, bsla, "
    "fsf-manpages, gap, same-as-rest-of-p11kit, tinyscheme, rfc-reference, kazlib, "
    "smail-gpl, bsd-tcp_wrappers, isc-no-attribution, pcre, noderivs, "
    "dont-change-the-gpl, hsieh-bsd, regcomp, hsieh-derivative, "
    "rra-keep-this-notice, text-tabs, ad-hoc, compaq, custom-unicode, "
    "custom-pg_dump, custom-regex, f5, ibm-as-is, jcg, less, nagaysau-ishii, uc, "
    "umich, vim-regexp, xpm",
}
"""SPDX expression -> the names by which it goes, in lower case."""
_KNOWN = {
    name.strip(): spdx for spdx, names in _NAMES.items() for name in names.split(", ")
} | {"apache license, version 2.0": "Apache-2.0"}
_FAMILIES = (
    (r"bsd-([234])(\.[0-9])?-clause-.*", r"BSD-\1-Clause"),
    (r"(mit|expat)-(?!cmu).*|installsh", "MIT"),
    (r".*public-domain.*", PUBLIC_DOMAIN),
    (r"(?!non).*permissive.*", PERMISSIVE),
)
"""Names that Debian makes of a licence and of whose notice it is."""
_MORE = r"with[ -](?=.*(?:exception|exemption))"
"""Begins what allows more than a licence does."""
_NONE = {"none": PUBLIC_DOMAIN}
"""What Debian calls files that nobody has rights in; others say so of nothing."""
_VAGUE = re.compile(
    r"\W*(none|unknown|osi approved|other|see\b.*|dual\b.*|file\b.*|licen[cs]e\S*|)\W*",
    re.I,
)
"""Words that leave it to a text."""
_CLOSED = re.compile(r"proprietary|commercial|commons[- ]clause|eula|restrict", re.I)
"""Words that take away from a licence, or are of none that is free."""
_GNU = re.compile(
    r"(A?GPL|LGPL|GFDL)-(NIV-)?v?([0-9](?:\.[0-9])?)(?:\.0)?(\+)?(.*)", re.I
)
_TEXTS = (
    ("MIT", r"Permission is hereby granted, free of charge, to any person obtaining a"),
    ("BSD-3-Clause", r"Redistribution and use.{0,1500}?(Neither the name|endorse)"),
    ("BSD-2-Clause", r"Redistribution and use in source and binary forms"),
    ("Apache-2.0", r"Apache License\s+Version 2\.0"),
    ("ISC", r"Permission to use, copy, modify, and(/or)? distribute this software for"),
    ("PSF-2.0", r"PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2|PSF LICENSE AGREEMENT"),
    ("MPL-2.0", r"Mozilla Public License,? (Version|v\.?) ?2\.0"),
    (PUBLIC_DOMAIN, r"(is|are|been placed) in(to)? the public domain"),
)
"""Licences by a piece of their text, the telling ones first."""


def python_license(package: dict[str, Any]) -> str:
    """Return the licence of a Python package, or of a package of a page.

    A text beside it counts only where the words of the package itself allow it: texts
    of packages that are not free hold notices of free parts.
    """
    first, whole, _rest = package["license"].partition("\n")
    leaves = [c.rpartition(" :: ")[2] for c in package["classifiers"]]
    said = [package["expression"], "" if whole else first, *leaves]
    closed = next((words.strip() for words in said if _CLOSED.search(words)), "")
    if closed:
        return closed
    for words in (package["expression"], first, *leaves):
        if found := spdx(words):
            return found
    for text in (package["license"], *package["texts"]):
        for found in all_by_text(text):
            if all(_allow(words, found) for words in said):
                return found
    return next((words.strip() for words in (*said, first) if words.strip()), "")


def _allow(words: str, found: str) -> bool:
    """Say whether a package's own words leave it to its text, or name its family."""
    family = re.split(r"[-.]", found)[0].casefold()
    return bool(_VAGUE.fullmatch(words)) or family in words.casefold()


def debian_license(package: dict[str, Any]) -> str:
    """Return all licences of a Debian package, joined by AND."""
    if package["short"]:
        short = [(name, _NONE.get(name.casefold())) for name in package["short"]]
        parts = [none or spdx(name) or name for name, none in short]
    else:
        parts = [spdx(name) or name for name in package["common"]]
        parts += [name for text in package["texts"] for name in all_by_text(text)]
    if not parts:
        return ""
    if not all(plain(part) for part in parts):
        unknown = [atom for part in parts for atom in _atoms(part) if not spdx(atom)]
        return ", ".join(dict.fromkeys(unknown))
    return plain(" AND ".join(f"({part})" for part in dict.fromkeys(parts)))


def spdx(words: str) -> str:
    """Return the SPDX expression that some words name; "" when none is known."""
    text = " ".join(words.split()).strip(" ,.")
    if not text or text.upper() == "UNKNOWN":
        return ""
    found = _known(text) or plain(text)
    if found or _CLOSED.search(text):
        return found
    return _combined(text) or _of_family(text)


def _of_family(text: str) -> str:
    """Return the licence of which a name is a variant."""
    for pattern, name in _FAMILIES:
        match = re.fullmatch(pattern, text, re.I)
        if match and " " not in text:
            return match.expand(name)
    return ""


def _known(text: str) -> str:
    """Return the licence of one name."""
    found = _KNOWN.get(text.casefold(), "")
    gnu = _GNU.fullmatch(text)
    if found or not gnu:
        return found
    family, bare, number, later, rest = gnu.groups()
    if rest and not re.match(
        rf"[- ](autoconf|libtool|no-invariant|{_MORE})", rest, re.I
    ):
        return ""
    number = f"{number}.0" if "." not in number else number
    number = "1.3" if family.upper() == "GFDL" and number == "3.0" else number
    free = "-no-invariants" if bare or "no-invariant" in rest else ""
    how = "or-later" if later else "only"
    return plain(f"{family.upper()}-{number}{free}-{how}")


def _atoms(text: str) -> list[str]:
    """Return the names of which others are made."""
    return re.split(r",? (?:and/or|or|and) ", text, flags=re.I)


def _combined(text: str) -> str:
    """Return the expression of names joined by words; exceptions only allow more.

    What else may stand behind `with`, such as a clause, may take away: it is not known.
    Debian's `, and` joins what `or` has joined before.
    """
    if ", and " in text:
        apart = [spdx(part) for part in text.split(", and ")]
        return plain(" AND ".join(f"({part})" for part in apart)) if all(apart) else ""
    parts = re.split(r"(,? and/or |,? or |,? and )", text, flags=re.I)
    if len(parts) == 1:
        bare = re.split(rf"[ -]{_MORE}", text, maxsplit=1, flags=re.I)[0]
        return spdx(bare) if bare != text else ""
    found = [spdx(part) for part in parts[::2]]
    if not all(found):
        return ""
    joined = f"({found[0]})"
    for word, part in zip(parts[1::2], found[1:], strict=True):
        joined += f" {'OR' if 'or' in word.lower() else 'AND'} ({part})"
    return plain(joined)


def all_by_text(text: str) -> list[str]:
    """Return the licences whose words a text has, the telling ones first."""
    flat = " ".join(text.split())
    if "commons clause" in flat.casefold():
        return []  # it takes away from the licence whose words follow
    found = [name for name, words in _TEXTS if re.search(words, flat, re.I)]
    if "BSD-3-Clause" in found and "BSD-2-Clause" in found:
        found.remove("BSD-2-Clause")  # its words are in the other, too
    return found
