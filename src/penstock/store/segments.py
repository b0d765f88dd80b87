"""Points packed in columns.

Steps and timestamps are kept as differences, in the narrowest integers that hold them (none at all when every
difference is the same, as with steps 0, 1, 2, ...); values as 32-bit floats when that loses nothing, else 64-bit. The
bytes of each column are shuffled (all first bytes, all second bytes, ...) so that what hardly changes lies together,
and then compressed. A noisy float32 loss curve takes about 4 bytes a point.

    packed := version u8, count u32, zlib(steps, timestamps, values)
    integers := width u8 (0, 1, 2, 4, 8), first i64, [difference i64 if width is 0 else shuffled differences]
    values := width u8 (4, 8), shuffled floats

All numbers are little-endian. A new layout gets a new version; this reader keeps reading this one.
"""

import math
import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate, chain
from operator import le, lt, sub
from typing import Any, Final, NamedTuple

SEGMENT_POINTS: Final = 8192
STRETCH_POINTS: Final = 128
_VERSION: Final = 1
# Level 6 saves a fiftieth of the size of level 1 on noisy curves.
_LEVEL: Final = 1
_HEAD: Final = struct.Struct("<BI")
_INTS: Final = struct.Struct("<Bq")
_I64: Final = struct.Struct("<q")
_INT_CODES: Final = {1: "b", 2: "h", 4: "i", 8: "q"}
_TAIL_POINT: Final = 24


class Points(NamedTuple):
    """Columns of points, equally long: steps, timestamps (ms) and values."""

    steps: Sequence[int]
    timestamps: Sequence[int]
    values: Sequence[float]

    def slice(self, start: int, end: int) -> "Points":
        """The points from ``start`` up to but without ``end``."""
        return Points(self.steps[start:end], self.timestamps[start:end], self.values[start:end])

    def pick(self, order: Sequence[int]) -> "Points":
        """The points at these places, in this order."""
        steps, timestamps, values = self
        return Points([steps[i] for i in order], [timestamps[i] for i in order], [values[i] for i in order])


def join(parts: Sequence[Points]) -> Points:
    """All points of all parts, one after the other."""
    if len(parts) == 1:
        return parts[0]
    steps, timestamps, values = zip(*parts, strict=True)
    return Points(list(chain(*steps)), list(chain(*timestamps)), list(chain(*values)))


def rising(numbers: Sequence[int]) -> bool:
    """Whether each number is greater than the one before."""
    return all(map(lt, numbers, numbers[1:]))


def in_order(points: Points) -> Points:
    """The points by timestamp, step and value (NaN first): the order of a metric's history."""
    steps, timestamps, values = points
    if rising(timestamps):
        return points
    if rising(steps) and all(map(le, timestamps, timestamps[1:])):
        return points
    return points.pick(sorted(range(len(steps)), key=lambda i: (timestamps[i], steps[i], _rank(values[i]))))


def _rank(value: float) -> tuple[int, float]:
    return (0, 0.0) if value != value else (1, value)


# ---- packed columns


def pack(points: Points) -> bytes:
    """Pack the points, in the order they have."""
    body = b"".join((_pack_integers(points.steps), _pack_integers(points.timestamps), _pack_floats(points.values)))
    return _HEAD.pack(_VERSION, len(points.steps)) + zlib.compress(body, _LEVEL)


def unpack(packed: bytes) -> Points:
    """The points that ``pack`` packed."""
    version, count = _HEAD.unpack_from(packed)
    if version != _VERSION:
        raise ValueError(f"Packed points of layout {version} need a newer Penstock.")
    body = zlib.decompress(memoryview(packed)[_HEAD.size :])
    steps, at = _unpack_integers(body, 0, count)
    timestamps, at = _unpack_integers(body, at, count)
    return Points(steps, timestamps, _unpack_floats(body, at, count))


