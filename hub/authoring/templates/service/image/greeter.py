"""A web server that says one sentence: what a file held when the server started."""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FILE = Path.home() / os.environ["GREETING"]


def greeting() -> bytes:
    """Return what the file holds now."""
    return FILE.read_bytes() if FILE.is_file() else b"Hello.\n"


class Greeter(BaseHTTPRequestHandler):
    """Answers every question with the same sentence."""

    sentence = greeting()

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.sentence)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", 8300), Greeter).serve_forever()
