"""What a check may look at, and the standard verdicts when it is not there."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from checkers import Work
from checkers.engine.check import CheckError, Failed
from tests.checkers.test_probe import has_ended
from tests.harness import wait_for


def verdict(function: Any, *args: Any, **kwargs: Any) -> Failed:
    """Return the verdict that a call ends with."""
    with pytest.raises(Failed) as caught:
        function(*args, **kwargs)
    return caught.value


class Liar:
    """A value that claims to be a DataFrame and raises when asked anything else."""

    @property
    def __class__(self) -> type:  # type: ignore[override]
        return pd.DataFrame

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise RuntimeError("no")

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (3, "int"),
        (True, "int"),
        ("x", "str"),
        (2.5, "int | float"),
        ([1], "list"),
        (pd.DataFrame(), "pandas.DataFrame"),
        (len, "collections.abc.Callable"),
        (3, "numbers.Real"),
        (None, "object"),
    ],
)
def test_a_value_of_the_type_is_returned(tmp_path: Path, value: Any, kind: str) -> None:
    """Types are named by string; a subclass will do."""
    assert Work({"x": value}, tmp_path).value("x", kind) is value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Liar(), "pandas.DataFrame"),
        ([], "pandas.DataFrame"),
        (pd.Series(dtype=int), "pandas.DataFrame"),
        (3, "no_such_module.Type"),
        ("3", "int | float"),
        (None, "pandas.DataFrame"),
    ],
)
def test_a_value_of_another_type_fails(tmp_path: Path, value: Any, kind: str) -> None:
    """The hint names both types, and the value is not asked."""
    failed = verdict(Work({"x": value}, tmp_path).value, "x", kind)
    assert failed.reason == "wrong-type"
    assert "expected a" in failed.hint


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3, "a whole number (int)"),
        ("3", "a text (str)"),
        ([], "a list"),
        (OSError(), "an OSError"),
    ],
)
def test_a_type_is_named_as_people_say_it(
    tmp_path: Path, value: Any, words: str
) -> None:
    """With a word for it where there is one, and the article that it takes."""
    failed = verdict(Work({"x": value}, tmp_path).value, "x", "pandas.DataFrame")
    assert failed.hint == f"`x` is {words}; expected a pandas DataFrame."


def test_a_missing_value_fails_and_finds_other_capitals(tmp_path: Path) -> None:
    """The hint tells the name to use."""
    work = Work({"Flights": 1}, tmp_path)
    assert verdict(work.value, "rows").reason == "missing-name"
    assert "`Flights`" in verdict(work.value, "flights").hint


def test_an_unknown_type_is_the_authors_mistake(tmp_path: Path) -> None:
    """A misspelt built-in type is an error and no verdict."""
    with pytest.raises(CheckError, match="'integer'"):
        Work({"x": 1}, tmp_path).value("x", "integer")


def test_the_namespace_is_read_only_and_a_copy(tmp_path: Path) -> None:
    """A check cannot bind a name, and later bindings do not reach it."""
    names = {"x": 1}
    work = Work(names, tmp_path)
    with pytest.raises(TypeError):
        work.namespace["x"] = 2  # type: ignore[index]
    names["x"] = 2
    assert work.namespace["x"] == 1


def test_files_are_regular_and_of_a_bearable_size(tmp_path: Path) -> None:
    """A missing file, a folder, a pipe and a huge file fail; none is waited for."""
    (tmp_path / "out.csv").write_text("a,b")
    os.mkfifo(tmp_path / "pipe")
    work = Work({}, tmp_path)
    assert work.file("out.csv").read_text() == "a,b"
    for name in ("none.csv", "pipe", ".", "a\0b"):
        assert verdict(work.file, name).reason == "missing-file"
    assert verdict(work.file, "out.csv", most=2).reason == "file-too-big"


def test_a_command_runs_in_the_labs_folder(tmp_path: Path) -> None:
    """Exit code and output come back; a missing program is code 127."""
    work = Work({}, tmp_path)
    ran = work.run("pwd; exit 3")
    assert (ran.code, ran.out.strip()) == (3, str(tmp_path))
    assert work.run(["no-such-program-here"]).code == 127


def test_a_slow_command_is_stopped_with_its_children(tmp_path: Path) -> None:
    """Nothing a command started outlives its check."""
    work = Work({}, tmp_path)
    failed = verdict(work.run, "sleep 600 & echo $! > pid; wait", timeout=2)
    assert failed.reason == "command-slow"
    pid = int((tmp_path / "pid").read_text())
    wait_for("its end", lambda: has_ended(pid), 60)


class Answers(BaseHTTPRequestHandler):
    """A small server: /missing is 404, /odd is no http, everything else says hello."""

    def do_GET(self) -> None:
        """Answer one request."""
        if self.path == "/odd":
            self.wfile.write(b"220 mail.example ESMTP\r\n")
            return
        self.send_response(404 if self.path == "/missing" else 200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


def test_http_returns_the_reply_or_fails(tmp_path: Path) -> None:
    """Any status is a reply; nobody listening, or no such language, is a verdict."""
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    work = Work({}, tmp_path)
    assert work.http(url, 60).body == "hello"
    assert work.http(f"{url}/missing", 60).status == 404
    assert verdict(work.http, f"{url}/odd", 60).reason == "no-answer"
    assert verdict(work.http, f"{url}/a b").reason == "no-answer"
    server.shutdown()
    server.server_close()
    assert verdict(work.http, url).reason == "no-answer"
    with pytest.raises(CheckError):
        work.http("file:///etc/passwd")


def test_a_number_worked_out_from_a_table_is_an_answer(tmp_path: Path) -> None:
    """Those of numpy are numbers; one that Python cannot write is no fault of ours."""
    delays = pd.Series([1, 2, 4])
    values = {"a": delays.max(), "b": delays.median(), "c": pd.Series([1.5]).mean()}
    work = Work({**values, "huge": 10**5000}, tmp_path)
    assert [work.answer(name) for name in values] == ["4", "2.0", "1.5"]
    assert verdict(work.answer, "huge").reason == "missing-answer"


def test_an_answer_is_a_variable_named_like_the_step(tmp_path: Path) -> None:
    """Text and numbers are answers; given answers come first."""
    names = {"late_route": " FRA-OSL ", "how_many": 3, "empty": " ", "odd": []}
    work = Work(names, tmp_path, answers={"given": " yes "})
    assert work.answer("late-route") == "FRA-OSL"
    assert work.answer("how-many") == "3"
    assert work.answer("given") == "yes"
    assert verdict(work.answer, "none").reason == "missing-answer"
    assert verdict(work.answer, "empty").reason == "missing-answer"
    assert verdict(work.answer, "odd").reason == "wrong-type"
