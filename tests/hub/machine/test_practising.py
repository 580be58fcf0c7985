"""`airlift practice` with a lab of this place, as a process and in the seats' image."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from hub.engine import Engine
from hub.machine import practising
from hub.seating import container
from hub.settings import Settings, settings
from tests.harness import REPOSITORY

LAB = REPOSITORY / "labs" / "first_flight"


@pytest.fixture
def airlift(tmp_path: Path) -> Settings:
    """Settings of this checkout with their state elsewhere."""
    return settings(REPOSITORY, {}, state=str(tmp_path / "state"))


def test_a_lab_is_made_ready_as_if_taken_home(
    airlift: Settings, tmp_path: Path
) -> None:
    """Released lab without solutions, checkers, the image's own versions."""
    practising.write_parcel(airlift, LAB, tmp_path / "parcel")
    notebook = tmp_path / "parcel" / "labs" / "first_flight" / "first_flight.ipynb"
    assert "BEGIN SOLUTION" not in notebook.read_text()
    assert (tmp_path / "parcel" / "checkers" / "first_flight.py").is_file()
    lines = (tmp_path / "parcel" / "requirements.txt").read_text().splitlines()
    names = [line.partition("==")[0] for line in lines]
    assert sorted(names) == [
        *("ipykernel", "ipywidgets", "jupyterlab", "matplotlib", "notebook", "pandas")
    ]
    assert all(re.fullmatch(r"[a-z]+==[0-9.]+", line) for line in lines)


def test_a_lab_that_cannot_be_released_says_why(
    airlift: Settings, tmp_path: Path
) -> None:
    """The author's own sentence."""
    (tmp_path / "broken").mkdir()
    with pytest.raises(practising.PractisingError, match=r"lab\.toml"):
        practising.write_parcel(airlift, tmp_path / "broken", tmp_path / "parcel")
    (tmp_path / "broken" / "lab.toml").write_text((LAB / "lab.toml").read_text())
    with pytest.raises(practising.PractisingError, match=r"lab\.ipynb"):
        practising.write_parcel(airlift, tmp_path / "broken", tmp_path / "parcel")


def airlift_practice(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start the command in a folder."""
    program = "from hub.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, "practice", *words],
        cwd=folder,
        env={
            **os.environ,
            "AIRLIFT_ROOT": str(REPOSITORY),
            "PYTHONPATH": str(REPOSITORY),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.slow
def test_the_command_runs_a_lab_by_its_name_and_packs_it(
    prefix: Path, tmp_path: Path
) -> None:
    """Its server answers with the lab's panel; Ctrl+C ends it; the zip is there."""
    process = airlift_practice(tmp_path, "first_flight", "--no-browser")
    said = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if "token=" in line:
                break
        page = re.search(r"(http://127\.0\.0\.1:\d+)/\S+token=(\S+)", said)
        assert page, said
        headers = {"Authorization": f"token {page[2]}"}
        panel = requests.get(f"{page[1]}/airlift/panel", headers=headers, timeout=30)
        assert panel.json()["labs"][0]["slug"] == "first_flight"
        assert panel.json()["practice"]
        assert requests.get(f"{page[1]}/api/contents", timeout=30).status_code == 403
    finally:
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0, said + rest
    assert "airlift practice --pack" in rest
    packed = airlift_practice(tmp_path, "--pack")
    output = packed.communicate(timeout=60)[0]
    assert packed.returncode == 0, output
    assert len(list(tmp_path.glob("airlift-*.zip"))) == 1


def test_what_is_neither_zip_nor_lab_is_said(tmp_path: Path) -> None:
    """One sentence."""
    process = airlift_practice(tmp_path, "no_such_lab")
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "expected a take-home zip" in output
    assert "Traceback" not in output


@pytest.mark.docker
def test_a_lab_runs_in_the_seats_image_with_a_seats_limits(
    airlift: Settings, image: str, tmp_path: Path
) -> None:
    """Loopback alone, no root, nothing to gain; its files are in the folder."""
    airlift.state_dir.mkdir(parents=True)
    Engine("docker", "127.0.0.1", "airlift-practice", images={"base": image}).save(
        airlift
    )
    practising.write_parcel(airlift, LAB, tmp_path / "parcel")
    folder = tmp_path / "practice"
    parcel = str(tmp_path / "parcel")
    prepared = practising.prepare(sys.executable, parcel, str(folder))
    client = practising.docker.APIClient()
    with practising.in_container(airlift, prepared) as (page, _wait):
        base, token = page.partition("/lab/")[0], page.partition("token=")[2]
        headers = {"Authorization": f"token {token}"}
        answer = requests.get(f"{base}/airlift/panel", headers=headers, timeout=30)
        assert answer.json()["labs"][0]["slug"] == "first_flight"
        found = [
            client.inspect_container(one["Id"])
            for one in client.containers()
            if any(mount["Source"] == str(folder) for mount in one["Mounts"])
        ]
        assert len(found) == 1
        host = found[0]["HostConfig"]
        assert host["CapDrop"] == ["ALL"]
        assert host["ReadonlyRootfs"]
        assert host["SecurityOpt"] == ["no-new-privileges:true"]
        ports = found[0]["NetworkSettings"]["Ports"][f"{practising.PORT}/tcp"]
        assert {port["HostIp"] for port in ports} == {"127.0.0.1"}
        assert not found[0]["Config"]["User"].startswith("0")
        assert found[0]["Config"]["WorkingDir"] == container.HOME
    assert not [
        one
        for one in client.containers(all=True)
        if any(mount["Source"] == str(folder) for mount in one["Mounts"])
    ]
    client.close()
    assert (folder / "first_flight" / "first_flight.ipynb").is_file()


def test_without_an_image_it_says_how_to_build_one(
    airlift: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And without an engine, how to do without."""
    airlift.state_dir.mkdir(parents=True)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with (
        pytest.raises(practising.PractisingError, match="leave --docker out"),
        practising.in_container(airlift, {"image": "base"}),
    ):
        pass


def test_a_lab_with_another_image_says_without_an_engine_what_it_needs(
    airlift: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the image's name: leaving --docker out would not help."""
    airlift.state_dir.mkdir(parents=True)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with (
        pytest.raises(practising.PractisingError, match="needs the image postgres"),
        practising.in_container(airlift, {"image": "postgres"}),
    ):
        pass
