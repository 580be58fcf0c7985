"""The seat's image, looked at from inside a container with the seat's own limits."""

from __future__ import annotations

import base64
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from hub.seating import container
from hub.seating.placement import Placement
from hub.settings import Settings
from tests.harness import REPOSITORY

pytestmark = pytest.mark.docker

EXTRA = Path("/usr/local/share/ca-certificates")
PLACE = Placement("s" * 11, "r", 1, ("first_flight",), "base", "lab", egress=False)
PLOT = """
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="python3")
shown = []
code = '''
import pandas, matplotlib.pyplot as plt
pandas.DataFrame({"a": [1, 2]}).plot()
plt.show()
print(pandas.DataFrame({"a": [1, 2]}).a.sum())
'''
reply = client.execute_interactive(code, timeout=60, output_hook=shown.append)
print(reply["content"]["status"])
for message in shown:
    content = message["content"]
    print(content.get("text", ""), "image/png" in content.get("data", {}))
manager.shutdown_kernel(now=True)
"""


@pytest.fixture(scope="module")
def seat(image: str) -> Iterator[Container]:
    """A container of the image, as locked up as a seat, that does nothing."""
    client = docker.DockerClient()
    limits = container.host_arguments(Settings(), PLACE)
    limits["dns"] = []
    limits["network_mode"] = "none"
    volume = client.volumes.create(labels={"org.airlift.test": "image"})
    started = client.containers.run(
        image,
        ["sleep", "infinity"],
        detach=True,
        mem_limit="1g",
        volumes={volume.name: {"bind": container.HOME}},
        **limits,
    )
    try:
        yield started
    finally:
        started.remove(force=True)
        volume.remove()
        client.close()


def run(seat: Container, *command: str) -> str:
    """Run a command in the seat; returns what it printed."""
    code, output = seat.exec_run(list(command))
    text = output.decode()
    assert code == 0, f"{command}: code {code}\n{text}"
    return str(text)


def test_the_user_is_a_nobody_who_owns_the_home_and_nothing_else(
    seat: Container,
) -> None:
    """A new volume on the home belongs to the seat; the rest cannot be written."""
    assert run(seat, "id", "-u", "-n").strip() == "seat"
    assert run(seat, "id", "-u").strip() == str(container.UID)
    assert run(seat, "pwd").strip() == container.HOME
    run(seat, "touch", f"{container.HOME}/mine", "/tmp/mine", "/run/mine")
    search = "find / -xdev -type d -writable 2>/dev/null; true"
    found = set(run(seat, "sh", "-c", search).split())
    assert found == {container.HOME, "/tmp", "/run"}


def test_nothing_in_it_can_raise_rights(seat: Container) -> None:
    """No program runs as its owner or group."""
    search = "find / -xdev -type f -perm /6000 2>/dev/null; true"
    assert run(seat, "sh", "-c", search) == ""


def test_unneeded_software_is_absent(seat: Container) -> None:
    """No grammars compiled at start, no grading, no installer, no Hub's database."""
    names = ["rfc3987_syntax", "nbgrader", "pip", "setuptools", "sqlalchemy", "debugpy"]
    code = (
        "import sys; from importlib.util import find_spec\n"
        "print([name for name in sys.argv[1:] if find_spec(name)])"
    )
    assert run(seat, "python", "-c", code, *names).strip() == "[]"
    assert run(
        seat, "sh", "-c", "ls -A /var/cache/apt /var/lib/apt/lists /tmp/*.txt; true"
    )


def test_everything_is_compiled(seat: Container) -> None:
    """No start of a seat compiles a module, since none could keep it."""
    code = (
        "import pathlib, sys, importlib.util as u\n"
        "for root in ('/opt/airlift/own', *sys.path[-2:]):\n"
        "    for path in pathlib.Path(root).rglob('*.py'):\n"
        "        if not pathlib.Path(u.cache_from_source(str(path))).exists():\n"
        "            print(path)\n"
    )
    left = run(seat, "python", "-c", code).split()
    assert [
        path for path in left if "/lib2to3/" not in path and "test" not in path
    ] == []


def test_checkers_and_released_labs_are_there(seat: Container) -> None:
    """A seat has the attendee's version: no solution, no mistakes."""
    code = "import checkers, checkers.engine.agent; print(checkers.__file__)"
    assert run(seat, "python", "-P", "-c", code).startswith("/opt/airlift/own/")
    labs = run(seat, "find", "/opt/airlift/labs", "-type", "f")
    assert "/opt/airlift/labs/first_flight/first_flight.ipynb" in labs
    assert "mistakes.toml" not in labs
    assert "/lab.ipynb" not in labs
    assert "/before/" not in labs
    for solution in ("clean = clean.drop_duplicates()\\n", "idxmin()"):
        found = ["grep", "-rlF", solution, "/opt/airlift/labs", container.HOME]
        assert seat.exec_run(found).output == b""
    description = run(seat, "cat", "/opt/airlift/labs/first_flight/lab.json")
    assert json.loads(description)["slug"] == "first_flight"


