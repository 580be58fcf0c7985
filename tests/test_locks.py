"""The lock files: every package pinned by hash, and no address of anybody's index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def entries(name: str) -> dict[str, str]:
    """Return the entries of a lock: `name==version` and what follows, by name."""
    text = (ROOT / name).read_text()
    found = re.split(r"^(?=\S)", text, flags=re.M)
    return {item.split(" ")[0]: item for item in found if item.strip()}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_by_hash(name: str) -> None:
    """Installing with --require-hashes then brings nothing else."""
    for pin, text in entries(name).items():
        assert re.fullmatch(r"[a-z0-9-]+(\[\w+\])?==[0-9][\w.+!-]*", pin), pin
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", text), pin


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host_and_no_index(name: str) -> None:
    """Where packages come from is the machine's own setting."""
    text = (ROOT / name).read_text()
    assert not re.search(r"://|--index|--extra|--find-links|--trusted|@ ", text)


def test_development_runs_with_the_versions_of_the_product() -> None:
    """What is tested is what `make up` installs."""
    assert set(entries(LOCKS[0])) <= set(entries(LOCKS[1]))
