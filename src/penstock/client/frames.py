"""How records lie in a journal: one frame after the other, then zero bytes.

A frame is one msgpack array of a 64-bit number and the record itself; the number is the record's CRC-32 (upper half)
and its length in bytes (lower half). So a stretch of n frames, with the head of an array of n put before it, is one
msgpack document that is decoded in C, and a journal of a dead process can still be walked frame by frame.
"""

import struct
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, Final
from zlib import crc32

import msgspec

from penstock.entities.record import Record

# 0x92: an array of two; 0xcf: an unsigned 64-bit number follows.
MARK: Final = 0x92CF
_HEAD: Final = struct.Struct(">HII")
HEAD_BYTES: Final = _HEAD.size
pack_head: Final = _HEAD.pack

_RAW_FRAMES: Final = msgspec.msgpack.Decoder(list[tuple[int, msgspec.Raw]])
_RECORD_FRAMES: Final = msgspec.msgpack.Decoder(list[tuple[int, Record]])
_SECOND: Final = itemgetter(1)
# The first bytes of an ArtifactLogged: an array of four that begins with the text "a".
ARTIFACT_START: Final = b"\x94\xa1a"

encode_record: Final = msgspec.msgpack.Encoder().encode


def frame_of(payload: bytes) -> bytes:
    """The frame around an encoded record."""
    return pack_head(MARK, crc32(payload), len(payload)) + payload


def raw_records(count: int, frames: bytes) -> list[msgspec.Raw]:
    """The records in ``count`` frames, still encoded."""
    return list(map(_SECOND, _RAW_FRAMES.decode(_array_of(count) + frames)))


def records(count: int, frames: bytes) -> list[Record]:
    """The records in ``count`` frames."""
    return list(map(_SECOND, _RECORD_FRAMES.decode(_array_of(count) + frames)))


def walk(data: Any, start: int) -> Iterator[int]:
    """Yield where each whole, unharmed frame ends, from ``start`` on; stop at the first that is not.

    ``data`` is anything that can be sliced into bytes. The last frame may be torn: its writer was killed inside the
    call that wrote it, so nobody was told that it is there.
    """
    size = len(data)
    while start + HEAD_BYTES <= size:
        mark, crc, length = _HEAD.unpack_from(data, start)
        end = start + HEAD_BYTES + length
        if mark != MARK or end > size or crc32(data[start + HEAD_BYTES : end]) != crc:
            return
        yield end
        start = end


def _array_of(count: int) -> bytes:
    return b"\xdd" + count.to_bytes(4, "big")
