"""Against a real JupyterHub: scopes, OAuth, XSRF, and a hub that dies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from hub.secrets import read_secret
from tests.harness import free_ports
from tests.hub.room.conftest import installation
from tests.hub.room.process import RoomProcess, an_attempt, batch

pytestmark = pytest.mark.slow

CONFIG = '''
from jupyterhub.proxy import Proxy

class NoProxy(Proxy):
    """The tests talk to hub and room directly."""
    should_start = False
    routes = {{}}
    async def add_route(self, routespec, target, data):
        self.routes[routespec] = dict(routespec=routespec, target=target, data=data)
    async def delete_route(self, routespec):
        self.routes.pop(routespec, None)
    async def get_all_routes(self):
        return self.routes

c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.bind_url = "http://127.0.0.1:{door}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.Authenticator.allow_all = True
c.JupyterHub.custom_scopes = {{
    "custom:room:presenter": {{"description": "present"}},
    "custom:room:helper": {{"description": "help"}},
}}
c.JupyterHub.load_groups = {{"room-presenters": {{}}, "room-helpers": {{}}}}
c.JupyterHub.load_roles = [
    {{"name": "user", "scopes": ["self", "access:services!service=room"]}},
    {{"name": "room-presenter", "groups": ["room-presenters"],
      "scopes": ["custom:room:presenter", "custom:room:helper"]}},
    {{"name": "room-helper", "groups": ["room-helpers"],
      "scopes": ["custom:room:helper"]}},
    {{"name": "door", "services": ["door"],
      "scopes": ["admin:users", "admin:groups", "tokens"]}},
]
c.JupyterHub.services = [
    {{"name": "room", "url": "{room}", "api_token": "{token}",
      "oauth_client_id": "service-room", "oauth_no_confirm": True,
      "oauth_client_allowed_scopes": [
          "custom:room:presenter", "custom:room:helper"]}},
    {{"name": "door", "api_token": "the-doors-own-token-of-32-characters"}},
]
'''
DOOR = {"Authorization": "token the-doors-own-token-of-32-characters"}
PAGE = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}


class RealHub:
    """A JupyterHub process; makes users and tokens as the door and spawner do."""

    def __init__(self, folder: Path, room: str, token: str) -> None:
        self.folder = folder
        self.port = free_ports()
        self.url = f"http://127.0.0.1:{self.port}/hub/api"
        text = CONFIG.format(
            port=self.port, door=free_ports(), folder=folder, room=room, token=token
        )
        (folder / "hub_config.py").write_text(text)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = self.folder / "hub.log"
        line = [sys.executable, "-m", "jupyterhub", "-f", "hub_config.py"]
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                line, cwd=self.folder, stdout=file, stderr=file, env=dict(os.environ)
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if requests.get(self.url, timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError(f"the hub did not start:\n{log.read_text()}")

    def kill(self) -> None:
        """End it the hard way."""
        if self.process:
            self.process.kill()
            self.process.wait(20)

    def ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Call the hub's API as the door."""
        url = f"{self.url}{path}"
        return requests.request(method, url, json=body, headers=DOOR, timeout=60)

    def admit(self, name: str, *scopes: str, group: str = "") -> str:
        """Make a user and a token with scopes; returns the token."""
        self.ask("POST", f"/users/{name}")
        if group:
            self.ask("POST", f"/groups/{group}/users", {"users": [name]})
        made = self.ask("POST", f"/users/{name}/tokens", {"scopes": list(scopes)})
        assert made.status_code == 201, made.text
        return str(made.json()["token"])


