"""Licences: each file, figure and package has one, and a use is cleared or named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hub.authoring.licences.clearance import Clearance, clear, package_ledgers
from hub.authoring.licences.image import image_packages, package_items
from hub.authoring.licences.ledger import Item, LedgerError, load_ledger
from hub.authoring.licences.names import debian_license, python_license
from hub.authoring.licences.policy import Verdict, chosen, ruling
from hub.authoring.licences.sheet import sheet
from hub.catalog import Lab, load_lab, load_labs
from tests.harness import REPOSITORY

LABS = load_labs(REPOSITORY / "labs")
CHECKERS = REPOSITORY / "checkers"
IMAGES = REPOSITORY / "images"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A copy of the first lab that a test may spoil."""
    folder = tmp_path / "first_flight"
    shutil.copytree(REPOSITORY / "labs/first_flight", folder)
    return load_lab(folder)


def look(lab: Lab, use: str = "teach", packages: list[Item] | None = None) -> Clearance:
    """Look at a lab with the first lab's checker, without an image's folder."""
    checker = CHECKERS / "first_flight.py"
    return clear(
        lab, use, checker=checker, image=lab.folder / "none", packages=packages
    )


def add(lab: Lab, text: str) -> None:
    """Add to the ledger of a lab."""
    with (lab.folder / "LICENSES.toml").open("a") as file:
        file.write(text)


def python(**said: object) -> dict[str, object]:
    """A Python package as the scan prints it."""
    return {"expression": "", "license": "", "classifiers": [], "texts": []} | said


@pytest.mark.parametrize("use", ["teach", "redistribute"])
@pytest.mark.parametrize("slug", LABS)
def test_every_lab_here_may_be_taught_with_and_handed_on(slug: str, use: str) -> None:
    """No file of ours is without a licence."""
    found = clear(
        LABS[slug],
        use,
        checker=CHECKERS / f"{slug}.py",
        image=IMAGES / LABS[slug].image,
    )
    assert found.findings == ()
    assert {item.kind for item in found.items} >= {"file", "checker", "image"}


@pytest.mark.parametrize("name", sorted(path.name for path in IMAGES.glob("*/")))
def test_every_image_here_has_a_ledger(name: str) -> None:
    """Its own files have a licence, used or not by a lab."""
    if name.startswith("__"):
        return
    ledger = load_ledger(IMAGES / name)
    assert ledger is not None
    assert ledger.item("image", "Dockerfile").license


def test_the_packages_of_the_real_image_all_have_a_known_licence(image: str) -> None:
    """Read from the image itself: Python, Debian and page packages, none unknown."""
    lab = LABS["first_flight"]
    ledgers = package_ledgers(IMAGES / "base", lab.folder)
    items = package_items(image_packages(image), ledgers)
    found = clear(
        lab,
        "redistribute",
        checker=CHECKERS / "first_flight.py",
        image=IMAGES / "base",
        packages=items,
    )
    assert found.findings == ()
    known = {item.name: item.license for item in items}
    assert known["pandas"] == "BSD-3-Clause"
    assert known["jupyterlab"] == "BSD-3-Clause"
    assert "GPL-3.0-or-later" in known["bash"]
    assert known["@lumino/widgets"] == "BSD-3-Clause"
    said = "; ".join(say for say, _ in found.duties())
    assert "written offer" in said
    page = sheet(found, "25 November 2026")
    assert "<b>Cleared</b> for handing it on" in page
    assert f"{sum(item.kind == 'debian' for item in items)} Debian packages" in page


