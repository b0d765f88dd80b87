"""Ports of this machine."""

import socket

from penstock.cli.port import free_port


def test_a_free_port_is_given_as_wanted() -> None:
    port = free_port()
    assert free_port(port) == port


def test_instead_of_a_taken_port_another_is_given() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) not in {0, port}