ACCESS = "access:services!service=room"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a real hub and a room service that asks it."""
    root = installation(tmp_path_factory.mktemp("real"))
    port = free_ports()
    secret = read_secret(root / ".airlift" / "secrets", "room")
    hub = RealHub(root, f"http://127.0.0.1:{port}", secret)
    hub.start()
    room = RoomProcess(root, hub, port=port).start()  # type: ignore[arg-type]
    yield SimpleNamespace(hub=hub, room=room)
    room.kill()
    hub.kill()


def come_in(real: SimpleNamespace, role: str) -> tuple[dict[str, Any], str, str]:
    """Make a room and a staff user of it; returns room, user and token."""
    evening = real.room.make_room()
    key = {"key": evening[f"{role}_key"], "browser": os.urandom(8).hex()}
    user = real.room.desk("POST", "/staff", key).body["user"]
    scopes = [ACCESS, "custom:room:helper"]
    scopes += ["custom:room:presenter"] if role == "presenter" else []
    return evening, user, real.hub.admit(user, *scopes, group=f"room-{role}s")


def test_a_seats_server_token_reports_and_says_nothing_more(
    real: SimpleNamespace,
) -> None:
    """With access to this one service it may send; without, it may not."""
    evening = real.room.make_room()
    seat = real.room.claim(evening["code"], "Ines").body["seat"]
    token = real.hub.admit(seat, ACCESS)
    sent = an_attempt()
    answer = real.room.post("api/attempts", batch(sent), token)
    assert answer.body == {"acked": [sent["id"]], "refused": []}
    assert real.room.get("api/rooms", token).status == 403
    assert real.room.get(f"api/rooms/{evening['id']}/progress", token).status == 403
    poor = real.hub.admit(seat, "read:users:name!user")
    assert real.room.post("api/attempts", batch(sent), poor).status == 403


def test_an_attendee_cannot_get_staff_scopes(real: SimpleNamespace) -> None:
    """The hub refuses a token with more than its user has."""
    evening = real.room.make_room()
    seat = real.room.claim(evening["code"], "Ines").body["seat"]
    real.hub.admit(seat, ACCESS)
    wanted = {"scopes": [ACCESS, "custom:room:presenter"]}
    refused = real.hub.ask("POST", f"/users/{seat}/tokens", wanted)
    assert refused.status_code == 400


@pytest.mark.parametrize("role", ["presenter", "helper"])
def test_staff_are_who_the_hub_allows_and_the_room_lists(
    real: SimpleNamespace, role: str
) -> None:
    """The scope without the list is not enough, nor the list without the scope."""
    evening, user, token = come_in(real, role)
    _, _, stranger = come_in(real, role)
    path = f"api/rooms/{evening['id']}/progress"
    assert real.room.get(path, token).status == 200
    assert real.room.get(path, stranger).status == 403
    without = real.hub.admit(user, ACCESS)
    assert real.room.get(path, without).status == 403


class Browser:
    """Cookies and redirects over hub and room as if they were one origin."""

    def __init__(self, real: SimpleNamespace) -> None:
        self.real = real
        self.session = requests.Session()

    def go(self, method: str, path: str, **how: Any) -> requests.Response:
        """Make one request to whoever serves the path."""
        hub = path.startswith("/hub/")
        port = self.real.hub.port if hub else self.real.room.port
        url = f"http://127.0.0.1:{port}{path}"
        return self.session.request(
            method, url, allow_redirects=False, timeout=60, **how
        )

    def follow(self, answer: requests.Response) -> requests.Response:
        """Follow redirects until a page comes."""
        for _ in range(12):
            if answer.status_code not in (301, 302, 303):
                return answer
            target = urlsplit(answer.headers["Location"])
            path = target.path + (f"?{target.query}" if target.query else "")
            answer = self.go("GET", path)
        raise AssertionError("expected a page, got redirects without end")

    def log_in(self, name: str) -> requests.Response:
        """Open the rooms page, log in where the hub asks for it, and come back."""
        form = self.follow(self.go("GET", "/services/room/"))
        found = re.search(r'action="(/hub/login[^"]*)"', form.text)
        assert found, form.text[:2000]
        token = re.search(r'name="_xsrf" value="([^"]*)"', form.text)
        assert token
        data = {"username": name, "password": "x", "_xsrf": token[1]}
        path = found[1].replace("&amp;", "&")
        return self.follow(self.go("POST", path, data=data))

    @property
    def xsrf(self) -> str:
        """The token of the room's pages, as their script reads it."""
        [value] = [
            cookie.value or ""
            for cookie in self.session.cookies
            if cookie.name == "_xsrf" and cookie.path == "/services/room/"
        ]
        return value


