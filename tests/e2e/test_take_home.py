"""Take home, practise in a bare environment, bring back: the whole way, for real.

A seat passes two steps and is taken home; outside the checkout, a new virtual
environment with nothing in it runs `practice.py`; its JupyterLab, in a real browser,
knows the two steps and passes a third; that goes back to the seat and to the room.
"""

from __future__ import annotations

import io
import os
import re
import signal
import sqlite3
import subprocess
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect

from hub.authoring.release import source_notebook
from hub.catalog import load_lab
from tests.e2e.lab_page import LabPage
from tests.harness import REPOSITORY, Airlift, wait_for
from tests.visitor import Kernel, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTEBOOK = "first_flight/first_flight.ipynb"
STEPS = ("load-data", "clean-data", "join-airports")
CELLS = {
    str(cell.id): str(cell.source)
    for cell in source_notebook(load_lab(REPOSITORY / "labs" / "first_flight")).cells
    if cell.cell_type == "code"
}
"""The lab's own code cells with their solutions, in order."""


def run_to(kernel: Kernel, last: str) -> list[dict[str, Any]]:
    """Run the lab's cells up to one of them; return what that showed."""
    for name, source in CELLS.items():
        shown = kernel.run(source, cell=name)
        assert shown.status == "ok", shown
        if name == last:
            return shown.data
    raise AssertionError(f"expected a cell {last}")


def journal(airlift: Airlift, seat: str) -> list[str]:
    """Return the ids of a seat's attempts in the room's journal."""
    path = airlift.settings.room_dir / "journal.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        query = "SELECT uid FROM journal WHERE kind = 'attempt' AND seat = ?"
        return [row[0] for row in db.execute(query, [seat]).fetchall()]


def take_home(visitor: Visitor) -> bytes:
    """Take the seat's zip."""
    answer = visitor.get(f"{visitor.base}/airlift/take-home.zip")
    assert answer.ok, f"{answer.status_code}: {answer.text[:500]}"
    assert answer.headers["Content-Type"] == "application/zip"
    assert re.search(
        r'filename="airlift-.*\.zip"', answer.headers["Content-Disposition"]
    )
    return answer.content


def bring_back(visitor: Visitor, data: bytes) -> requests.Response:
    """Bring a zip back to the seat."""
    path, kind = (
        f"{visitor.base}/airlift/bring-back",
        {"Content-Type": "application/zip"},
    )
    return visitor.request("POST", path, data=data, headers=kind)


@pytest.fixture(scope="module")
def bare_python() -> Iterator[Path]:
    """Python of a new virtual environment with nothing in it, outside the checkout."""
    with tempfile.TemporaryDirectory(prefix="airlift-home-") as folder:
        venv.create(Path(folder) / "v", with_pip=True)
        yield Path(folder) / "v" / "bin" / "python"


def practice_line(python: Path, *words: str) -> list[str]:
    """Return the command that a person types in the unpacked folder."""
    return [str(python), "practice.py", *words]


def at_home() -> dict[str, str]:
    """Return an environment that knows nothing of this checkout."""
    kept = ("HOME", "PATH", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "SSL_CERT_FILE", "LANG")
    return {name: os.environ[name] for name in kept if name in os.environ}


