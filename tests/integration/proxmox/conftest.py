"""A lab that answers at once, and a server that does not answer as one should."""

import asyncio
import contextlib
import socket

import pytest

from iac.lab.control import LabControl
from iac.lab.server import serve
from iac.proxmox import Access


class Steered:
    """A running lab with its access, and its control off the event loop that it shares."""

    def __init__(self, running):
        self.running = running
        keys = running.access
        self.access = Access(keys.endpoint, keys.bot_token, keys.ca_path)

    async def do(self, verb, *args, **more):
        with LabControl(self.running.access) as control:
            return await asyncio.to_thread(getattr(control, verb), *args, **more)


@pytest.fixture
async def lab(tmp_path):
    async with await serve(tmp_path / "lab", pace=0) as running:
        yield Steered(running)


@pytest.fixture
async def listener():
    """Starts servers that do whatever a test wants with a connection; ends them and their connections afterwards."""
    servers, talks = [], set()

    async def start(talk, tls=None):
        async def guarded(reader, writer):
            talks.add(asyncio.current_task())
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await talk(reader, writer)
            writer.transport.abort()

        servers.append(await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=tls))
        return servers[-1].sockets[0].getsockname()[1]

    yield start
    for server in servers:
        server.close()
    for task in talks:
        task.cancel()
    await asyncio.gather(*talks, return_exceptions=True)


@pytest.fixture
def unheard():
    """A port that takes connections and that nobody ever answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed():
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