def test_a_presenter_logs_in_by_oauth_and_the_page_fetches_with_xsrf(
    real: SimpleNamespace,
) -> None:
    """The whole way round, with and without the headers that plain HTTP lacks."""
    evening, user, _ = come_in(real, "presenter")
    browser = Browser(real)
    page = browser.log_in(user)
    assert page.status_code == 200
    assert urlsplit(page.url).path == "/services/room/"
    with_token = {**PAGE, "X-XSRFToken": browser.xsrf}
    progress = f"/services/room/api/rooms/{evening['id']}/progress"
    for headers, status in (
        (with_token, 200),
        (PAGE, 401),
        ({**PAGE, "X-XSRFToken": "wrong"}, 401),
        ({"X-XSRFToken": browser.xsrf}, 200),
        ({}, 200),
    ):
        answer = browser.go("GET", progress, headers=headers)
        assert answer.status_code == status, (headers, answer.text)
        assert answer.headers["Content-Type"].startswith("application/json")
    say = f"/services/room/api/rooms/{evening['id']}/messages"
    for headers, status in ((with_token, 200), (PAGE, 401), ({}, 401)):
        said = {"id": str(uuid.uuid4()), "to": "all", "text": "Hello."}
        answer = browser.go("POST", say, json=said, headers=headers)
        assert answer.status_code == status, (headers, answer.text)
    stream = browser.go(
        "GET", progress.replace("progress", "stream"), headers=with_token, stream=True
    )
    assert next(stream.iter_lines()) == b"event: snapshot"
    stream.close()


def test_a_login_outlives_a_restarted_room_and_a_dead_hub(
    real: SimpleNamespace,
) -> None:
    """The open board goes on: no new login, no reload."""
    evening, user, _ = come_in(real, "presenter")
    seat = real.room.claim(evening["code"], "Ines").body["seat"]
    token = real.hub.admit(seat, ACCESS)
    browser = Browser(real)
    browser.log_in(user)
    headers = {**PAGE, "X-XSRFToken": browser.xsrf}
    progress = f"/services/room/api/rooms/{evening['id']}/progress"
    real.room.kill()
    real.room.start()
    assert browser.go("GET", progress, headers=headers).status_code == 200
    assert real.room.post("api/attempts", batch(an_attempt()), token).status == 200
    real.hub.kill()
    try:
        assert browser.go("GET", progress, headers=headers).status_code == 200
        assert real.room.post("api/attempts", batch(an_attempt()), token).status == 200
    finally:
        real.hub.start()
    assert browser.go("GET", progress, headers=headers).status_code == 200


def test_an_attendee_who_opens_a_board_sees_an_empty_shell(
    real: SimpleNamespace,
) -> None:
    """The page has no data, and its script is refused."""
    evening = real.room.make_room()
    seat = real.room.claim(evening["code"], "Ines").body["seat"]
    browser = Browser(real)
    assert browser.log_in(seat).status_code == 200
    page = browser.go("GET", f"/services/room/{evening['id']}")
    assert page.status_code == 200
    assert "Ines" not in page.text
    headers = {**PAGE, "X-XSRFToken": browser.xsrf}
    for path in (f"rooms/{evening['id']}/progress", "rooms"):
        answer = browser.go("GET", f"/services/room/api/{path}", headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "not-allowed"
    sent = browser.go(
        "POST",
        "/services/room/api/attempts",
        json=batch(an_attempt()),
        headers=headers,
    )
    assert sent.status_code == 401
