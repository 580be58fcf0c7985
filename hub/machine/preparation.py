"""Preparation: everything that `airlift up` brings before the parts start, in order.

Each step looks first and does nothing when it is done already, so that a second `up`
takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hub import engine
from hub.catalog import Lab, load_labs
from hub.engine import Engine
from hub.machine import accounts, dockerd, ports, proxy, releasing, seat_images
from hub.machine.installation import on_loopback
from hub.machine.telling import Teller
from hub.settings import Settings
from hub.versions import Versions


def prepare(
    airlift: Settings, teller: Teller, chosen: Iterable[str] = ()
) -> tuple[Settings, Engine]:
    """Bring everything; returns the settings as they hold and the engine.

    The address becomes loopback when `auto` ends at the engine `local`. Beside the
    image `base`, those of the `chosen` labs have to be there; those of practice and of
    earlier rooms as far as they can be built.
    """
    proxy.refuse_look_alike()
    labs = load_labs(airlift.labs_dir)
    _check_door(airlift)
    accounts.ensure_accounts(teller.say)
    accounts.prepare_state(airlift)
    choice = _choose_engine(airlift, teller)
    if choice.use == "local":
        airlift = on_loopback(airlift) if airlift.engine == "auto" else airlift
    found = _networks(
        airlift, choice.use, way_out=any(lab.egress for lab in labs.values())
    )
    ports.check_ports(airlift, found.gateway)
    _install_proxy(teller)
    found = _bring_seats(airlift, found, labs, chosen, teller)
    _keep_versions(airlift, labs.values(), teller)
    users = [accounts.SERVICE]
    users += [accounts.SEAT] if choice.use == "local" else []
    accounts.open_ways(airlift, users, teller.say)
    found.save(airlift)
    return airlift, found


def _check_door(airlift: Settings) -> None:
    """Check before the long steps that the ports known by now are free."""
    ports.check_port(airlift.address, airlift.port, "door")
    ports.check_port("127.0.0.1", airlift.proxy_api_port, "proxy")
    ports.check_port("127.0.0.1", airlift.desk_port, "desk")


def _choose_engine(airlift: Settings, teller: Teller) -> engine.Choice:
    """Choose the engine, say so, and bring it."""
    choice = engine.choose(airlift.engine, dockerd.look())
    if choice.say:
        teller.say(choice.say)
    log = airlift.log_dir / "dockerd.log"
    if choice.install or choice.start:
        with teller.step("Docker engine"):
            dockerd.bring(choice, teller.say, log)
    return choice


def _networks(airlift: Settings, kind: engine.Kind, *, way_out: bool) -> Engine:
    """Return the engine with its networks; the installation keeps name and images."""
    try:
        before = Engine.load(airlift)
    except engine.EngineError:
        before = Engine("local", "", engine.fresh_name())
    name = before.name
    url = ports.door_url(airlift)
    if kind == "local":
        return Engine("local", "127.0.0.1", name, public_url=url)
    gateway = dockerd.ensure_network(name, name, way_out=False)
    outside = f"{name}-out"
    if way_out:
        dockerd.ensure_network(outside, name, way_out=True)
    return Engine("docker", gateway, name, name, outside, before.images, url)


def _install_proxy(teller: Teller) -> None:
    """Install the proxy unless this very version is there."""
    if not proxy.installed():
        with teller.step("Proxy from npm"):
            proxy.install()


def _bring_seats(
    airlift: Settings,
    found: Engine,
    labs: Mapping[str, Lab],
    chosen: Iterable[str],
    teller: Teller,
) -> Engine:
    """Return the engine with what its seats run in, built if need be.

    Raises:
        SeatImageError: what has to be there could not be built.
    """
    if found.engine == "local":
        with teller.step("Seats' environment") as at:
            seat_images.build_environment(airlift, at)
        return found
    needed = {labs[slug].seat_image for slug in chosen if slug in labs} - {engine.BASE}
    usual = {
        lab.seat_image
        for lab in labs.values()
        if airlift.practises(lab.slug) or lab.seat_image in found.images
    }
    first = [engine.BASE, *sorted(needed)]
    built = seat_images.bring(airlift, replace(found, images={}), first, teller)
    return seat_images.bring_again(airlift, built, sorted(usual - set(first)), teller)


def _keep_versions(airlift: Settings, labs: Iterable[Lab], teller: Teller) -> None:
    """Write the labs that changed for the room, and note what seats have now."""
    labs, versions = list(labs), Versions(airlift.versions_dir)
    stale = versions.stale(labs)
    if stale:
        with teller.step("Labs for the room"):
            releasing.keep_versions(airlift, stale)
    versions.seat(labs)
    accounts.give_versions(airlift)
