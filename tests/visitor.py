"""A visitor: what a person's browser does, over plain HTTP and websockets.

Joins by the real pages, starts the seat, runs cells in its kernel the way JupyterLab
does (with the cell's id in the message), and reads the board's stream.
"""

from __future__ import annotations

import html
import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
import websocket


@dataclass
class Shown:
    """What one cell showed."""

    status: str = ""
    """ok, error or aborted; of the reply."""
    text: str = ""
    """Everything printed."""
    data: list[dict[str, Any]] = field(default_factory=list)
    """Mime bundles of everything displayed."""
    error: str = ""
    """Name and value of the exception the cell raised."""
    seconds: float = 0.0
    """From sending to the kernel being idle again."""

    @property
    def words(self) -> str:
        """All text shown, printed or displayed."""
        return self.text + "\n".join(str(d.get("text/plain", "")) for d in self.data)


class Visitor:
    """One browser with its own cookies."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.headers["Sec-Fetch-Site"] = "same-origin"
        self.http.headers["Sec-Fetch-Mode"] = "cors"
        self.seat = ""
        self.number = 0
        self.phrase = ""
        self.page = ""
        self.told: list[str] = []
        """What the waiting page said of the last start."""

    # --- pages

    def xsrf(self, path: str) -> str:
        """Return the XSRF cookie that a page at `path` would send back."""
        found = [
            (len(cookie.path), cookie.value or "")
            for cookie in self.http.cookies
            if cookie.name == "_xsrf" and path.startswith(cookie.path)
        ]
        return max(found)[1] if found else ""

    def cookies(self, path: str) -> str:
        """Return the cookies a browser would send for a path."""
        return "; ".join(
            f"{cookie.name}={cookie.value}"
            for cookie in self.http.cookies
            if path.startswith(cookie.path)
        )

    def get(self, path: str, **how: Any) -> requests.Response:
        """Fetch a path as a script of the page would."""
        return self.request("GET", path, **how)

    def post(self, path: str, body: object = None, **how: Any) -> requests.Response:
        """Post JSON as a script of the page would."""
        return self.request("POST", path, json=body, **how)

    def request(self, method: str, path: str, **how: Any) -> requests.Response:
        """Fetch a path with cookies and the XSRF header."""
        headers = {"X-XSRFToken": self.xsrf(path), **how.pop("headers", {})}
        how.setdefault("timeout", 60)
        return self.http.request(method, self.url + path, headers=headers, **how)

    def open(self, path: str) -> requests.Response:
        """Open a page as typing its address would, following redirects."""
        headers = {
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": "none",
            "Sec-Fetch-Dest": "document",
        }
        answer = self.http.get(self.url + path, headers=headers, timeout=60)
        self.page = answer.text
        return answer

    def submit(self, path: str, **fields: str) -> requests.Response:
        """Press a form's button on the page that is open."""
        token = re.search(r'name="_xsrf" value="([^"]*)"', self.page)
        assert token, f"expected a form on the open page, got:\n{self.page[:2000]}"
        headers = {
            "Sec-Fetch-Mode": "navigate",
            "Origin": self.url,
            "Referer": self.url + path,
        }
        answer = self.http.post(
            self.url + path,
            data={"_xsrf": html.unescape(token[1]), **fields},
            headers=headers,
            timeout=60,
        )
        self.page = answer.text
        return answer

    # --- the door

    def join(self, code: str, name: str, **more: str) -> Visitor:
        """Join a room by code and name; the seat is held, not yet started."""
        self.open(f"/hub/join?code={code}")
        answer = self.submit(
            "/hub/join", **{"code": code, "name": name, "with": "code"}, **more
        )
        return self._seated(answer)

    def come_back(self, code: str, phrase: str) -> Visitor:
        """Come back to a seat by its return phrase."""
        self.open(f"/hub/join?code={code}&with=phrase")
        answer = self.submit(
            "/hub/join", **{"code": code, "phrase": phrase, "with": "phrase"}
        )
        return self._seated(answer)

    def _seated(self, answer: requests.Response) -> Visitor:
        """Read the seat's page."""
        assert answer.ok, f"expected a seat, got {answer.status_code}: {words(answer)}"
        number = re.search(r"Seat (\d+) is yours", self.page)
        assert number, f"expected the seat's page, got: {words(answer)}"
        self.number = int(number[1])
        phrase = re.search(r'<p class="phrase"[^>]*>([^<]+)</p>', self.page)
        self.phrase = html.unescape(phrase[1]).strip() if phrase else ""
        self.seat = self.get("/hub/api/user").json()["name"]
        return self

    def staff(self, key: str) -> Visitor:
        """Come in with a staff key and open the list of rooms."""
        self.open("/hub/staff")
        answer = self.submit("/hub/staff", key=key)
        assert answer.ok, f"expected the rooms, got {answer.status_code}"
        return self

    # --- the seat

    @property
    def base(self) -> str:
        """The path of this visitor's server."""
        return f"/user/{self.seat}"

    def start(self, seconds: float = 120) -> float:
        """Press "Start the lab" and wait until its page opens; returns seconds."""
        began = time.monotonic()
        self.open("/hub/seat")
        answer = self.submit("/hub/seat", do="start")
        assert answer.ok, f"start: {answer.status_code}: {words(answer)}"
        self.wait_ready(seconds - (time.monotonic() - began))
        took = time.monotonic() - began
        answer = self.open(f"{self.base}/api/status")
        answer = self.open(f"{self.base}/tree") if not answer.ok else answer
        return took

    def wait_ready(self, seconds: float = 120) -> None:
        """Follow the waiting page's stream until the server is ready."""
        path = f"/hub/api/users/{self.seat}/server/progress"
        deadline, self.told = time.monotonic() + seconds, []
        while time.monotonic() < deadline:
            answer = self.get(path, stream=True, timeout=seconds)
            if answer.status_code == 400:
                if self.get("/hub/api/user").json().get("server"):
                    return
                raise AssertionError(f"the seat is not starting: {words(answer)}")
            assert answer.ok, f"progress: {answer.status_code}: {words(answer)}"
            for event in events(answer):
                said = json.loads(event["data"])
                self.told.append(str(said.get("message", "")))
                if said.get("failed"):
                    raise AssertionError(f"the seat did not start: {said}")
                if said.get("ready"):
                    return
        raise AssertionError(f"expected the seat within {seconds} s")

    def kernel(
        self, notebook: str = "first_flight/first_flight.ipynb", name: str = "python3"
    ) -> Kernel:
        """Open a notebook's kernel the way JupyterLab does."""
        body = {
            "path": notebook,
            "name": notebook.rpartition("/")[2],
            "type": "notebook",
            "kernel": {"name": name},
        }
        answer = self.post(f"{self.base}/api/sessions", body)
        assert answer.ok, f"session: {answer.status_code}: {answer.text[:500]}"
        return Kernel(self, answer.json()["kernel"]["id"])

    def terminal(self, line: str, end: str, seconds: float = 60) -> str:
        """Type a line in a new terminal; returns what it shows up to `end`.

        `end` must not stand in the line itself, which the terminal echoes.
        """
        name = self.post(f"{self.base}/api/terminals", {}).json()["name"]
        path = f"{self.base}/terminals/websocket/{name}"
        socket = websocket.create_connection(
            f"ws{self.url[4:]}{path}", timeout=seconds, cookie=self.cookies(path)
        )
        shown = ""
        while end not in shown:
            kind, *words = json.loads(socket.recv())
            if kind == "setup":
                socket.send(json.dumps(["stdin", f"{line}\r"]))
            shown += words[0] if kind == "stdout" else ""
        socket.close()
        return shown

    def notebook(self, path: str = "first_flight/first_flight.ipynb") -> Any:
        """Return a notebook of the seat as its server gives it."""
        answer = self.get(f"{self.base}/api/contents/{path}")
        assert answer.ok, f"contents: {answer.status_code}: {answer.text[:500]}"
        return answer.json()["content"]

    # --- the board

    def stream(
        self, room: str, last: int | None = None, seconds: float = 30
    ) -> Iterator[dict[str, str]]:
        """Yield the events of a room's live stream: event, id, data."""
        headers = {"Accept": "text/event-stream"}
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        path = f"/services/room/api/rooms/{room}/stream"
        answer = self.get(path, stream=True, timeout=seconds, headers=headers)
        assert answer.ok, f"stream: {answer.status_code}: {answer.text[:500]}"
        yield from events(answer)