def test_a_file_without_a_licence_is_named(lab: Lab) -> None:
    """So are a pasted figure, after a mark of Windows too, and a path for nothing."""
    ledger = lab.folder / "LICENSES.toml"
    ledger.write_text(ledger.read_text().replace('path = "*"', 'path = "lab.*"'))
    notebook = json.loads(lab.source.read_text())
    text = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    text["attachments"] = {"map.png": {"image/png": "iVBORw0KGgo="}}
    text["source"] = "![a drawing in words](data:image/svg+xml,%3Csvg/%3E)"
    lab.source.write_text(json.dumps(notebook), encoding="utf-8-sig")
    add(lab, '\n[[files]]\npath = "data/*.xls"\nlicense = "MIT"\n')
    assert set(look(lab).findings) == {
        "first_flight: file mistakes.toml: expected a licence, got none",
        "first_flight: LICENSES.toml: expected a file that fits 'data/*.xls', "
        "there is none",
    }
    ledger.write_text(ledger.read_text().replace('"lab.*"', '"[!l]*"'))
    assert f"lab.ipynb#{text['id']}: expected a licence" in str(look(lab).findings)
    assert "first_flight: figure lab.ipynb#map.png: expected a licence, got none" in (
        look(lab).findings
    )


def test_words_that_are_no_licence_are_named_with_their_file(lab: Lab) -> None:
    """An SPDX expression is expected, of files and of the lab."""
    add(lab, '\n[[files]]\npath = "data/*"\nlicense = "free for schools"\n')
    assert (
        "first_flight: file data/flights.csv: expected an SPDX expression, got "
        "'free for schools'"
    ) in look(lab).findings


def test_the_lab_says_every_licence_that_it_hands_out(lab: Lab) -> None:
    """lab.toml names the licence of each data set."""
    add(lab, '\n[[files]]\npath = "data/*"\nlicense = "ODbL-1.0"\n')
    assert (
        "first_flight: lab.toml, lab.license: expected ODbL-1.0, too, as "
        "data/airports.csv says, got 'CC-BY-4.0 AND CC0-1.0'"
    ) in look(lab).findings


def test_licences_that_do_not_go_together_are_named(lab: Lab) -> None:
    """Share-alike material cannot be joined with non-commercial material."""
    add(lab, '\n[[files]]\npath = "data/airports.csv"\nlicense = "CC-BY-SA-4.0"\n')
    add(lab, '\n[[files]]\npath = "data/flights.csv"\nlicense = "CC-BY-NC-4.0"\n')
    said = " ".join(look(lab).findings)
    assert "CC-BY-SA-4.0 and CC-BY-NC-4.0 do not go together" in said


@pytest.mark.parametrize(
    ("license_", "teach", "redistribute"),
    [
        ("CC0-1.0", "FREE", "FREE"),
        ("MIT", "FREE", "DUTY"),
        ("CC-BY-4.0", "DUTY", "DUTY"),
        ("GPL-3.0-or-later", "FREE", "DUTY"),
        ("AGPL-3.0-only", "FREE", "DUTY"),
        ("CC-BY-ND-4.0", "DUTY", "DUTY"),
        ("CC-BY-NC-4.0", "DUTY", "REFUSED"),
        ("CC-BY-NC-SA-4.0 OR MIT", "FREE", "DUTY"),
        ("CC-BY-NC-SA-4.0 AND MIT", "DUTY", "REFUSED"),
        ("LicenseRef-scancode-commercial-license", "REFUSED", "REFUSED"),
        ("BUSL-1.1", "REFUSED", "REFUSED"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "FREE", "DUTY"),
        ("", "UNKNOWN", "UNKNOWN"),
        ("Copyright, 2019", "UNKNOWN", "UNKNOWN"),
        ("()", "UNKNOWN", "UNKNOWN"),
    ],
)
def test_what_a_use_comes_to(license_: str, teach: str, redistribute: str) -> None:
    """One row a licence: teaching with it at a venue, handing it on in a kit."""
    assert ruling(license_, "teach").verdict is Verdict[teach]
    assert ruling(license_, "redistribute").verdict is Verdict[redistribute]


