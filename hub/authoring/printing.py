"""Printing: a page of ours as PDF, by the system's chromium.

Errors:
    NoBrowserError: there is none; the HTML prints from any other browser.
    PrintingError: it is there and made no PDF.
"""

from __future__ import annotations

import os
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
    """Print an HTML file as PDF; it appears whole.

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
        made = Path(folder) / "page.pdf"
        said = _run(
            [
                browser,
                *_FLAGS,
                # its sandbox does not start for root; the page runs no script
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
                f"--user-data-dir={folder}/profile",
                f"--print-to-pdf={made}",
                page.absolute().as_uri(),
            ]
        )
        if not made.is_file() or not made.stat().st_size:
            raise PrintingError(f"chromium made no PDF of {page.name}: {said[-300:]}")
        shutil.move(made, pdf)


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
