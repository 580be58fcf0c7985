"""The seat's lean server, in a running seat behind the real hub and proxy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from tests.harness import Airlift, wait_for
from tests.visitor import Visitor

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def seated(airlift: Airlift) -> Iterator[Visitor]:
    """Somebody in a running seat."""
    room = airlift.open_room()
    yield airlift.join(room["code"], "Ines")
    airlift.desk.call("POST", f"/rooms/{room['id']}/close")


def page_config(visitor: Visitor) -> dict[str, object]:
    """Return what the Lab page tells its scripts."""
    text = visitor.open(f"{visitor.base}/lab").text
    begin = text.index('id="jupyter-config-data"')
    text = text[text.index(">", begin) + 1 :]
    return dict(json.loads(text[: text.index("</script>")]))


def test_both_interfaces_are_served(seated: Visitor) -> None:
    """A lab says which one its page opens."""
    for page in ("lab/tree/first_flight/first_flight.ipynb", "tree", "lab"):
        assert seated.open(f"{seated.base}/{page}").status_code == 200
    notebook = "notebooks/first_flight/first_flight.ipynb"
    assert seated.open(f"{seated.base}/{notebook}").status_code == 200


def test_nothing_calls_home_and_nothing_can_be_installed(seated: Visitor) -> None:
    """No news, no look for updates, no extension manager."""
    off = page_config(seated)["disabledExtensions"]
    assert isinstance(off, list)
    assert "@jupyterlab/apputils-extension:announcements" in off
    assert "@jupyterlab/extensionmanager-extension" in off
    settings = f"{seated.base}/lab/api/settings/@jupyterlab/apputils-extension"
    found = seated.get(f"{settings}:notification").json()["schema"]["properties"]
    assert found["fetchNews"]["default"] == "false"
    assert found["checkForUpdates"]["default"] is False


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    """A window of the machine's chromium, without a screen."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        pytest.fail("needs chromium; `make test` as root installs it")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=flags)
        yield started.new_context()
        started.close()


@pytest.mark.browser
def test_the_lab_page_opens_without_a_complaint(
    airlift: Airlift, seated: Visitor, context: BrowserContext
) -> None:
    """What is left out is not asked for; nothing is fetched from elsewhere."""
    for cookie in seated.http.cookies:
        place = {"domain": "127.0.0.1", "path": cookie.path}
        context.add_cookies([{"name": cookie.name, "value": cookie.value, **place}])
    page = context.new_page()
    page.set_default_timeout(120_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    page.on("request", lambda asked: complaints.append(asked.url))
    page.goto(f"{airlift.url}{seated.base}/lab/tree/first_flight/first_flight.ipynb")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
    ours = (f"{airlift.url}/", f"ws{airlift.url[4:]}/", "data:", "blob:")
    quiet = ("log:", "info:", "debug:", "warning:", *ours)
    assert [line for line in complaints if not line.startswith(quiet)] == []


def test_work_is_saved_every_few_seconds(seated: Visitor) -> None:
    """A killed container costs seconds of typing."""
    settings = f"{seated.base}/lab/api/settings/@jupyterlab/docmanager-extension:plugin"
    found = seated.get(settings).json()["schema"]["properties"]
    assert found["autosaveInterval"]["default"] == 10


def test_terminals_are_there(seated: Visitor) -> None:
    """Labs may use a shell."""
    made = seated.post(f"{seated.base}/api/terminals", {})
    assert made.status_code == 200
    gone = seated.request(
        "DELETE", f"{seated.base}/api/terminals/{made.json()['name']}"
    )
    assert gone.status_code == 204


def test_a_kernel_answers_over_sockets_of_its_own(
    airlift: Airlift, seated: Visitor
) -> None:
    """They lie in a folder of the seat's user; interrupting a cell works."""
    kernel = seated.kernel()
    assert kernel.run("print(6 * 7)").text == "42\n"
    kernel.send("import time; open('/tmp/begun', 'w').close(); time.sleep(60)")
    wait_for(
        "the cell", lambda: airlift.run_in(seated.seat, "ls", "/tmp/begun")[0] == 0
    )
    done = seated.post(f"{seated.base}/api/kernels/{kernel.id}/interrupt")
    assert done.status_code == 204
    wait_for("the next cell", lambda: kernel.run("print('on')").text == "on\n")
    kernel.close()
    _, sockets = airlift.run_in(seated.seat, "ls", "/tmp/jupyter")
    assert f"kernel-{kernel.id}-ipc-1" in sockets.split()


def test_small_messages_are_sent_at_once(airlift: Airlift, seated: Visitor) -> None:
    """The kernel's connection to the browser is the prompt one."""
    code, printed = airlift.python_in(
        seated.seat,
        "from jupyter_server.serverapp import ServerApp\n"
        "app = ServerApp(); app.load_config_file()\n"
        "print(app.kernel_websocket_connection_class.__name__)\n",
    )
    assert (code, printed.split()[-1]) == (0, "PromptConnection")


def test_the_hubs_own_half_is_not_loaded(airlift: Airlift, seated: Visitor) -> None:
    """The server has no part of the Hub's database in memory."""
    code, maps = airlift.run_in(seated.seat, "sh", "-c", "cat /proc/[0-9]*/maps")
    assert "sqlalchemy" not in maps
    assert "/opt/airlift/" in maps, f"code {code}"


def test_a_visitor_without_a_token_gets_nothing(
    seated: Visitor, airlift: Airlift
) -> None:
    """The stand-ins of the lean server open no door."""
    stranger = airlift.visitor()
    for path in ("api/contents", "api/kernels", "api/terminals"):
        assert stranger.get(f"{seated.base}/{path}").status_code == 403
