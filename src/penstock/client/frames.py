"""How records lie in a journal: one frame after the other, then zero bytes.

A frame is a msgpack array of three: a fixed number, by which frames are counted; a 64-bit number, whose halves are the
record's CRC-32 and its length in bytes; and the record itself. So a stretch of n frames, with the head of an array of
n put before it, is one msgpack document that is decoded in C, and a journal of a dead process can be walked frame by
frame.
"""

import struct
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, Final
from zlib import crc32

import msgspec

from penstock.entities.record import Record

# An array of three, an unsigned 32-bit number, and the head of a 64-bit one. It cannot be part of any text: 0xce
# begins a character of two bytes, and "P" does not end one.
MARK: Final = b"\x93\xcePNSK\xcf"
_SUM: Final = struct.Struct(">II")
HEAD_BYTES: Final = len(MARK) + _SUM.size
pack_sum: Final = _SUM.pack


class Frame(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A record and what is around it. Not a tuple, which would have the garbage collector look at millions of them."""

    mark: int
    sum: int
    record: Record


class RawFrame(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The same with the record still encoded."""

    mark: int
    sum: int
    record: msgspec.Raw


_FRAMES: Final = msgspec.msgpack.Decoder(list[Frame])
_RAW_FRAMES: Final = msgspec.msgpack.Decoder(list[RawFrame])
_RECORD: Final = attrgetter("record")
# The first bytes of an ArtifactLogged: an array of four that begins with the text "a".
ARTIFACT_START: Final = b"\x94\xa1a"

encode_record: Final = msgspec.msgpack.Encoder().encode


def frame_of(payload: bytes) -> bytes:
    """The frame around an encoded record."""
    return MARK + pack_sum(crc32(payload), len(payload)) + payload


def raw_records(count: int, frames: bytes) -> list[msgspec.Raw]:
    """The records in ``count`` frames, still encoded.

    Raises:
        msgspec.DecodeError: there are not so many.
    """
    return list(map(_RECORD, _RAW_FRAMES.decode(_array_of(count) + frames)))


def records(count: int, frames: bytes) -> list[Record]:
    """The records in ``count`` frames.

    Raises:
        msgspec.DecodeError: there are not so many.
    """
    return list(map(_RECORD, _FRAMES.decode(_array_of(count) + frames)))


def walk(data: Any, start: int) -> Iterator[int]:
    """Yield where each whole, unharmed frame ends, from ``start`` on; stop at the first that is not.

    ``data`` is anything that can be sliced into bytes. The last frame may be torn: its writer was killed inside the
    call that wrote it, so nobody was told that it is there.
    """
    size = len(data)
    while start + HEAD_BYTES <= size:
        body = start + HEAD_BYTES
        crc, length = _SUM.unpack_from(data, body - _SUM.size)
        end = body + length
        # Nothing has no length but a torn head, whose zeros would pass for the sum of nothing.
        if data[start : start + len(MARK)] != MARK or not length or end > size or crc32(data[body:end]) != crc:
            return
        yield end
        start = end


def _array_of(count: int) -> bytes:
    return b"\xdd" + count.to_bytes(4, "big")
