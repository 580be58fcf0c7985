"""JUnit: proofs as the XML that CI systems read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from hub.authoring.proof import KINDS, Proof, Result, Score

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold."""


def junit(proofs: Iterable[Proof]) -> str:
    """Return proofs as one document: a suite a lab, a case a check and step."""
    top = ElementTree.Element("testsuites", name="airlift lab prove")
    for proof in proofs:
        top.append(_suite(proof))
    ElementTree.indent(top)
    text = ElementTree.tostring(top, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(proof: Proof) -> ElementTree.Element:
    """Return the suite of one lab."""
    scores = {score.step: score for score in proof.scores}
    suite = ElementTree.Element(
        "testsuite",
        name=proof.lab,
        timestamp=proof.at[:19],
        time=f"{proof.seconds:.1f}",
        tests=str(len(proof.results)),
        failures=str(sum(bool(result.findings) for result in proof.results)),
        errors="0",
        skipped=str(sum(not result.proved for result in proof.results)),
    )
    properties = ElementTree.SubElement(suite, "properties")
    said = {"version": proof.version, "where": proof.where, **proof.versions}
    for name, value in said.items():
        ElementTree.SubElement(properties, "property", name=name, value=clean(value))
    titles = {kind.key: f"{kind.number} {kind.title}" for kind in KINDS}
    for result in proof.results:
        name = titles[result.kind] + (f": {result.step}" if result.step else "")
        _case(suite, proof.lab, name, result, scores.get(result.step))
    return suite


def _case(
    suite: ElementTree.Element,
    lab: str,
    name: str,
    result: Result,
    score: Score | None,
) -> None:
    """Add one check of one step."""
    case = ElementTree.SubElement(
        suite, "testcase", classname=f"airlift.{lab}", name=clean(name), time="0"
    )
    if result.findings:
        first, *others = [clean(str(finding)) for finding in result.findings]
        failure = ElementTree.SubElement(case, "failure", message=first, type="Finding")
        failure.text = "\n".join([first, *others])
    elif not result.proved:
        ElementTree.SubElement(case, "skipped", message=clean(result.note))
    if result.kind == "mutants" and score is not None:
        told = [result.note] if result.note else []
        if score.counted:
            told = [f"{score.killed} of {score.counted} changed solutions told apart"]
        told += [survivor.diff for survivor in score.survivors]
        out = ElementTree.SubElement(case, "system-out")
        out.text = clean("\n\n".join(told))


def clean(text: str) -> str:
    """Return a text without what no XML may hold."""
    return _FORBIDDEN.sub("\ufffd", text)
