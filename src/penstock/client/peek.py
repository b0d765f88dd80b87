"""Looks into journals that others may be writing, without touching them."""

import fcntl
import os
from pathlib import Path

import msgspec

from penstock.client.frames import walk
from penstock.client.journal import FIRST_FRAME, Header, read_header, read_state
from penstock.errors import InvalidParameter


class Peek(msgspec.Struct, frozen=True):
    """What can be seen of a journal; ``is_held``: its writer, or somebody who sends it, is alive."""

    header: Header
    pending: int
    is_held: bool


def peek(path: Path) -> Peek | None:
    """Look into a journal; None if it is gone.

    Raises:
        InvalidParameter: the file is no journal, or one of a newer release.
        OSError: it cannot be read.
    """
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        header = read_header(fd, path)
        # Read and not mapped: its owner may cut it short at any time.
        content = os.pread(fd, os.fstat(fd).st_size, 0)
        if len(content) < FIRST_FRAME:
            raise InvalidParameter(f"The head of {path} is damaged: nothing in it can be sent.")
        _, acked_end, _ = read_state(content, len(content))
        pending = sum(1 for _ in walk(content, acked_end))
        return Peek(header, pending, is_held=_is_held(fd))
    finally:
        os.close(fd)


def _is_held(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(fd, fcntl.LOCK_UN)
    return False