class Kernel:
    """A kernel of a visitor's seat over its websocket."""

    def __init__(self, visitor: Visitor, kernel_id: str) -> None:
        self.visitor = visitor
        self.id = kernel_id
        self.session = uuid.uuid4().hex
        path = f"{visitor.base}/api/kernels/{kernel_id}/channels"
        door = urlsplit(visitor.url)
        self.socket = websocket.create_connection(
            f"ws://{door.netloc}{path}?session_id={self.session}",
            cookie=visitor.cookies(path),
            origin=visitor.url,
            timeout=60,
        )

    def run(self, code: str, cell: str = "", seconds: float = 60) -> Shown:
        """Run a cell and wait until the kernel is idle again."""
        sent, began = self.send(code, cell), time.monotonic()
        shown, replied, idle = Shown(), False, False
        while not (replied and idle):
            left = seconds - (time.monotonic() - began)
            assert left > 0, f"the cell did not end in {seconds} s: {shown}"
            self.socket.settimeout(left)
            try:
                message = json.loads(self.socket.recv())
            except websocket.WebSocketTimeoutException:
                continue
            if message.get("parent_header", {}).get("msg_id") != sent:
                continue
            kind, content = message["msg_type"], message["content"]
            replied = replied or kind == "execute_reply"
            idle = idle or (kind == "status" and content["execution_state"] == "idle")
            _show(shown, kind, content)
        shown.seconds = time.monotonic() - began
        return shown

    def send(self, code: str, cell: str = "") -> str:
        """Send a cell and do not wait; returns the message's id."""
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": "execute_request",
            "session": self.session,
            "username": self.visitor.seat,
            "version": "5.3",
        }
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {"deletedCells": [], "recordTiming": False, "cellId": cell},
            "content": content,
            "channel": "shell",
        }
        self.socket.send(json.dumps(message))
        return header["msg_id"]

    def close(self) -> None:
        """Close the websocket; the kernel goes on."""
        self.socket.close()


def _show(shown: Shown, kind: str, content: dict[str, Any]) -> None:
    """Add one message to what a cell showed."""
    if kind == "stream":
        shown.text += content["text"]
    elif kind in ("display_data", "execute_result", "update_display_data"):
        shown.data.append(content["data"])
    elif kind == "error":
        shown.error = f"{content['ename']}: {content['evalue']}"
    elif kind == "execute_reply":
        shown.status = content["status"]


def events(answer: requests.Response) -> Iterator[dict[str, str]]:
    """Yield the events of a server-sent stream as dictionaries of their fields."""
    event: dict[str, str] = {}
    for raw in answer.iter_lines(chunk_size=1):
        line = raw.decode()
        if not line and event:
            if "data" in event:
                yield event
            event = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            event[name] = f"{event[name]}\n{value}" if name in event else value


def words(answer: requests.Response) -> str:
    """Return the words of a page, for a failure's message."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
    return html.unescape(re.sub(r"\s+", " ", text)).strip()[:600]
