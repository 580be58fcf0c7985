"""SeatSpawner: one hardened container per seat, decided by the server alone.

A thin DockerSpawner. It differs where rooms need it: the room's desk says what a seat
gets, user options are never read, four threads talk to the engine, images are never
pulled, a container is always made anew (so its environment and token are never stale),
an engine that fails is not a container that is gone, and `start` itself waits until
the server answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from dockerspawner import DockerSpawner
from jupyterhub.spawner import Spawner, SpawnException
from requests.exceptions import RequestException
from traitlets import Instance, Unicode, default

from hub.desk import Desk
from hub.engine import Engine
from hub.seating import container, deaths
from hub.seating.boarding import PATIENCE, Boarding, refusal, wait_ready
from hub.seating.local_seats import LocalSeatSpawner
from hub.seating.placement import (
    SEAT_COMMAND,
    Placement,
    accepted_language,
    check_image,
    find_placement,
    first_page,
    seat_environment,
    seat_language,
)
from hub.settings import Settings
from hub.strings import noted

THREADS = 4
"""Calls to the engine at a time; dockerd gets slower beyond 8."""
PORT = 8888
ENGINE_ERRORS = (DockerException, RequestException)
"""What docker's client raises when the engine fails or does not answer."""


def spawner_class(engine: Engine) -> type[Spawner]:
    """Return the spawner for an engine."""
    return SeatSpawner if engine.engine == "docker" else LocalSeatSpawner


