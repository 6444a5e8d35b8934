"""A port that a test starts a server on later is not taken by a connection meanwhile."""

import socket

from tests.fixtures.ports import GIVEN, OURS, free_port


def test_a_free_port_is_one_that_the_kernel_does_not_give():
    given_from = int(GIVEN.read_text().split()[0]) if GIVEN.exists() else OURS.stop
    ports = {free_port() for _ in range(50)}
    assert all(port < given_from for port in ports) or given_from <= OURS.start
    assert len(ports) > 40


def test_a_port_that_somebody_listens_on_is_not_free():
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] not in {free_port() for _ in range(50)}
