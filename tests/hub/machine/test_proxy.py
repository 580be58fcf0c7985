"""The proxy: its lock, its node, its look-alike, its command line."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from hub.machine import proxy
from hub.settings import Settings
from tests.harness import free_ports, wait_for


def script(folder: Path, name: str, text: str) -> Path:
    """Write a program into a folder."""
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_the_look_alike_on_path_is_refused(tmp_path: Path) -> None:
    """PyPI's package installs a Python script of the same name."""
    found = script(tmp_path, proxy.PACKAGE, "#!/usr/bin/python3\nimport sys\n")
    with pytest.raises(proxy.ProxyError, match=f"{found}.*pip uninstall"):
        proxy.refuse_look_alike(str(tmp_path))


def test_the_look_alike_in_the_environment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found by its metadata where its script is not on PATH."""
    folder = tmp_path / "configurable_http_proxy-0.4.0.dist-info"
    folder.mkdir()
    name = f"Metadata-Version: 2.1\nName: {proxy.PACKAGE}\nVersion: 0.4.0\n"
    (folder / "METADATA").write_text(name)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    with pytest.raises(proxy.ProxyError, match="pip uninstall"):
        proxy.refuse_look_alike(str(tmp_path))


def test_npms_own_program_on_path_is_welcome(tmp_path: Path) -> None:
    """The same name started by node is the real one."""
    script(tmp_path, proxy.PACKAGE, "#!/usr/bin/env node\n")
    proxy.refuse_look_alike(str(tmp_path))


@pytest.mark.parametrize(
    ("version", "taken"), [("v18.19.0", False), ("v20.0.0", True), ("nonsense", False)]
)
def test_the_systems_node_is_taken_when_it_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, taken: bool
) -> None:
    """An old one is passed over for the wheel's."""
    own = script(tmp_path, "node", f"#!/bin/sh\necho {version}\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    node = proxy.find_node()
    assert (node == own) is taken
    assert taken or proxy.node_version(node) >= proxy.LEAST_NODE


def test_the_lock_file_names_no_host() -> None:
    """Packages come from where the machine's settings say, checked by hash."""
    lock = json.loads((proxy.HERE / "package-lock.json").read_text())
    packages = {name: item for name, item in lock["packages"].items() if name}
    assert not [name for name, item in packages.items() if "resolved" in item]
    assert all(item["integrity"].startswith("sha512-") for item in packages.values())
    version = packages[f"node_modules/{proxy.PACKAGE}"]["version"]
    assert tuple(map(int, version.split("."))) >= (5, 3, 0)


def test_the_command_line_holds_no_secret() -> None:
    """Everybody on the machine can read command lines."""
    line = proxy.command(Settings(), "172.18.0.1", Path(shutil.which("true") or ""))
    assert not [word for word in line if "token" in word.lower()]
    assert "--api-ip=127.0.0.1" in line


def test_an_idle_connection_outlives_those_of_a_tls_proxy() -> None:
    """Closed first by the one in front, so that nothing posted meets a closed one."""
    settings = Settings(address="127.0.0.1", port=free_ports())
    line = proxy.command(settings, "127.0.0.1", proxy.find_node())
    environ = {**os.environ, "CONFIGPROXY_AUTH_TOKEN": "of this test"}
    with subprocess.Popen(line, env=environ) as running:
        try:
            answer = wait_for("the proxy to answer", lambda: asked(settings.port), 60)
        finally:
            running.terminate()
    assert answer.headers["Keep-Alive"] == "timeout=130"


def asked(port: int) -> HTTPResponse | None:
    """Return what a proxy without a hub behind it says, once it listens."""
    line = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("GET", "/")
        return line.getresponse()
    except ConnectionError:
        return None
    finally:
        line.close()