class SeatSpawner(DockerSpawner):
    """Start, watch and stop the container of one seat."""

    settings = Instance(Settings, help="The installation's settings.").tag(config=True)
    engine = Instance(Engine, help="The installation's engine.").tag(config=True)
    boarding = Instance(Boarding, ())
    place = Instance(Placement, allow_none=True)
    language = Unicode("", help="Language of the seat when it last started.")

    will_resume = False
    """A container is never started twice: its token and environment would be old."""
    _executor = ThreadPoolExecutor(THREADS, thread_name_prefix="engine")
    _making = threading.Lock()
    _listening = False
    _watched: ClassVar[WeakValueDictionary[str, SeatSpawner]] = WeakValueDictionary()
    _looks: ClassVar[set[asyncio.Future[Any]]] = set()

    @default("name_template")
    def _default_name_template(self) -> str:
        """Name containers by opaque ids."""
        return "{prefix}-{username}"

    @default("prefix")
    def _default_prefix(self) -> str:
        """Begin names with the installation's."""
        return self.engine.name

    @default("pull_policy")
    def _default_pull_policy(self) -> str:
        """Never pull: a start must not wait for a registry."""
        return "never"

    @default("cmd")
    def _default_cmd(self) -> list[str]:
        """Start the seat, then its server."""
        return ["python", *SEAT_COMMAND, "jupyterhub-singleuser"]

    @property
    def client(self) -> Any:
        """Return the hub's one client of the engine, made by one thread alone.

        DockerSpawner 14.0.0 makes it without a lock (seen 2026-11-22): threads that
        replace each other's client now and then crash the whole hub as it starts.
        """
        with self._making:
            return super().client

    def options_from_form(self, form: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Take no options from anybody."""
        return {}

    async def start(self) -> str:
        """Make and start the container; returns its address once its server answers.

        Raises:
            SpawnException: with a sentence for the person who waits.
        """
        accepted = accepted_language(self.handler)
        self.language = seat_language("", accepted, self.language)
        self.boarding = Boarding(self.language)
        with self.boarding.in_words():
            return await self._start()

    async def _start(self) -> str:
        """Start it where the room says; returns its address."""
        self.boarding.say(3, "Looking for your seat.")
        desk = Desk.of(self.settings)
        place = await find_placement(desk, self.user.name, self.boarding.say)
        self.language = seat_language(place.language, "", self.language)
        self.boarding.speak(self.language)
        place = replace(place, language=self.language)
        self._take(place)
        try:
            await self._make(place)
            host = await self._host()
        except ENGINE_ERRORS as error:
            raise _refused(error) from error
        self.boarding.say(40, "Starting your lab.")
        path = f"{self.server.base_url}api"
        await wait_ready(host, PORT, path, self.poll, PATIENCE * self.start_timeout)
        self.boarding.say(95, "Your lab is ready.")
        return f"http://{host}:{PORT}"

    def _take(self, place: Placement) -> None:
        """Set what DockerSpawner is to do from the seat's placement."""
        # as it is now: `airlift room new` adds images while the hub runs
        images = Engine.load(self.settings).images
        check_image(place, sorted(images))
        self.place = place
        self.image = images[place.image]
        self.port = PORT
        self.ip = "0.0.0.0"  # noqa: S104 - inside the seat's own network
        self.network_name = container.network(self.engine, place)
        self.use_internal_ip = True
        self.default_url = first_page(place)
        self.mem_limit = self.settings.seat_memory
        self.cpu_limit = self.settings.seat_cpus
        volume = container.seat_name(self.engine, place.seat)
        self.volumes = {volume: container.HOME}
        self.extra_create_kwargs = container.create_arguments(self.engine, place)
        self.extra_host_config = container.host_arguments(self.settings, place)

    async def _make(self, place: Placement) -> None:
        """Replace the seat's container by a new one and start it."""
        self.boarding.say(8, "Making your lab ready.")
        why = await self.poll()
        if isinstance(why, str):
            self.boarding.say(
                10, "Your seat had stopped: {why}. Your files are kept.", why=why
            )
        await self.remove_object()
        name = container.seat_name(self.engine, place.seat)
        marks = container.labels(self.engine, place)
        await self.docker("create_volume", name, labels=marks)
        made = await self.create_object()
        self.object_id = made[self.object_id_key]
        self.boarding.say(25, "Opening your lab.")
        await self.start_object()
        self.log.info("seat started room=%s seat=%s", place.room, place.seat)

    def get_env(self) -> dict[str, str]:
        """Return the whole environment of the seat; nothing of the hub's own."""
        env: dict[str, str] = super().get_env()
        if self.place is not None:
            env |= seat_environment(self.place, self.settings, self.engine)
        return env

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a container that outlived the hub, and its language."""
        super().load_state(state)
        self.language = state.get("language", "")

    def get_state(self) -> dict[str, Any]:
        """Remember the language for a start that no browser asks for."""
        state: dict[str, Any] = super().get_state()
        return {**state, "language": self.language}

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the stages of the start for the page of the person who waits."""
        async for event in self.boarding.events():
            yield event

    async def poll(self) -> str | int | None:
        """Return None while the container runs, else why it does not.

        Only an answer of the engine counts: one that fails or is away says nothing
        about the container, so the seat counts as running.
        """
        try:
            found = await self.docker("inspect_container", self.object_name)
        except NotFound:
            return 0
        except ENGINE_ERRORS as error:
            self.log.warning("engine does not answer seat=%s %s", self.user.name, error)
            return None
        state = found["State"]
        if state["Running"]:
            return None
        return container.why_ended(state, self.settings.seat_memory)

    def start_polling(self) -> None:
        """Watch the container: by the engine's word, and by the Hub's own look."""
        super().start_polling()
        cls, loop = type(self), asyncio.get_running_loop()
        cls._watched[self.user.name] = self
        if not cls._listening:
            cls._listening = True
            deaths.listen(
                self.engine.name,
                lambda seat: loop.call_soon_threadsafe(cls._ended, seat),
            )

    @classmethod
    def _ended(cls, seat: str) -> None:
        """Look at a seat whose container has ended, unless the hub is stopping it."""
        spawner = cls._watched.get(seat)
        if spawner is not None and spawner._poll_callback is not None:
            look = asyncio.ensure_future(spawner.poll_and_notify())
            cls._looks.add(look)
            look.add_done_callback(cls._looks.discard)

    async def get_url(self) -> str:
        """Return where the container is reached now; asked after a hub restart."""
        try:
            host = await self._host()
        except ENGINE_ERRORS:
            return str(self.server.url)
        return f"http://{host}:{PORT}{self.server.base_url}"

    async def _host(self) -> str:
        """Return the container's address on its one network."""
        found = await self.docker("inspect_container", self.object_name)
        networks = found["NetworkSettings"]["Networks"].values()
        return next(str(joined["IPAddress"]) for joined in networks)

    async def stop(self, now: bool = False) -> None:  # noqa: ARG002
        """Remove the container, services ended well; the seat's volume stays."""
        with contextlib.suppress(*ENGINE_ERRORS):  # what follows says so again
            found = await self.docker("inspect_container", self.object_name)
            if container.has_services(found):
                await self.docker("stop", self.object_name, timeout=container.ENDING)
        await self.remove_object()
        self.clear_state()

    async def delete_forever(self) -> None:
        """Remove the container and the seat's volume, with every file in it.

        Raises:
            DockerException, RequestException: the engine failed; it can be tried again.
        """
        await self.remove_object()
        name = container.seat_name(self.engine, self.user.name)
        with contextlib.suppress(NotFound):
            await self.docker("remove_volume", name, force=True)
        self.log.info("seat deleted for good seat=%s", self.user.name)

    async def remove_object(self) -> None:
        """Remove the container by name, running or not; wait until it is gone."""
        for _ in range(50):
            try:
                await self.docker(
                    "remove_container", self.object_name, v=True, force=True
                )
            except NotFound:
                break
            except APIError as error:
                if error.status_code != 409:
                    raise
                await asyncio.sleep(0.1)
        self.object_id = ""


def _refused(error: Exception) -> SpawnException:
    """Say to the person who waits that the engine refused; the log says why."""
    if isinstance(error, ImageNotFound):
        words = noted(
            "The lab's image is missing on this machine. Please tell the organiser."
        )
    else:
        words = noted(
            "The machine could not start your lab just now. Please try once more."
        )
    return refusal(
        words, reason="engine", log=f"engine refused to start the seat: {error}"
    )
