"""An installation as a command finds it: which address, which settings hold."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hub.machine.installation import InstallationError, chosen_settings, find_root
from hub.settings import CONFIG, FILE


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like a checkout, as the present one."""
    monkeypatch.delenv("AIRLIFT_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / CONFIG).touch()
    return tmp_path


def test_the_present_folder_counts_unless_another_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AIRLIFT_ROOT beats it; a folder without configuration is refused."""
    assert find_root() == root
    other = root / "other"
    other.mkdir()
    monkeypatch.setenv("AIRLIFT_ROOT", str(other))
    with pytest.raises(InstallationError, match=CONFIG):
        find_root()
    (other / FILE).touch()
    assert find_root() == other


@pytest.mark.usefixtures("root")
def test_an_image_of_this_place_comes_before_airlifts_own(root: Path) -> None:
    """Without a checkout, what is Airlift's lies where its wheel put it."""
    checkout = chosen_settings()
    assert checkout.software == root
    assert checkout.image_folder("base") == root / "images/base"
    (root / CONFIG).unlink()
    (root / FILE).touch()
    (root / "images/own").mkdir(parents=True)
    installed = chosen_settings()
    share = Path(sys.prefix) / "share/jupyterhub-airlift"
    assert installed.software == share
    assert installed.image_folder("base") == share / "images/base"
    assert installed.image_folder("own") == root / "images/own"


@pytest.mark.parametrize(
    ("flags", "environ", "address"),
    [
        ({"engine": "docker"}, {}, "0.0.0.0"),
        ({"engine": "auto"}, {}, "0.0.0.0"),
        ({"engine": "local"}, {}, "127.0.0.1"),
        ({"engine": "local", "address": "0.0.0.0"}, {}, "0.0.0.0"),
        ({"engine": "local"}, {"AIRLIFT_ADDRESS": "0.0.0.0"}, "0.0.0.0"),
        ({"engine": "local", "address": "192.0.2.7"}, {}, "192.0.2.7"),
    ],
)
@pytest.mark.usefixtures("root")
def test_seats_that_are_not_isolated_open_on_loopback_unless_chosen(
    monkeypatch: pytest.MonkeyPatch,
    flags: dict[str, str],
    environ: dict[str, str],
    address: str,
) -> None:
    """Strangers on the network get in only where the organiser said so."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert chosen_settings(**flags).address == address
