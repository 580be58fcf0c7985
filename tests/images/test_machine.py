"""The machine's certificates and pip settings, as a build gets them."""

from __future__ import annotations

import configparser
import stat
from pathlib import Path

import pytest

import machine


def read(text: str) -> dict[str, str]:
    """Read the one section of a pip.conf."""
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return dict(parser["global"])


def test_an_index_and_its_host_are_handed_on() -> None:
    """What pip needs to reach a company's index goes into the build."""
    settings = {
        "global.index-url": "https://someone:word%20@index.example/simple",
        "global.trusted-host": "index.example",
        ":env:.default-timeout": "180",
    }
    assert read(machine.pip_configuration(settings, "")) == {
        "index-url": "https://someone:word%20@index.example/simple",
        "trusted-host": "index.example",
        "timeout": "180",
    }


def test_places_of_this_machine_are_dropped() -> None:
    """A folder or file address means nothing inside a build."""
    settings = {
        "global.find-links": "/opt/wheels https://wheels.example/",
        "global.extra-index-url": "file:///opt/simple",
        "global.index-url": "file:///opt/pypi",
        "global.cert": "/etc/ssl/mine.pem",
        "global.target": "/somewhere",
    }
    assert read(machine.pip_configuration(settings, "/run/cert.pem")) == {
        "find-links": "https://wheels.example/",
        "cert": "/run/cert.pem",
    }


def test_the_environment_beats_the_files() -> None:
    """Pip's own order holds: a file's section for install, then the environment."""
    settings = {
        ":env:.index-url": "https://three.example/",
        "global.index-url": "https://one.example/",
        "install.index-url": "https://two.example/",
    }
    assert read(machine.pip_configuration(settings, "")) == {
        "index-url": "https://three.example/"
    }


def test_no_certificates_are_handed_on_when_there_are_none_of_this_machines_own() -> (
    None
):
    """Pip's usual ones do then."""
    assert machine.certificates({}, {}, []) == ""


@pytest.mark.parametrize("name", machine.BUNDLES)
def test_a_bundle_named_by_the_environment_is_taken(name: str, tmp_path: Path) -> None:
    """Each of the usual variables counts."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("BUNDLE")
    assert machine.certificates({name: str(bundle)}, {}, []) == "BUNDLE\n"


def test_extra_certificates_come_on_top(tmp_path: Path) -> None:
    """What an administrator added is trusted beside the bundle."""
    bundle, extra = tmp_path / "bundle.pem", tmp_path / "company.crt"
    bundle.write_text("BUNDLE\n")
    extra.write_text("COMPANY\n")
    found = machine.certificates({}, {"global.cert": str(bundle)}, [extra])
    assert found == "BUNDLE\nCOMPANY\n"


def test_a_bundle_that_is_not_there_is_left_alone(tmp_path: Path) -> None:
    """A stale variable does not stop a build."""
    environ = {"SSL_CERT_FILE": str(tmp_path / "gone.pem")}
    assert machine.certificates(environ, {}, []) == ""


def test_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    """An index's address can hold a password."""
    machine.write_secrets(tmp_path)
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()
    }
    assert modes == {"apt": 0o600, "certificates": 0o600, "pip": 0o600}


def test_proxies_are_named_and_their_values_stay_out() -> None:
    """A proxy's address can hold a password; the command line shows names only."""
    environ = {"https_proxy": "http://someone:word@proxy.example", "NO_PROXY": ""}
    assert machine.proxy_options(environ) == ["--build-arg", "https_proxy"]
