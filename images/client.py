"""The docker command: one that can build, and what a build asks of it.

Errors:
    ClientError: there is no such command or it failed; says what to do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BUILDX_SINCE = 23
"""First client that cannot build with BuildKit by itself."""
BEAT = 10.0
"""Seconds between two lines that say a long step goes on."""


class ClientError(Exception):
    """No docker command can do what is asked."""


@dataclass(frozen=True, slots=True)
class Client:
    """One docker command that reaches an engine and can build with BuildKit."""

    path: str
    buildx: bool

    def build_command(self) -> list[str]:
        """Return the beginning of a build with BuildKit into the engine's images."""
        if self.buildx:
            return [self.path, "buildx", "build", "--load"]
        return [self.path, "build"]

    def ask(self, *arguments: str) -> str:
        """Run a quick docker command; return what it printed, "" if it failed."""
        asked = subprocess.run(
            [self.path, *arguments], capture_output=True, text=True, check=False
        )
        return asked.stdout.strip() if asked.returncode == 0 else ""

    def image_id(self, reference: str) -> str:
        """Return the id of an image that is here, "" if it is not."""
        return self.ask("image", "inspect", "--format", "{{.Id}}", reference)

    def newest(self, label: str, reference: str) -> str:
        """Return the id of the newest image of that name and label, or ""."""
        wanted = ("--filter", f"label={label}", "--filter", f"reference={reference}")
        found = self.ask("image", "ls", "--quiet", "--no-trunc", *wanted)
        return found.partition("\n")[0]


def find_client() -> Client:
    """Return the first docker command on PATH that reaches an engine and can build.

    Raises:
        ClientError: there is none.
    """
    seen = []
    for folder in os.get_exec_path():
        path = Path(folder) / "docker"
        if not os.access(path, os.X_OK) or str(path.resolve()) in seen:
            continue
        seen.append(str(path.resolve()))
        client = _usable(str(path))
        if client:
            return client
    raise ClientError(
        "expected a docker command that reaches an engine and can build with "
        f"BuildKit, got {', '.join(seen) or 'none on PATH'}. Start the engine, or "
        "install docker.io (Debian, Ubuntu) or the docker-buildx-plugin."
    )


def _usable(path: str) -> Client | None:
    """Return the client at `path` if it can build."""
    probe = Client(path, buildx=False)
    version = probe.ask(
        "version", "--format", "{{.Client.Version}} {{.Server.Version}}"
    )
    major = version.partition(".")[0]
    if not major.isdigit():
        return None
    if int(major) < BUILDX_SINCE:
        return probe
    return Client(path, buildx=True) if probe.ask("buildx", "version") else None


def say(sentence: str) -> None:
    """Tell the person who waits; stdout is kept for the answer."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def run_step(
    sentence: str,
    command: Sequence[str],
    log: Path,
    environ: Mapping[str, str] | None = None,
) -> None:
    """Run one long step, saying every ten seconds that it goes on.

    Args:
        sentence: what is done, such as "Installing the seat's software".
        command: the program and its arguments.
        log: file that takes what the program prints.
        environ: variables added to this process's.

    Raises:
        ClientError: it failed; carries the end of what it printed.
    """
    say(f"{sentence} …")
    start = time.monotonic()
    log.unlink(missing_ok=True)  # a build by root leaves one that others cannot write
    with log.open("w") as file:
        step = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environ or {})},
        )
        try:
            while True:
                try:
                    code = step.wait(BEAT)
                    break
                except subprocess.TimeoutExpired:
                    say(f"{sentence}: {time.monotonic() - start:.0f} s")
        finally:
            if step.poll() is None:
                step.terminate()
                step.wait()
    if code:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        raise ClientError(
            f"{sentence}: failed with code {code}. It ended with:\n{last}"
        )