def _pack_integers(numbers: Sequence[int]) -> bytes:
    differences = list(map(sub, numbers[1:], numbers))
    step = differences[0] if differences else 0
    if differences.count(step) == len(differences) and _fits(step):
        return _INTS.pack(0, numbers[0]) + _I64.pack(step)
    for width, code in _INT_CODES.items():
        # To try is quicker than to look for the least and the greatest first.
        with suppress(OverflowError):
            return _INTS.pack(width, numbers[0]) + _shuffled(array(code, differences))
    return _pack_plain(numbers)


def _pack_plain(numbers: Sequence[int]) -> bytes:
    """Numbers so far apart that a difference does not fit: the numbers themselves (width 9 marks them)."""
    return _INTS.pack(9, 0) + _shuffled(array("q", numbers))


def _fits(number: int) -> bool:
    return -(2**63) <= number < 2**63


def _unpack_integers(body: bytes, at: int, count: int) -> tuple[list[int], int]:
    width, first = _INTS.unpack_from(body, at)
    at += _INTS.size
    if width == 0:
        (step,) = _I64.unpack_from(body, at)
        numbers = [first] * count if step == 0 else list(range(first, first + step * count, step))
        return numbers, at + _I64.size
    if width == 9:
        end = at + 8 * count
        return _unshuffled("q", body[at:end]).tolist(), end
    end = at + width * (count - 1)
    return list(accumulate(_unshuffled(_INT_CODES[width], body[at:end]), initial=first)), end


def _pack_floats(values: Sequence[float]) -> bytes:
    wide = array("d", values)
    narrow = array("f", values)
    # Bytes are compared, not numbers: NaN must pass and -0.0 must not pass for 0.0.
    if array("d", narrow).tobytes() == wide.tobytes():
        return b"\x04" + _shuffled(narrow)
    return b"\x08" + _shuffled(wide)


def _unpack_floats(body: bytes, at: int, count: int) -> list[float]:
    width = body[at]
    return list(_unshuffled("f" if width == 4 else "d", body[at + 1 : at + 1 + width * count]))


def _shuffled(numbers: "array[int] | array[float]") -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    plain, width = numbers.tobytes(), numbers.itemsize
    return b"".join([plain[i::width] for i in range(width)])


def _unshuffled(code: str, planes: bytes) -> "array[Any]":
    numbers: array[Any] = array(code)
    width = numbers.itemsize
    count = len(planes) // width
    plain = bytearray(len(planes))
    for i in range(width):
        plain[i::width] = planes[i * count : (i + 1) * count]
    numbers.frombytes(bytes(plain))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


# ---- outlines


def outline(points: Points) -> bytes:
    """Pack the least and the greatest point of each stretch of 128, and both ends: what a chart of many segments draws.

    Stretches whose values are all NaN leave nothing.
    """
    values = points.values
    has_nan = math.isnan(sum(values))
    chosen = {0, len(values) - 1}
    for start in range(0, len(values), STRETCH_POINTS):
        stretch = values[start : start + STRETCH_POINTS]
        # NaN would make min and max depend on the order.
        numbers = [value for value in stretch if value == value] if has_nan else stretch
        if numbers:
            chosen |= {start + stretch.index(min(numbers)), start + stretch.index(max(numbers))}
    return pack(points.pick(sorted(chosen)))


# ---- the tail: points as they came


def encode_tail(points: Points) -> bytes:
    """Write points as they are: little-endian int64 steps, then int64 timestamps, then float64 values."""
    columns = (array("q", points.steps), array("q", points.timestamps), array("d", points.values))
    if sys.byteorder == "big":
        for column in columns:
            column.byteswap()
    return b"".join([column.tobytes() for column in columns])


def decode_tail(block: bytes) -> Points:
    """The points that ``encode_tail`` wrote."""
    size = len(block) // 3
    columns: tuple[array[Any], ...] = (array("q"), array("q"), array("d"))
    for i, column in enumerate(columns):
        column.frombytes(block[i * size : (i + 1) * size])
        if sys.byteorder == "big":
            column.byteswap()
    steps, timestamps, values = columns
    return Points(steps.tolist(), timestamps.tolist(), values.tolist())


def tail_count(block: bytes) -> int:
    """How many points a tail block holds."""
    return len(block) // _TAIL_POINT