@pytest.mark.parametrize(
    ("license_", "keeps", "choices"),
    [
        ("MIT", ["MIT"], []),
        ("MIT OR GPL-3.0-only", ["MIT"], [("MIT OR GPL-3.0-only", "MIT")]),
        ("GPL-3.0-only OR MIT", ["MIT"], [("GPL-3.0-only OR MIT", "MIT")]),
        ("Apache-2.0 OR MIT", ["Apache-2.0"], [("Apache-2.0 OR MIT", "Apache-2.0")]),
        ("MIT AND GPL-3.0-only", ["MIT", "GPL-3.0-only"], []),
        ("BUSL-1.1 OR GPL-3.0-only", ["GPL-3.0-only"], [...]),
        ("BUSL-1.1 AND GPL-3.0-only", ["BUSL-1.1", "GPL-3.0-only"], []),
        ("MIT OR BUSL-1.1 AND ISC", ["MIT"], [("MIT OR (BUSL-1.1 AND ISC)", "MIT")]),
        ("(MIT OR BUSL-1.1) AND ISC", ["MIT", "ISC"], [("MIT OR BUSL-1.1", "MIT")]),
        ("(GPL-3.0-only AND MIT) OR CC0-1.0", ["CC0-1.0"], [...]),
        (
            "(ISC OR AGPL-3.0-only) AND (EPL-2.0 OR MIT)",
            ["ISC", "MIT"],
            [("ISC OR AGPL-3.0-only", "ISC"), ("EPL-2.0 OR MIT", "MIT")],
        ),
        ("GPL-2.0-only AND (Apache-2.0 OR MIT)", ["GPL-2.0-only", "MIT"], [...]),
        ("MIT OR (BUSL-1.1 OR CC0-1.0)", ["CC0-1.0"], [..., ...]),
        ("GPL-2.0-only WITH Classpath-exception-2.0 AND MIT", None, []),
        ("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT", ["MIT"], [...]),
        ("GPL-2.0-only WITH MIT", [], []),
        ("MIT OR", [], []),
        ("MIT OR nobody knows", [], []),
        ("", [], []),
    ],
)
def test_either_of_or_is_enough_and_all_of_and_count(
    license_: str, keeps: list[str] | None, choices: list[object]
) -> None:
    """What is chosen asks for least; it is said of what it was chosen."""
    if keeps is None:
        keeps = ["GPL-2.0-only WITH Classpath-exception-2.0", "MIT"]
    kept, said = chosen(license_, "redistribute")
    assert list(kept) == keeps
    assert len(said) == len(choices)
    assert all(b is ... or a == b for a, b in zip(said, choices, strict=True))


def test_a_choice_asks_for_nothing_of_the_side_that_is_not_taken(lab: Lab) -> None:
    """It is counted, named and printed as chosen; the lab need not name both."""
    add(lab, '\n[[files]]\npath = "data/*"\nlicense = "GPL-3.0-only OR CC-BY-4.0"\n')
    found = look(lab, "redistribute")
    assert found.findings == ()
    assert found.chosen() == [
        "GPL-3.0-only OR CC-BY-4.0: CC-BY-4.0 is chosen (2 times)"
    ]
    assert "GPL-3.0-only" not in dict(found.counts())
    assert [names for _, names in found.duties()] == [["CC-BY-4.0"], ["BSD-3-Clause"]]
    assert "CC-BY-4.0 is chosen (2 times)" in sheet(found, "today")


def test_what_goes_together_with_the_rest_is_chosen(lab: Lab) -> None:
    """Both must be of one work; what nothing can choose is named."""
    add(lab, '\n[[files]]\npath = "data/airports.csv"\nlicense = "CC-BY-SA-4.0"\n')
    choice = '\n[[files]]\npath = "data/flights.csv"\nlicense = "{} OR ODbL-1.0"\n'
    add(lab, choice.format("CC-BY-NC-4.0"))
    (named,) = (what for what in look(lab).findings if "flights" in what)
    assert "expected ODbL-1.0, too" in named
    add(lab, choice.format("CC-BY-NC-4.0").replace("OR ODbL-1.0", "AND ODbL-1.0"))
    assert any("do not go together" in what for what in look(lab).findings)


