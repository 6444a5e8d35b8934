"""What a lab opened it closes: after a reset, and when it ends in a loop that ends with it."""

import asyncio
import gc
import socket
import warnings

import pytest

from iac.lab.server import serve
from iac.lab.trust import trusting


async def banner(lab, address):
    host, port = lab.ports.reach()[address]["22"]
    reader, writer = await asyncio.open_connection(host, port)
    said = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return said


async def test_guests_are_reached_after_a_reset_as_before(lab, control):
    before = lab.ports.reach()
    assert before
    with_lab = control(lab.access)
    await asyncio.to_thread(with_lab.reset)
    after = lab.ports.reach()
    assert after.keys() == before.keys()
    assert (await banner(lab, next(iter(after)))).startswith(b"SSH-2.0-OpenSSH")


async def test_after_a_reset_no_port_of_before_is_left_open(lab, control):
    with_lab = control(lab.access)
    await asyncio.to_thread(with_lab.reset)
    ours = {port for doors in lab.ports.reach().values() for _, port in doors.values()}
    assert {door.port for door in lab.ports._servers.values()} == ours
    await asyncio.to_thread(with_lab.stop_guest, 110)
    assert len(lab.ports._servers) == len(ours) - 1


def test_a_guest_stopped_before_a_reset_and_started_after_it_answers(tmp_path):
    async def life():
        async with await serve(tmp_path, pace=0) as lab:
            address = lab.lab.world.guests["110"].address
            for verb, args in (("stop_guest", {"vmid": 110}), ("reset", {})):
                lab.door._steered(verb, args)
                await lab.ports.follow()
            return await banner(lab, address)

    assert asyncio.run(life()).startswith(b"SSH-2.0-OpenSSH")


def plain(lab):
    """A client that connects and never says a word, not even hello."""
    return socket.create_connection(("127.0.0.1", int(lab.access.endpoint.rpartition(":")[2])))


def secured(lab):
    """A client that has said hello and keeps its connection."""
    return trusting(lab.access).wrap_socket(plain(lab), server_hostname="127.0.0.1")


def asked(lab):
    """A client in the middle of a request."""
    found = secured(lab)
    found.sendall(b"POST /api2/json/access/ticket HTTP/1.1\r\nHost: lab\r\nContent-Length: 100\r\n\r\nuser")
    return found


def greeted(lab):
    """A client on a guest's SSH port."""
    found = socket.create_connection(next(iter(lab.ports.reach().values()))["22"])
    found.recv(10)
    return found


@pytest.mark.parametrize("client", [plain, secured, asked, greeted])
def test_a_lab_that_ends_leaves_no_transport_open_whoever_is_still_there(tmp_path, client):
    async def life():
        async with await serve(tmp_path, pace=0) as lab:
            return await asyncio.to_thread(client, lab)

    gc.collect()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", ResourceWarning)
        left = asyncio.run(life())
        gc.collect()
    left.close()
    assert [str(warning.message) for warning in heard] == []


async def test_ending_a_lab_takes_no_longer_for_a_client_that_stays(tmp_path):
    lab = await serve(tmp_path, pace=0)
    with await asyncio.to_thread(secured, lab):
        async with asyncio.timeout(60):
            await lab.close()
