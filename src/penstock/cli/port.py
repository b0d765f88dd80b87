"""Ports of this machine."""

import socket


def free_port(wanted: int = 0) -> int:
    """``wanted`` if nobody listens there on 127.0.0.1, else a port that the system gives."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("No free port on 127.0.0.1.")
