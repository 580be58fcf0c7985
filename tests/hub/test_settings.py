"""Settings: their order, their types, and sentences for those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.settings import Settings, SettingsError, settings


def test_flags_beat_environment_beats_file_beats_default(tmp_path: Path) -> None:
    """The last one wins."""
    assert settings(tmp_path, {}).port == 8000
    (tmp_path / "airlift.toml").write_text('port = 8100\nseat_memory = "2G"\n')
    assert settings(tmp_path, {}).port == 8100
    environ = {"AIRLIFT_PORT": "8200"}
    assert settings(tmp_path, environ).port == 8200
    assert settings(tmp_path, environ, port=8300).port == 8300
    assert settings(tmp_path, environ, port=None).seat_memory == "2G"


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("prot = 8000", r"airlift\.toml: prot: expected one of .*port"),
        ("port = 80", "expected a port from 1024 to 65531, got 80"),
        ('port = "many"', "expected a whole number, got 'many'"),
        ('engine = "podman"', "expected one of auto, docker, local, got 'podman'"),
        ('subdomains = "http://labs.example"', "expected a host's name with a dot"),
        (
            'subdomains = "labs.example"\npublic_url = "http://other.example"',
            "public_url: expected an address at labs.example",
        ),
        ('seat_memory = "lots"', "expected a size such as 512M or 2G, got 'lots'"),
        ("seat_cpus = 0", "expected more than 0"),
        ("erase_days = 0", "expected 1 to 365"),
        ('practice_labs = "First flight"', "expected all or slugs of labs"),
        ('practice_labs = "all,"', "expected all or slugs of labs"),
        ("practice_seats = 0", "expected 1 to 500"),
        ("idle_minutes = 0", "expected 1 to 1440"),
        ("port = ", "expected TOML"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, toml: str, words: str
) -> None:
    """The sentence says where it came from, and what was expected."""
    (tmp_path / "airlift.toml").write_text(toml)
    with pytest.raises(SettingsError, match=words):
        settings(tmp_path, {})


def test_a_bad_flag_or_variable_names_itself(tmp_path: Path) -> None:
    """Whoever typed it finds it."""
    with pytest.raises(SettingsError, match="--port: expected"):
        settings(tmp_path, {}, port=1)
    with pytest.raises(SettingsError, match="AIRLIFT_PORT: expected"):
        settings(tmp_path, {"AIRLIFT_PORT": "x"})


def test_practice_is_for_the_labs_that_the_setting_names() -> None:
    """Nothing by default, all of them, or a few."""
    assert not Settings().practises("first_flight")
    assert Settings(practice_labs="all").practises("first_flight")
    few = Settings(practice_labs="first_flight, second_look")
    assert few.practises("second_look")
    assert not few.practises("third_try")


def test_everything_kept_lies_below_the_state_folder(tmp_path: Path) -> None:
    """A state folder elsewhere takes everything with it."""
    airlift = settings(tmp_path, {"AIRLIFT_STATE": str(tmp_path / "elsewhere")})
    assert airlift.state_dir == tmp_path / "elsewhere"
    for folder in ("secrets_dir", "room_dir", "hub_dir", "log_dir", "run_dir"):
        assert getattr(airlift, folder).is_relative_to(airlift.state_dir)


def test_the_five_ports_are_in_a_row() -> None:
    """One number chooses all of them."""
    found = Settings(port=9000)
    ports = (found.proxy_api_port, found.hub_port, found.room_port, found.desk_port)
    assert ports == (9001, 9002, 9003, 9004)
