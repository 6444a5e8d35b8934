"""A lab that answers at once, and a server that does not answer as one should."""

import asyncio
import contextlib
import socket

import pytest

from iac.lab.child import start
from iac.lab.control import LabControl
from iac.proxmox import Access


class Steered:
    """A lab of its own process: its access for the product, its control for the test."""

    def __init__(self, keys):
        self.keys = keys
        self.access = Access(keys.endpoint, keys.bot_token, keys.ca_path)

    async def do(self, verb, *args, **more):
        with LabControl(self.keys) as control:
            return await asyncio.to_thread(getattr(control, verb), *args, **more)


@pytest.fixture(scope="module")
def lab_process(tmp_path_factory):
    child = start(tmp_path_factory.mktemp("lab"), pace=0)
    yield child.access
    child.stop()


@pytest.fixture
def lab(lab_process):
    """The lab as it was at first."""
    with LabControl(lab_process) as control:
        control.clear_faults()
        control.silence(False)
        control.reset()
    return Steered(lab_process)


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
