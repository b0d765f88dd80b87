"""Series: the points of one metric of one run, appended.

A series row keeps what tables and searches need (count, last, first, least, greatest). New points go to the tail, a
block an append; when the tail holds a segment's worth, it is packed. A point that is there already, equal in step,
timestamp and value, changes nothing (surface, 2.5).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, Table, bindparam, delete, insert, select, update

from penstock.store import tables
from penstock.store.by_rows import ByRows
from penstock.store.segments import (
    SEGMENT_POINTS,
    Points,
    decode_tail,
    encode_tail,
    in_order,
    join,
    outline,
    pack,
    rising,
    unpack,
)
from penstock.store.series_row import NEW, Row, as_row, new_row, note
from penstock.store.transaction import Tx

Moment = tuple[int, int, float]

# Blocks with fewer points are loose; so many loose blocks are merged into one, so that a tail never has many rows.
LOOSE_POINTS: Final = 64
MOST_LOOSE_BLOCKS: Final = 64

_series = tables.series
_tail = tables.tail
_segments = tables.segments
_OF_RUN: Final = select(_series).where(_series.c.run == bindparam("run_"))
_SOME_OF_RUN: Final = ByRows(_OF_RUN, _series.c.key)
_ADD: Final = insert(_series).values({name: bindparam(name) for name in NEW})
_CHANGING: Final = tuple(name for name in NEW if name not in {"run", "key"})
_UPDATE: Final = (
    update(_series).where(_series.c.id == bindparam("id_")).values({name: bindparam(name) for name in _CHANGING})
)
_ADD_BLOCK: Final = insert(_tail).values({c.name: bindparam(c.name) for c in _tail.columns})
_BLOCKS: Final = select(_tail.c.points).where(_tail.c.series == bindparam("series_")).order_by(_tail.c.seq)
_LOOSE_BLOCKS: Final = _BLOCKS.where(_tail.c.count < LOOSE_POINTS)
_DROP_BLOCKS: Final = delete(_tail).where(_tail.c.series == bindparam("series_"))
_DROP_LOOSE_BLOCKS: Final = _DROP_BLOCKS.where(_tail.c.count < LOOSE_POINTS)
_ADD_SEGMENT: Final = insert(_segments).values({c.name: bindparam(c.name) for c in _segments.columns if c.name != "id"})


def _overlapping(table: Table) -> Select[tuple[bytes]]:
    return select(table.c.points).where(
        table.c.series == bindparam("series_"),
        table.c.max_step >= bindparam("low_step"),
        table.c.min_step <= bindparam("high_step"),
        table.c.max_timestamp >= bindparam("low_timestamp"),
        table.c.min_timestamp <= bindparam("high_timestamp"),
    )


_SEGMENTS_AT: Final = _overlapping(_segments)
_BLOCKS_AT: Final = _overlapping(_tail)


def append(tx: Tx, run: int, columns: Mapping[str, Points]) -> None:
    """Add points, which may come in any order, to metrics of the run in row ``run``."""
    keys = {tx.key(name): points for name, points in columns.items()}
    found = _rows(tx, run, keys)
    for row in found:
        points = _new_points(tx, row, keys.pop(row["key"]))
        if points.steps:
            note(row, points)
            _store(tx, row, points)
    _update(tx, found)
    if keys:
        _begin(tx, run, {key: _unrepeated(points) for key, points in keys.items()})


def _begin(tx: Tx, run: int, keys: Mapping[int, Points]) -> None:
    """Make series that are not there, and store what each begins with: the usual few points by two statements."""
    few = {key for key, points in keys.items() if len(points.steps) < SEGMENT_POINTS}
    tx.run_many(_ADD, [_first_row(run, key, points, stored=key in few) for key, points in keys.items()])
    rows = _rows(tx, run, keys)
    tx.run_many(_ADD_BLOCK, [_block(row["id"], 0, keys[row["key"]]) for row in rows if row["key"] in few])
    large = [row for row in rows if row["key"] not in few]
    for row in large:
        _store(tx, row, keys[row["key"]])
    _update(tx, large)


def _first_row(run: int, key: int, points: Points, *, stored: bool) -> Row:
    row = new_row(run, key, points)
    if stored:
        row |= {"tail_count": len(points.steps), "next_seq": 1, "loose_blocks": int(_is_loose(points))}
    return row


def _rows(tx: Tx, run: int, keys: Mapping[int, Points]) -> list[Row]:
    return [as_row(found) for found in _SOME_OF_RUN.all(tx, list(keys), run_=run)]


def _update(tx: Tx, rows: Sequence[Row]) -> None:
    tx.run_many(_UPDATE, [{"id_": row["id"], **{name: row[name] for name in _CHANGING}} for row in rows])


def pack_tails(tx: Tx, run: int) -> None:
    """Pack what is left in the tails of a run that has ended, where it is worth a segment's overhead."""
    for found in tx.all(_OF_RUN, {"run_": run}):
        row = as_row(found)
        if row["tail_count"] > STRAY_POINTS:
            _store(tx, row, Points([], [], []), everything=True)
            _update(tx, [row])


