"""Python's own faults do not fail a test by chance."""

import select
import socket
import ssl

import pytest


def gone_before_the_first_word():
    """A connection whose server has gone away: the kernel took it, nobody accepted it, and it was reset."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname(), timeout=60)
    ended = select.poll()
    ended.register(client, 0)  # an end is told to whoever asks for nothing
    ended.poll()
    return client


def test_a_tls_socket_whose_server_went_away_is_closed_and_not_dropped_open():
    with gone_before_the_first_word() as client, pytest.raises(ConnectionResetError):
        ssl.create_default_context().wrap_socket(client, server_hostname="localhost")
