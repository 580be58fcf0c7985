"""The page of a preview: it follows the lab, and what is not saved stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.lab_page import LabPage
from tests.e2e.workplace import shoot
from tests.previewing import edit, previewing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WRITE = "notebook.widgets[0].model.sharedModel.setSource(given);"
CLEAN = "while (panel.context.model.dirty) { await wait(100); }"


def opened(browser: Browser, address: str) -> LabPage:
    """Open what the command has named; nothing is saved by itself from then on."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.request.get(address)
    lab = LabPage(context.new_page(), address.split("/lab/")[0])
    lab.open("trial/trial.ipynb")
    lab.script(CLEAN)
    lab.command("docmanager:toggle-autosave")
    return lab


def test_an_open_page_follows_its_author(browser: Browser, tmp_path: Path) -> None:
    """New text comes by itself, new minutes too; unsaved writing is kept and said."""
    folder = tmp_path / "labs" / "trial"
    with previewing(tmp_path) as preview:
        lab = opened(browser, preview.says(r"http://127\.0\.0\.1:\d+/\S+")[0])
        cells, toast = lab.page.locator(".jp-Notebook"), lab.page.locator(".Toastify")
        edit(folder / "lab.ipynb", "Somebody wrote down", "We wrote down")
        expect(cells).to_contain_text("We wrote down")

        lab.script(WRITE, "Mine.")
        edit(folder / "lab.ipynb", "We wrote down", "They wrote down")
        expect(toast).to_contain_text("trial.ipynb is not saved")
        shoot(lab.page, "preview-unsaved")
        assert lab.script("return notebook.model.cells.get(0).sharedModel.source;") == (
            "Mine."
        )
        lab.script("await panel.context.revert();")
        expect(cells).to_contain_text("They wrote down")
        expect(toast).not_to_contain_text("is not saved")

        edit(folder / "lab.toml", "minutes = 7", "minutes = 9")
        expect(lab.page.locator(".airlift-panel")).to_contain_text("9 min")
        expect(cells).to_contain_text("They wrote down")
        shoot(lab.page, "preview-renewed")