@contextmanager
def practising(
    python: Path, folder: Path, *words: str
) -> Iterator[tuple[str, list[str]]]:
    """Run practice.py until Ctrl+C; gives its page's address and what it said."""
    process = subprocess.Popen(
        practice_line(python, "--no-browser", *words),
        cwd=folder,
        env=at_home(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            said.append(line)
            found = re.search(r"(http://127\.0\.0\.1:\d+/\S+token=\S+)", line)
            if found:
                yield found[1], said
                break
        else:
            raise AssertionError(f"practice.py did not start:\n{''.join(said)}")
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[0]
        said.append(rest)
        assert process.returncode == 0, "".join(said)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


@pytest.mark.timeout(900)
def test_a_lab_goes_home_and_comes_back(
    local_airlift: Airlift, browser: Browser, bare_python: Path
) -> None:
    """Seat, zip, bare environment, browser, a further step, zip, seat, room: once."""
    room = local_airlift.open_room("Take home, tonight")
    visitor = local_airlift.join(room["code"], "Ana")
    run_to(visitor.kernel(), "clean-data")
    wait_for("two attempts", lambda: len(journal(local_airlift, visitor.seat)) == 2)
    folder = bare_python.parents[2] / "taken"
    zipfile.ZipFile(io.BytesIO(take_home(visitor))).extractall(folder)

    first = subprocess.run(
        practice_line(bare_python, "--no-browser"),
        cwd=folder,
        env=at_home(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert first.returncode == 1
    assert "Not installed here: ipykernel, ipywidgets, jupyterlab" in first.stderr
    assert "--install" in first.stderr
    with practising(bare_python, folder, "--install") as (address, said):
        second = practise_in_browser(browser, address)
    assert "practice.py --pack" in "".join(said)

    before = journal(local_airlift, visitor.seat)
    answer = bring_back(visitor, second)
    assert answer.ok, answer.text
    assert (answer.json()["attempts"], answer.json()["left_out"]) == (3, [])
    assert answer.json()["files"] == ["first_flight/first_flight-brought.ipynb"]
    wait_for("the new ones", lambda: len(journal(local_airlift, visitor.seat)) == 5)
    again = bring_back(visitor, second).json()
    assert (again["attempts"], again["files"]) == (0, [])
    more = take_home(visitor)
    assert bring_back(visitor, more).json()["attempts"] == 0
    run_to(visitor.kernel(), "load-data")  # and what is sent later comes after these
    wait_for("one more", lambda: len(journal(local_airlift, visitor.seat)) == 6)
    ids = journal(local_airlift, visitor.seat)
    assert len(set(ids)) == 6
    assert set(before) < set(ids)
    (seat,) = local_airlift.desk.call("GET", f"/rooms/{room['id']}")["progress"][
        "seats"
    ]
    assert seat["gaps"] == 0
    assert seat["steps"]["first_flight/join-airports"]["state"] == "passed"


def practise_in_browser(browser: Browser, address: str) -> bytes:
    """Pass a further step in the practice's JupyterLab; return what is taken home."""
    base = address[: address.index("/", len("http://"))]
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(address)
    lab = LabPage(page, base).open()
    state = page.evaluate("async () => (await fetch('/airlift/panel')).json()")
    assert state["practice"]
    assert state["connection"]["state"] == "practice"
    states = [step["state"] for step in state["labs"][0]["steps"]]
    assert states == ["passed", "passed", *["untouched"] * 6]
    for name in (*CELLS,):
        if name in STEPS or name in ("set-up", "airports"):
            lab.do(lab.script(_POSITION, name), CELLS[name])
        if name == STEPS[-1]:
            break
    lab.expect_line(lab.script(_POSITION, STEPS[-1]), "Passed.")
    lab.save()
    panel = page.get_by_role("complementary", name="Airlift").or_(
        page.locator("#airlift-panel")
    )
    expect(panel.first).to_be_attached()
    page.wait_for_timeout(1_000)
    if shots := os.environ.get("AIRLIFT_TEST_PICTURES"):
        page.screenshot(path=f"{shots}/practice.png")
    token = address.partition("token=")[2]
    headers = {"Authorization": f"token {token}"}
    answer = requests.get(f"{base}/airlift/take-home.zip", headers=headers, timeout=60)
    assert answer.ok, answer.text
    page.close()
    return answer.content


_POSITION = """
return notebook.widgets.findIndex(one => one.model.id === given);
"""


def plotted(visitor: Visitor) -> None:
    """Run the lab up to its plot and save it with the picture, as JupyterLab does."""
    data = run_to(visitor.kernel(), "plot-delays")
    content = visitor.notebook(NOTEBOOK)
    outputs = [
        {"output_type": "display_data", "data": one, "metadata": {}} for one in data
    ]
    assert any("image/png" in one["data"] for one in outputs)
    remote = "![remote](https://airlift.example/picture.png)"
    script = "<script src='https://airlift.example/a.js'></script>"
    for cell in content["cells"]:
        if cell.get("id") == "plot-delays":
            cell["outputs"] = outputs
        if cell.get("id") == "welcome":
            cell["source"] = f"{cell['source']}\n\n{remote} {script} $x^2$"
    body = {"type": "notebook", "format": "json", "content": content}
    path = f"{visitor.base}/api/contents/{NOTEBOOK}"
    assert visitor.request("PUT", path, json=body).ok


def test_the_notebook_as_a_page_asks_nobody_for_anything(
    local_airlift: Airlift, browser: Browser, tmp_path: Path
) -> None:
    """Text, code and plot are there; with every other request refused, none is made."""
    room = local_airlift.open_room("Pages, tonight")
    visitor = local_airlift.join(room["code"], "Bela")
    plotted(visitor)
    answer = visitor.get(f"{visitor.base}/airlift/take-home.html?lab=first_flight")
    assert answer.ok, answer.text[:500]
    assert "attachment" in answer.headers["Content-Disposition"]
    text = answer.text
    assert not re.search(r"<script|<link|@import|url\((?!['\"]?data:)", text)
    for found in re.findall(r"""(?:src|href)\s*=\s*["'](https?:[^"']*)""", text):
        assert f'<a href="{found}"' in text, found
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    asked: list[str] = []
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    context.route(
        re.compile(r"^(?!file:|data:)"),
        lambda route: (asked.append(route.request.url), route.abort())[1],
    )
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_timeout(1_000)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1
    plot = page.locator("#cell-id\\=plot-delays img")
    plot.scroll_into_view_if_needed()
    expect(plot).to_be_visible()
    assert plot.evaluate("image => image.naturalWidth") > 200
    expect(page.get_by_role("heading", name="First flight").first).to_be_attached()
    if shots := os.environ.get("AIRLIFT_TEST_PICTURES"):
        page.screenshot(path=f"{shots}/page.png")
    missing = visitor.get(f"{visitor.base}/airlift/take-home.html?lab=nothing")
    assert missing.status_code == 404
    assert "no notebook" in missing.json()["error"]["message"]


def hostile() -> dict[str, bytes]:
    """Return bodies that are no take-home zip."""
    evil = io.BytesIO()
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("airlift.json", '{"v": 1}')
        archive.writestr("../../evil", "x")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("holiday.jpg", "x")
    return {
        "leads elsewhere": evil.getvalue(),
        "nothing that was taken home": other.getvalue(),
        "no zip file": b"x" * 100_000,
    }


def test_a_seat_refuses_hostile_zips_in_words(local_airlift: Airlift) -> None:
    """422 with a sentence; nothing is left behind, and strangers are kept out."""
    room = local_airlift.open_room("Hostile, tonight")
    visitor = local_airlift.join(room["code"], "Cem")
    home = local_airlift.settings.seats_dir / visitor.seat
    for sentence, body in hostile().items():
        answer = bring_back(visitor, body)
        assert answer.status_code == 422, answer.text
        assert sentence in answer.json()["error"]["message"]
    assert bring_back(visitor, b"").status_code == 422
    assert not list(home.rglob("*evil*"))
    assert not list(home.rglob("arriving*"))
    nobody = Visitor(local_airlift.url)
    path = f"{visitor.base}/airlift/bring-back"
    assert nobody.request("POST", path, data=b"x").status_code == 403
    assert not nobody.get(f"{visitor.base}/airlift/take-home.zip").headers.get(
        "Content-Disposition"
    )
