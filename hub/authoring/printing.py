"""Printing: a page of ours as PDF, by the system's chromium.

Errors:
    NoBrowserError: there is none; the HTML prints from any other browser.
    PrintingError: it is there and made no PDF.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
SECONDS = 120
PASSES = 3
"""How often a page is printed at most until its numbers are where they say."""
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)


class PrintingError(RuntimeError):
    """A page could not be printed."""


class NoBrowserError(PrintingError):
    """There is no browser that prints."""


def print_pdf(page: Path, pdf: Path) -> None:
    """Print an HTML file as PDF; it appears whole, with numbers in its contents.

    Raises:
        NoBrowserError: there is no chromium on this machine.
        PrintingError: it made no PDF; has what it said.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise NoBrowserError(
            "A PDF needs chromium, which is not here: install it (on Debian and "
            "Ubuntu: sudo apt-get install chromium) and run this again. The HTML "
            "files print from any browser, too."
        )
    with tempfile.TemporaryDirectory(prefix="airlift-print-") as folder:
        made, source = Path(folder) / "page.pdf", Path(folder) / page.name
        html = text = page.read_text(encoding="utf-8")
        for _ in range(PASSES):
            source.write_text(html, encoding="utf-8")
            _print(browser, source, made)
            before, html = html, numbered(text, made.read_bytes())
            if html == before:
                break
        shutil.move(made, pdf)


def numbered(html: str, pdf: bytes) -> str:
    """Return a page whose contents say on which page of its PDF each part begins.

    A place for a number is an empty element of class `page` with the part's id as
    `data-of`. Chromium cannot do it by itself (no `target-counter`, November 2026), but
    it writes into its PDF where each id that is linked to stands.
    """
    pages = re.findall(rb"^(\d+) 0 obj\n<</Type /Page\n", pdf, re.MULTILINE)
    places = dict(re.findall(rb"/([\w-]+) \[(\d+) 0 R /XYZ ", pdf))

    def number(match: re.Match[str]) -> str:
        place = places.get(match[1].encode())
        return f"{match[0]}{pages.index(place) + 1 if place in pages else ''}"

    return re.sub(r'class="page" data-of="([\w-]+)">', number, html)


def _print(browser: str, page: Path, made: Path) -> None:
    """Let the browser print a page beside it."""
    said = _run(
        [
            browser,
            *_FLAGS,
            # its sandbox does not start for root; the page runs no script
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            f"--user-data-dir={made.parent}/profile",
            f"--print-to-pdf={made}",
            page.as_uri(),
        ]
    )
    if not made.is_file() or not made.stat().st_size:
        raise PrintingError(f"chromium made no PDF of {page.name}: {said[-300:]}")


def _run(line: list[str]) -> str:
    """Run the browser to its end; returns what it said."""
    try:
        done = subprocess.run(
            line,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PrintingError(f"chromium was not ready after {SECONDS} s") from None
    return done.stderr.strip()