STRAY_POINTS: Final = 64
"""So few points stay in the tail when a run ends."""


# ---- what is new


def _new_points(tx: Tx, row: Row, points: Points) -> Points:
    """The points without those that the series has already, and without repetitions among themselves."""
    steps = points.steps
    # The usual case: each step is beyond every one before.
    if steps[0] > row["last_step"] and rising(steps):
        return points
    points = _unrepeated(points)
    # A point later than every other cannot be there already, whatever its step.
    suspects = [i for i, stamp in enumerate(points.timestamps) if stamp <= row["max_timestamp"]]
    if not suspects:
        return points
    known = set(_moments_at(tx, row["id"], points.pick(suspects)))
    fresh = [i for i, moment in enumerate(_moments(points)) if moment not in known]
    return points if len(fresh) == len(points.steps) else points.pick(fresh)


def _moments_at(tx: Tx, series: int, points: Points) -> Iterator[Moment]:
    """Every stored point of the blocks and segments that could hold one of ``points``."""
    span = {
        "series_": series,
        "low_step": min(points.steps),
        "high_step": max(points.steps),
        "low_timestamp": min(points.timestamps),
        "high_timestamp": max(points.timestamps),
    }
    for (packed,) in tx.all(_SEGMENTS_AT, span):
        yield from _moments(unpack(packed))
    for (block,) in tx.all(_BLOCKS_AT, span):
        yield from _moments(decode_tail(block))


def _moments(points: Points) -> Iterator[Moment]:
    """Points as tuples that compare; infinity stands for NaN, which equals nothing and is never stored as such."""
    values = points.values
    if math.isnan(sum(values)):
        values = [math.inf if value != value else value for value in values]
    return zip(points.steps, points.timestamps, values, strict=True)


def _unrepeated(points: Points) -> Points:
    if rising(points.steps):
        return points
    places: dict[Moment, int] = {}
    for i, moment in enumerate(_moments(points)):
        places.setdefault(moment, i)
    return points if len(places) == len(points.steps) else points.pick(list(places.values()))


# ---- where the points go


def _store(tx: Tx, row: Row, points: Points, *, everything: bool = False) -> None:
    """Put points into the tail; pack the tail when it is long enough, or in any case when ``everything`` is asked."""
    series = row["id"]
    if row["tail_count"] + len(points.steps) < SEGMENT_POINTS and not everything:
        _add_block(tx, row, points)
        if row["loose_blocks"] >= MOST_LOOSE_BLOCKS:
            _merge_loose(tx, row)
        return
    blocks = [decode_tail(block) for (block,) in tx.all(_BLOCKS, {"series_": series})] if row["tail_count"] else []
    whole = join([*blocks, points])
    full = len(whole.steps) if everything else len(whole.steps) // SEGMENT_POINTS * SEGMENT_POINTS
    if row["tail_count"]:
        tx.run(_DROP_BLOCKS, {"series_": series})
    row |= {"tail_count": 0, "loose_blocks": 0}
    for start in range(0, full, SEGMENT_POINTS):
        _add_segment(tx, row, in_order(whole.slice(start, min(start + SEGMENT_POINTS, full))))
    if full < len(whole.steps):
        _add_block(tx, row, whole.slice(full, len(whole.steps)))


def _add_block(tx: Tx, row: Row, points: Points) -> None:
    tx.run(_ADD_BLOCK, _block(row["id"], row["next_seq"], points))
    row["next_seq"] += 1
    row["tail_count"] += len(points.steps)
    row["loose_blocks"] += _is_loose(points)


def _block(series: int, seq: int, points: Points) -> dict[str, Any]:
    return {"series": series, "seq": seq, **_bounds(points), "points": encode_tail(points)}


def _merge_loose(tx: Tx, row: Row) -> None:
    loose = join([decode_tail(block) for (block,) in tx.all(_LOOSE_BLOCKS, {"series_": row["id"]})])
    tx.run(_DROP_LOOSE_BLOCKS, {"series_": row["id"]})
    row["tail_count"] -= len(loose.steps)
    row["loose_blocks"] = 0
    _add_block(tx, row, loose)


def _add_segment(tx: Tx, row: Row, points: Points) -> None:
    place = {"series": row["id"], "seq": row["next_seq"]}
    tx.run(_ADD_SEGMENT, {**place, **_bounds(points), "outline": outline(points), "points": pack(points)})
    row["next_seq"] += 1


def _is_loose(points: Points) -> bool:
    return len(points.steps) < LOOSE_POINTS


def _bounds(points: Points) -> dict[str, int]:
    steps, timestamps, _ = points
    return {
        "count": len(steps),
        "min_step": min(steps),
        "max_step": max(steps),
        "min_timestamp": min(timestamps),
        "max_timestamp": max(timestamps),
    }