@pytest.mark.parametrize("license_", ["CC-BY-ND-4.0", "CC-BY-NC-ND-4.0"])
def test_a_notebook_that_may_not_be_changed_is_refused(license_: str) -> None:
    """Releasing a lab changes its notebook."""
    found = ruling(license_, "teach", changed=True)
    assert found.verdict is Verdict.REFUSED
    assert "changes its notebook" in found.say


def test_what_an_owner_granted_holds_for_that_use_alone(lab: Lab) -> None:
    """`allows` with `why` clears a proprietary package, and the sheet says so."""
    sdk = Item("python", "vendor-sdk", "Proprietary", version="3.1")
    assert "python vendor-sdk 3.1: expected an SPDX expression" in (
        " ".join(look(lab, packages=[sdk]).findings)
    )
    add(
        lab,
        '\n[[packages]]\nname = "Vendor-*"\nallows = ["teach"]\n'
        'license = "LicenseRef-scancode-proprietary-license"\n'
        'why = "letter of the vendor, 3 May 2026"\n',
    )
    (ledger,) = package_ledgers(lab.folder)
    known = [ledger.corrected(sdk)]
    assert look(lab, packages=known).findings == ()
    assert "letter of the vendor" in sheet(look(lab, packages=known), "today")
    (refused,) = look(lab, "redistribute", known).findings
    assert "python vendor-sdk 3.1" in refused
    assert "ask its owner" in refused


def test_the_sheet_says_when_it_is_not_cleared_and_when_it_did_not_look(
    lab: Lab,
) -> None:
    """What a stranger wrote is text on it."""
    assert "own files are cleared" in sheet(look(lab), "today")
    packages = [Item("debian", "<script>", "")]
    page = sheet(look(lab, packages=packages), "today")
    assert "<b>Not cleared</b>" in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[[files]]\npath = 3\nlicense = 'MIT'",
            ":2: files[1].path: expected a string that is not empty, got 3",
        ),
        (
            "[[files]]\npath = 'a'\nlicens = 'MIT'",
            ":3: files[1].licens: expected one of path, license, copyright, source, "
            "allows, why; did you mean 'license'?",
        ),
        (
            "[[packages]]\nname = 'a'\nlicense = 'MIT'",
            ":1: packages[1].why: expected who says so, and where, got ''",
        ),
        (
            "[[files]]\npath = 'a'\nlicense = 'MIT'\nwhy = 'so'\nallows = ['sell']",
            ":5: files[1].allows: expected a list of teach, redistribute, got ['sell']",
        ),
        (
            "[[files]]\npath = 'a'\nlicense = 'MIT'\nallows = [['teach']]",
            ":4: files[1].allows: expected a list of strings, got [['teach']]",
        ),
        ("[data]", ":1: data: expected only [[files]] and [[packages]], got 'data'"),
        ("[[files", ":1: expected TOML, got: "),
    ],
)
def test_a_ledger_that_cannot_be_read_says_where(
    tmp_path: Path, text: str, said: str
) -> None:
    """File, line, table, key, value, and what was expected."""
    (tmp_path / "LICENSES.toml").write_text(text)
    with pytest.raises(LedgerError) as error:
        load_ledger(tmp_path)
    assert str(error.value).startswith(f"{tmp_path.name}/LICENSES.toml{said}")
    assert "\n" not in str(error.value)


