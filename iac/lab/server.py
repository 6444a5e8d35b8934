"""A running lab: the world, its door and its clock in this process."""

import asyncio
import contextlib
import fcntl
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from aiohttp import web

from iac.errors import Broken
from iac.lab import answers  # noqa: F401 - importing it registers every route
from iac.lab.access import LabAccess, write_access
from iac.lab.http import Door
from iac.lab.ports import Ports
from iac.lab.running import Lab
from iac.lab.saving import load, save
from iac.lab.seed import first_world
from iac.lab.seed_access import ADMIN_TOKEN, BOT_TOKEN, token_of
from iac.lab.tls import Certificates, certificates, server_context
from iac.lab.world import World

LONGEST_WAIT, GATHER_SECONDS = 1.0, 0.02
LOCK_TRIES, LOCK_STEP_SECONDS = 5, 0.02
ACT = "starting the lab"


class RunningLab:
    """A lab that answers; ``access`` says where and with which keys. Close it, or use it in ``async with``."""

    def __init__(self, home: Path, lab: Lab, lock: int) -> None:
        self.home, self.lab = home, lab
        self.ports = Ports(lab)
        self.door = Door(lab, self.ports)
        self._lock = lock
        self._server = web.Server(self.door, access_log=None)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.2)
        self._life: asyncio.Task[None] | None = None
        self._access: LabAccess | None = None

    @property
    def access(self) -> LabAccess:
        """Where it is; ``Broken`` before it listens."""
        if self._access is None:
            raise Broken("asking the lab for its address", "it does not listen yet")
        return self._access

    async def listen(self, port: int) -> None:
        """Open the port (0: a free one), bring the guests' ports back, and leave ``lab.json`` in the home."""
        found = certificates(self.home)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", port), backlog=256)
        await web.SockSite(self._runner, listener, ssl_context=server_context(found)).start()
        self.lab.tick()
        await self.ports.follow()
        save(self.home, self.lab.world)
        self._access = self._described(listener.getsockname()[1], found)
        write_access(self.home, self._access)
        self._life = asyncio.create_task(self._live())

    def _described(self, port: int, found: Certificates) -> LabAccess:
        world = self.lab.world
        return LabAccess(
            endpoint=f"https://127.0.0.1:{port}",
            ca_path=found.ca,
            bot_token=token_of(world, BOT_TOKEN),
            admin_token=token_of(world, ADMIN_TOKEN),
            control_token=world.secrets["control"],
            pid=os.getpid(),
        )

    async def close(self) -> None:
        """Stop answering, write the world down, give the home free."""
        self.door.closing.set()
        if self._life:
            self._life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._life
        await self._hang_up()
        await self.ports.close()
        save(self.home, self.lab.world)
        os.close(self._lock)

    async def _hang_up(self) -> None:
        """End every connection now: the goodbye of TLS would wait for the client, longer than this loop may live."""
        transports = [handler.transport for handler in self._server.connections]
        await self._runner.cleanup()
        for transport in filter(None, transports):
            transport.abort()
        await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _live(self) -> None:
        """Let time pass: run what is due, keep the guests' ports in line, write down what changed."""
        while True:
            due = min(self.lab.next_due(), self.ports.next_due())
            wait = min(LONGEST_WAIT, max(0.005, due - time.time()))
            # Not ``wait_for``: before Python 3.12 it loses a cancellation that comes together with the wake.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self.door.wake.wait()
                await asyncio.sleep(GATHER_SECONDS)
            self.door.wake.clear()
            self.lab.tick()
            await self.ports.follow()
            if self.lab.is_dirty:
                self.lab.is_dirty = False
                save(self.home, self.lab.world)


async def serve(
    home: Path, *, port: int = 0, pace: float | None = 1.0, world: Callable[[], World] | None = None
) -> RunningLab:
    """Serve the lab that lives in ``home``, or a fresh one (``world`` makes it; the usual first world otherwise).

    ``pace`` is how many seconds one second of model time lasts: 1 for a demo, 0 for at once; None keeps the
    world's own. ``Broken`` where another process serves this home, or its state cannot be read.
    """
    lock = _take_home(home)
    try:
        lab = Lab(_read(home) or _fresh(world))
        lab.fresh = lambda: _fresh(world)
        if pace is not None:
            lab.world.pace = pace
        running = RunningLab(home, lab, lock)
        await running.listen(port)
    except BaseException:
        os.close(lock)
        raise
    return running


def _fresh(make: Callable[[], World] | None) -> World:
    return (make or first_world)()


def _read(home: Path) -> World | None:
    try:
        return load(home)
    except (ValueError, TypeError, KeyError) as damaged:
        why = f"its state in {home} cannot be read ({damaged}); move that directory away to begin with a fresh one"
        raise Broken(ACT, why) from damaged


def _take_home(home: Path) -> int:
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / "lab.lock", os.O_RDWR | os.O_CREAT, 0o600)
    for _ in range(LOCK_TRIES):
        with contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        # A start() that only looks whether the home is served holds the lock for an instant.
        time.sleep(LOCK_STEP_SECONDS)
    os.close(lock)
    raise Broken(ACT, f"another process already serves the lab in {home}")
