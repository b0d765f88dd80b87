"""Series: the points of one metric of one run, appended.

A series row keeps what tables and searches need (count, last, first, least, greatest). New points go to the tail, a
block an append; when the tail holds a segment's worth, it is packed. A point that is there already, equal in step,
timestamp and value, changes nothing (surface, 2.5).
"""

import math
from collections.abc import Iterator, Sequence
from operator import lt
from typing import Any, Final

from sqlalchemy import Select, Table, bindparam, delete, insert, select, update

from penstock.store import tables
from penstock.store.segments import (
    SEGMENT_POINTS,
    Points,
    decode_tail,
    encode_tail,
    in_order,
    join,
    outline,
    pack,
    unpack,
)
from penstock.store.transaction import Tx

_Row = dict[str, Any]
Moment = tuple[int, int, float]

# Blocks with fewer points are loose; so many loose blocks are merged into one, so that a tail never has many rows.
LOOSE_POINTS: Final = 64
MOST_LOOSE_BLOCKS: Final = 64

_series = tables.series
_tail = tables.tail
_segments = tables.segments
_COLUMNS: Final = tuple(column.name for column in _series.columns)
_FIND: Final = select(_series).where(_series.c.run == bindparam("run_"), _series.c.key == bindparam("key_"))
_OF_RUN: Final = select(_series).where(_series.c.run == bindparam("run_"))
_NEW: Final = tuple(name for name in _COLUMNS if name != "id")
_ADD: Final = insert(_series).values({name: bindparam(name) for name in _NEW}).returning(_series.c.id)
_CHANGING: Final = tuple(name for name in _NEW if name not in {"run", "key"})
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


def append(tx: Tx, run: int, key: str, points: Points) -> None:
    """Add points, which may come in any order, to a metric of the run in row ``run``."""
    key_row = tx.key(key)
    found = tx.first(_FIND, {"run_": run, "key_": key_row})
    if found is None:
        _begin(tx, run, key_row, _unrepeated(points))
        return
    row = dict(zip(_COLUMNS, found, strict=True))
    points = _new_points(tx, row, points)
    if points.steps:
        _note(row, points)
        _store(tx, row, points)
        _update(tx, row)


def _begin(tx: Tx, run: int, key: int, points: Points) -> None:
    step, timestamp, value = points.steps[0], points.timestamps[0], _number(points.values[0])
    row: _Row = {"run": run, "key": key, "count": 0, "tail_count": 0, "loose_blocks": 0, "next_seq": 0}
    row |= {"max_timestamp": timestamp}
    row |= {"min_value": None, "min_step": None, "max_value": None, "max_step": None}
    row |= {"last_value": value, "last_step": step, "last_timestamp": timestamp}
    row |= {"first_value": value, "first_step": step, "first_timestamp": timestamp}
    _note(row, points)
    small = len(points.steps) < SEGMENT_POINTS
    if small:
        row |= {"tail_count": len(points.steps), "next_seq": 1, "loose_blocks": int(_is_loose(points))}
    created = tx.first(_ADD, row)
    assert created is not None  # an INSERT ... RETURNING returns the row it made
    row["id"] = created[0]
    if small:
        tx.run(_ADD_BLOCK, {"series": row["id"], "seq": 0, "points": encode_tail(points), **_bounds(points)})
    else:
        _store(tx, row, points)
        _update(tx, row)


def _update(tx: Tx, row: _Row) -> None:
    tx.run(_UPDATE, {"id_": row["id"], **{name: row[name] for name in _CHANGING}})


def pack_tails(tx: Tx, run: int) -> None:
    """Pack what is left in the tails of a run that has ended, where it is worth a segment's overhead."""
    for found in tx.all(_OF_RUN, {"run_": run}):
        row = dict(zip(_COLUMNS, found, strict=True))
        if row["tail_count"] > STRAY_POINTS:
            _store(tx, row, Points([], [], []), everything=True)
            _update(tx, row)


STRAY_POINTS: Final = 64
"""So few points stay in the tail when a run ends."""


# ---- what is new