def test_a_kernel_computes_and_draws(seat: Container) -> None:
    """Pandas and matplotlib work with a read-only root and no way out."""
    printed = run(seat, "python", "-P", "-c", PLOT)
    assert "\nok\n" in printed
    assert "\n3\n" in printed
    assert " True\n" in printed


def test_nothing_of_this_machine_stays(seat: Container, image: str) -> None:
    """No certificate, pip setting or proxy of the machine that built it."""
    found = docker.from_env().images.get(image)
    history = json.dumps([found.attrs, found.history()])
    environ = run(seat, "env")
    for name in ("PIP_", "PROXY", "proxy", "CA_BUNDLE", "SSL_CERT", "index-url"):
        assert name not in environ
        assert f"{name}=" not in history
    assert (
        run(seat, "sh", "-c", "find / -xdev -name 'pip*.conf' 2>/dev/null; true") == ""
    )
    assert run(seat, "sh", "-c", "cat /etc/apt/sources.list 2>/dev/null; true") == ""


def test_extra_certificates_of_this_machine_do_not_stay(seat: Container) -> None:
    """What intercepts this machine's connections is not trusted by seats."""
    assert run(seat, "sh", "-c", f"ls {EXTRA} 2>/dev/null; true") == ""
    for path in EXTRA.glob("*.crt"):
        der = ssl.PEM_cert_to_DER_cert(path.read_text())
        line = base64.b64encode(der).decode()[100:160]
        search = f"grep -rlsF '{line}' /etc /usr /opt /home; true"
        assert run(seat, "sh", "-c", search) == ""


def test_it_says_what_it_is(image: str) -> None:
    """Version and content are labels, and the program is the seat's entry."""
    found = docker.from_env().images.get(image)
    assert found.labels["org.airlift.version"]
    assert len(found.labels["org.airlift.content"]) == 32
    assert found.attrs["Config"]["User"] == "seat"
    assert found.attrs["Config"]["Cmd"][:4] == [
        *("python", "-P", "-m", "checkers.engine.seat")
    ]


def test_pip_settings_and_certificates_reach_a_build(
    image: str, tmp_path: Path
) -> None:
    """A step of a build sees them, the image it makes does not."""
    (tmp_path / "context").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "bundle.pem").write_text("a company's certificate")
    (tmp_path / "context" / "Dockerfile").write_text(
        f"FROM airlift-test-pip\n"
        f"USER root\n"
        f"# {os.urandom(8).hex()}: never from the cache\n"
        "RUN --mount=type=secret,id=pip,target=/run/secrets/pip.conf"
        " --mount=type=secret,id=certificates,target=/run/secrets/certificates.pem"
        f" grep index.example /run/secrets/pip.conf"
        f" && grep company /run/secrets/certificates.pem && : {os.urandom(8).hex()}\n"
    )
    client = docker.from_env()
    client.images.get(image).tag("airlift-test-pip")
    environ = {
        **os.environ,
        "PIP_CERT": str(tmp_path / "bundle.pem"),
        "PIP_INDEX_URL": "https://someone:word@index.example/simple",
    }
    code = (
        "import subprocess, sys; sys.path.append('images')\n"
        "from pathlib import Path\n"
        "from client import find_client; from machine import write_secrets\n"
        "docker = find_client()\n"
        "options = write_secrets(Path(sys.argv[1], 'secrets'))\n"
        "command = [*docker.build_command(), *options, '-t', 'airlift-test-pip']\n"
        "command += ['--network', 'none']\n"
        "subprocess.run([*command, sys.argv[1] + '/context'], check=True)\n"
    )
    try:
        built = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            cwd=REPOSITORY,
            env={**environ, "DOCKER_BUILDKIT": "1"},
            capture_output=True,
            text=True,
        )
        assert built.returncode == 0, built.stderr
        made = client.images.get("airlift-test-pip")
        assert "index.example" not in json.dumps([made.attrs, made.history()]).replace(
            "grep index.example", ""
        )
        left = client.containers.run(
            made,
            ["sh", "-c", "cat /run/secrets/* 2>/dev/null; true"],
            network_mode="none",
            remove=True,
        )
        assert left == b""
    finally:
        client.images.remove("airlift-test-pip", force=True)
