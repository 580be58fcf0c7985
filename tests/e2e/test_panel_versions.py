"""The side panel in every JupyterLab it supports, each with its Notebook.

The seat's own software is locked to one of them. An older one is installed for the
test, with what a seat has of ours, and runs as practice: no hub and no room.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.e2e.lab_page import LAB, NOTEBOOK, LabPage
from tests.e2e.side_panel import CLEAN, LOAD, SHORT, SOLVED
from tests.e2e.workplace import shoot
from tests.harness import REPOSITORY, free_ports, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OLDER = {"4.5": "7.5"}
"""Minor versions of JupyterLab beside the locked one, and the Notebook to each."""
LOCKED = "4.6"
TOKEN = "for-the-test"


def run(*command: str | Path) -> None:
    """Run a command to its end; its words are shown when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True)
    assert not done.returncode, f"{command}: {done.stdout!r} {done.stderr.decode()}"


def build(prefix: Path, lab: str, notebook: str) -> Path:
    """Make a seat's environment with another JupyterLab; returns its Python."""
    python = prefix / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    run(*uv, "venv", "--quiet", "--python", sys.executable, prefix)
    packages = (f"jupyterlab=={lab}.*", f"notebook=={notebook}.*", "ipykernel")
    more = ("ipywidgets", "pandas", "matplotlib")
    run(*uv, "pip", "install", "--quiet", "--python", python, *packages, *more)
    shutil.copytree(REPOSITORY / "checkers", prefix / "own" / "checkers")
    run(python, REPOSITORY / "images" / "base" / "install.py", "--own")
    return python


@contextmanager
def practising(python: Path, labs: Path, home: Path) -> Iterator[str]:
    """Run a seat without a room; yields its address."""
    port = free_ports(1)
    home.mkdir()
    command = [python, "-P", "-m", "checkers.engine.seat", "--", python, "-m"]
    command += ["jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={home}"]
    environ = {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "AIRLIFT_LABS": "first_flight",
        "AIRLIFT_LABS_DIR": str(labs),
    }
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [str(part) for part in command], env=environ, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"a server at {address}", lambda: answers(server, address, home))
        yield address
    finally:
        server.terminate()
        server.wait(60)


def answers(server: subprocess.Popen[bytes], address: str, home: Path) -> bool:
    """Tell whether the server answers; one that ended fails with its log."""
    assert server.poll() is None, (home / "server.log").read_text()[-3000:]
    try:
        return requests.get(f"{address}/api", timeout=5).ok
    except requests.RequestException:
        return False


def test_the_locked_jupyterlab_is_one_of_those_supported() -> None:
    """All other browser tests run with it; the reference names it and the others."""
    lock = (REPOSITORY / "images/base/requirements.lock").read_text()
    found = re.search(r"^jupyterlab==(\d+\.\d+)\.", lock, re.MULTILINE)
    assert found
    assert found[1] == LOCKED
    reference = (REPOSITORY / "docs/reference.md").read_text()
    for minor in (*OLDER, LOCKED):
        assert f"JupyterLab {minor}" in reference


@pytest.mark.timeout(900)  # what it installs comes from elsewhere
@pytest.mark.parametrize("minor", OLDER)
def test_the_panel_in_an_older_jupyterlab(
    browser: Browser, prefix: Path, tmp_path: Path, minor: str
) -> None:
    """It opens, shows how a step stands, leads to cells, in both front ends."""
    python = build(tmp_path / "venv", minor, OLDER[minor])
    labs = prefix.parent / "released"
    with practising(python, labs, tmp_path / "home") as address:
        version = requests.get(f"{address}/lab?token={TOKEN}", timeout=30).text
        assert f'"appVersion": "{minor}.' in version
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        context.request.get(f"{address}/lab?token={TOKEN}")
        for interface in (LAB, NOTEBOOK):
            lab = LabPage(context.new_page(), address, interface).open()
            panel = lab.page.locator(".airlift-panel")
            expect(panel).to_be_visible()
            expect(panel.locator("footer")).to_contain_text("practice · nothing is")
            lab.run("import pandas")
            row = panel.locator(".steps button.step").first
            lab.do(LOAD, SHORT)
            expect(panel.locator(".hint")).to_contain_text("has 5")
            lab.do(LOAD, SOLVED)
            expect(row).to_contain_text("passed at")
            panel.locator(".steps button.step").nth(1).click()
            lab.expect_cursor(CLEAN)
            shoot(lab.page, f"older-{minor}-{interface}")
            lab.script("app.shell.collapseRight(); app.shell.hide();")
            lab.command("airlift:show-steps")
            lab.script("app.shell.show();")  # hidden as for a new theme
            expect(panel).to_be_visible()
            lab.save()
            lab.page.close()