def test_everything_that_is_wrong_with_ledgers_is_said_at_once(tmp_path: Path) -> None:
    """Table by table, of the lab's and of its image's."""
    for name, text in {
        "lab": "[[files]]\npath = ''\n\n[[files]]\nallows = ['sell']\nlicense = 1\n",
        "image": "[[packages]]\nname = 'a'\nlicense = 'MIT'\n\n[more]\n",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "LICENSES.toml").write_text(text)
    with pytest.raises(LedgerError) as error:
        package_ledgers(tmp_path / "image", tmp_path / "lab", tmp_path / "image")
    assert str(error.value).splitlines() == [
        "image/LICENSES.toml:1: packages[1].why: expected who says so, and where, "
        "got ''",
        "image/LICENSES.toml:5: more: expected only [[files]] and [[packages]], "
        "got 'more'",
        "lab/LICENSES.toml:2: files[1].path: expected a string that is not empty, "
        "got ''",
        "lab/LICENSES.toml:1: files[1].license: expected a value, it is missing",
        "lab/LICENSES.toml:6: files[2].license: expected a string that is not empty, "
        "got 1",
        "lab/LICENSES.toml:5: files[2].allows: expected a list of teach, "
        "redistribute, got ['sell']",
        "lab/LICENSES.toml:4: files[2].why: expected who says so, and where, got ''",
        "lab/LICENSES.toml:4: files[2].path: expected a value, it is missing",
    ]


GRANT = "Permission is hereby granted, free of charge, to any person obtaining a copy"


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (python(expression="Apache-2.0 OR MIT"), "Apache-2.0 OR MIT"),
        (python(license="BSD 3-Clause License\n\nCopyright"), "BSD-3-Clause"),
        (
            python(classifiers=["License :: OSI Approved :: ISC License (ISCL)"]),
            "ISC",
        ),
        (
            python(
                classifiers=["License :: OSI Approved :: BSD License"],
                texts=["Redistribution and use in source and binary forms, with"],
            ),
            "BSD-2-Clause",
        ),
        (python(license="Ask Bob"), "Ask Bob"),
        (python(license="UNKNOWN"), "UNKNOWN"),
        (python(license="None"), "None"),
        (python(license="MIT with Commons Clause"), "MIT with Commons Clause"),
        (python(license="Copyright\n\nCommons Clause\n" + GRANT), "Copyright"),
        (python(license="Copyright\n\n" + GRANT), "MIT"),
        (python(license="Bob's own", texts=[GRANT]), "Bob's own"),
        (python(license="see LICENSE.txt", texts=[GRANT]), "MIT"),
        (
            python(license="MIT", classifiers=["License :: Other/Proprietary License"]),
            "Other/Proprietary License",
        ),
    ],
)
def test_a_python_package_says_its_licence_in_many_ways(
    package: dict[str, object], expected: str
) -> None:
    """The newest way counts first; what is not known stays as it was said."""
    assert python_license(package) == expected


@pytest.mark.parametrize(
    ("short", "common", "expected"),
    [
        (["GPL-2+"], [], "GPL-2.0-or-later"),
        (["GPL-2+ with Bison exception"], [], "GPL-2.0-or-later"),
        (["GFDL-NIV-1.3+"], [], "GFDL-1.3-no-invariants-or-later"),
        (
            ["Expat", "LGPL-3+ or GPL-2+"],
            [],
            "MIT AND (GPL-2.0-or-later OR LGPL-3.0-or-later)",
        ),
        (
            ["Artistic or GPL-1+, and Expat"],
            [],
            "MIT AND (Artistic-1.0-Perl OR GPL-1.0-or-later)",
        ),
        ([], ["LGPL-2.1"], "LGPL-2.1-only"),
        (["AGPL-3 with Commons Clause"], [], "AGPL-3 with Commons Clause"),
        (["Expat with a rider"], [], "Expat with a rider"),
        (["None"], [], "LicenseRef-scancode-public-domain"),
        (["non-permissive"], [], "non-permissive"),
        (["Expat-with-advertising-restriction"], [], "X11"),
        (["GPL-2", "bobs-licence", "Expat or alices"], [], "bobs-licence, alices"),
        ([], [], ""),
    ],
)
def test_a_debian_package_says_it_by_short_names(
    short: list[str], common: list[str], expected: str
) -> None:
    """All of them count; those nobody knows are named."""
    found = debian_license({"short": short, "common": common, "texts": []})
    assert found == expected