def _new_points(tx: Tx, row: _Row, points: Points) -> Points:
    """The points without those that the series has already, and without repetitions among themselves."""
    steps = points.steps
    # The usual case: each step is beyond every one before.
    if steps[0] > row["last_step"] and _rising(steps):
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


def _rising(steps: Sequence[int]) -> bool:
    return all(map(lt, steps, steps[1:]))


def _unrepeated(points: Points) -> Points:
    if _rising(points.steps):
        return points
    places: dict[Moment, int] = {}
    for i, moment in enumerate(_moments(points)):
        places.setdefault(moment, i)
    return points if len(places) == len(points.steps) else points.pick(list(places.values()))


# ---- what the series row says


def _note(row: _Row, points: Points) -> None:
    row["count"] += len(points.steps)
    _note_ends(row, points)
    _note_extremes(row, points)


def _note_ends(row: _Row, points: Points) -> None:
    """Keep the points with the greatest and the least (step, timestamp, value)."""
    if _rising(points.steps):
        ends = [tuple(column[i] for column in points) for i in (0, -1)]
    else:
        ranked = list(zip(points.steps, points.timestamps, map(_comparable, points.values), strict=True))
        ends = [min(ranked), max(ranked)]
    for name, end, better in (("first", ends[0], lt), ("last", ends[1], _greater)):
        step, timestamp, value = end
        held = (row[f"{name}_step"], row[f"{name}_timestamp"], _comparable(row[f"{name}_value"]))
        if better((step, timestamp, _comparable(value)), held):
            row |= {f"{name}_step": step, f"{name}_timestamp": timestamp, f"{name}_value": _number(value)}


def _greater(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return one > other


def _comparable(value: float | None) -> float:
    """NaN ranks below every number: a number at the same moment replaces it."""
    return -math.inf if value is None or value != value else value


def _number(value: float) -> float | None:
    """What a column holds for a value: NULL for NaN."""
    return None if value != value or math.isinf(value) else value


def _note_extremes(row: _Row, points: Points) -> None:
    row["max_timestamp"] = max(row["max_timestamp"], *points.timestamps)
    values: Sequence[float] = points.values
    if math.isnan(sum(values)):
        values = [value for value in values if value == value]
        if not values:
            return
    for name, value, better in (("min", min(values), lt), ("max", max(values), _above)):
        held = row[f"{name}_value"]
        if held is None or better(value, held):
            row |= {f"{name}_value": value, f"{name}_step": points.steps[points.values.index(value)]}


def _above(one: float, other: float) -> bool:
    return one > other


# ---- where the points go


def _store(tx: Tx, row: _Row, points: Points, *, everything: bool = False) -> None:
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


def _add_block(tx: Tx, row: _Row, points: Points) -> None:
    place = {"series": row["id"], "seq": row["next_seq"]}
    tx.run(_ADD_BLOCK, {**place, **_bounds(points), "points": encode_tail(points)})
    row["next_seq"] += 1
    row["tail_count"] += len(points.steps)
    row["loose_blocks"] += _is_loose(points)


def _merge_loose(tx: Tx, row: _Row) -> None:
    loose = join([decode_tail(block) for (block,) in tx.all(_LOOSE_BLOCKS, {"series_": row["id"]})])
    tx.run(_DROP_LOOSE_BLOCKS, {"series_": row["id"]})
    row["tail_count"] -= len(loose.steps)
    row["loose_blocks"] = 0
    _add_block(tx, row, loose)


def _add_segment(tx: Tx, row: _Row, points: Points) -> None:
    place = {"series": row["id"], "seq": row["next_seq"]}
    tx.run(_ADD_SEGMENT, {**place, **_bounds(points), "outline": outline(points), "points": pack(points)})
    row["next_seq"] += 1


def _is_loose(points: Points) -> bool:
    return len(points.steps) < LOOSE_POINTS


def _bounds(points: Points) -> dict[str, int]:
    return {
        "count": len(points.steps),
        "min_step": min(points.steps),
        "max_step": max(points.steps),
        "min_timestamp": min(points.timestamps),
        "max_timestamp": max(points.timestamps),
    }
