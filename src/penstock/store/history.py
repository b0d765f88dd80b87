"""The points of a series, read back: all of them in order, piece by piece."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from penstock.store import tables
from penstock.store.segments import Points, decode_tail, in_order, join, unpack
from penstock.store.transaction import Tx

_series = tables.series
_segments = tables.segments
_FIND: Final = select(_series.c.id).where(
    _series.c.run == bindparam("run_"),
    _series.c.key == bindparam("key_"),
)
_CHUNKS: Final = (
    select(
        _segments.c.id,
        _segments.c.count,
        _segments.c.min_timestamp,
        _segments.c.min_step,
        _segments.c.max_timestamp,
        _segments.c.max_step,
    )
    .where(_segments.c.series == bindparam("series_"))
    .order_by(_segments.c.seq)
)
_POINTS: Final = select(_segments.c.points).where(_segments.c.id == bindparam("segment"))
_TAIL: Final = (
    select(tables.tail.c.points).where(tables.tail.c.series == bindparam("series_")).order_by(tables.tail.c.seq)
)
_NOTHING: Final = Points([], [], [])


class _Chunk(NamedTuple):
    """A segment, or the whole tail: no point of it lies before ``lower`` or after ``upper`` (timestamp, step)."""

    lower: tuple[int, int]
    upper: tuple[int, int]
    size: int
    segment: int | None


def find_series(tx: Tx, run: int, key: str) -> int | None:
    """The row of a run's metric, if it has a point."""
    key_row = tx.find_key(key)
    found = None if key_row is None else tx.first(_FIND, {"run_": run, "key_": key_row})
    return found[0] if found else None


def pages(tx: Tx, series: int, skip: int = 0) -> Iterator[Points]:
    """Every point of a series by timestamp, step and value, without the first ``skip``, a segment or so at a time.

    Only points that could still be followed by an earlier one are held back, so memory stays flat.
    """
    tail = read_tail(tx, series)
    chunks = sorted(_chunks(tx, series, tail), key=lambda chunk: (chunk.lower, chunk.upper))
    held = _NOTHING
    for i, chunk in enumerate(chunks):
        limit = chunks[i + 1].lower if i + 1 < len(chunks) else None
        if not held.steps and skip >= chunk.size and (limit is None or chunk.upper < limit):
            skip -= chunk.size
            continue
        held = in_order(join([held, tail if chunk.segment is None else read_segment(tx, chunk.segment)]))
        ready = len(held.steps) if limit is None else _before(held, limit)
        if ready > skip:
            yield held.slice(skip, ready)
        skip = max(0, skip - ready)
        held = held.slice(ready, len(held.steps))


def read_tail(tx: Tx, series: int) -> Points:
    """The points that are not packed yet, as they came."""
    blocks = [decode_tail(block) for (block,) in tx.all(_TAIL, {"series_": series})]
    return join(blocks) if blocks else _NOTHING


def read_segment(tx: Tx, segment: int) -> Points:
    """The points of a segment."""
    found = tx.first(_POINTS, {"segment": segment})
    assert found is not None  # the segment was listed in this same snapshot
    return unpack(found[0])


def _chunks(tx: Tx, series: int, tail: Points) -> Iterator[_Chunk]:
    for segment, count, min_time, min_step, max_time, max_step in tx.all(_CHUNKS, {"series_": series}):
        yield _Chunk((min_time, min_step), (max_time, max_step), count, segment)
    if tail.steps:
        steps, timestamps, _ = tail
        yield _Chunk((min(timestamps), min(steps)), (max(timestamps), max(steps)), len(steps), None)


def _before(points: Points, limit: tuple[int, int]) -> int:
    """How many of the points, which are in order, lie before ``limit``."""
    timestamps, steps = points.timestamps, points.steps
    return bisect_left(range(len(steps)), limit, key=lambda i: (timestamps[i], steps[i]))
