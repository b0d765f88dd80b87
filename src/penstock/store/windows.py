"""Curves for charts: few points that look like all of them.

A window of many points is drawn from the least and the greatest point of each of many intervals of the horizontal
axis, so that no spike is missed. Whole segments inside a long window give their outlines instead of their points, and
those at its ends are read in full.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import le
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from penstock.store import tables
from penstock.store.history import read_segment, read_tail
from penstock.store.segments import SEGMENT_POINTS, Points, in_order, join, unpack
from penstock.store.transaction import Tx

_segments = tables.segments
_OUTLINES: Final = (
    select(_segments.c.id, _segments.c.count, _segments.c.min_step, _segments.c.max_step, _segments.c.outline)
    .where(
        _segments.c.series == bindparam("series_"),
        _segments.c.max_step >= bindparam("low"),
        _segments.c.min_step <= bindparam("high"),
    )
    .order_by(_segments.c.seq)
)
# So many points are read in full: their extremes are then exact for every interval.
_FULL_POINTS: Final = 5 * SEGMENT_POINTS
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


class Curve(NamedTuple):
    """Points by step and time; ``exact`` when none of the window's points was left out."""

    points: Points
    exact: bool


def window(tx: Tx, series: int, max_points: int, start_step: int | None = None, end_step: int | None = None) -> Curve:
    """The points of a series between two steps (inclusive), or about ``max_points`` that show their extremes."""
    low = _LOWEST if start_step is None else start_step
    high = _HIGHEST if end_step is None else end_step
    segments = tx.all(_OUTLINES, {"series_": series, "low": low, "high": high})
    full = sum(segment[1] for segment in segments) <= max(_FULL_POINTS, max_points)
    parts: list[Points] = []
    for segment, _, min_step, max_step, outline in segments:
        if full or min_step < low or max_step > high:
            parts.append(_inside(read_segment(tx, segment), low, high))
        else:
            parts.append(unpack(outline))
    parts.append(_inside(read_tail(tx, series), low, high))
    points = _by_step(join(parts))
    if full and len(points.steps) <= max_points:
        return Curve(points, exact=True)
    return Curve(_extremes(points, max(1, max_points // 2)), exact=False)


def _inside(points: Points, low: int, high: int) -> Points:
    steps = points.steps
    if not steps or (min(steps) >= low and max(steps) <= high):
        return points
    return points.pick([i for i, step in enumerate(steps) if low <= step <= high])


def _by_step(points: Points) -> Points:
    steps = points.steps
    if all(map(le, steps, steps[1:])):
        return in_order(points) if steps and steps[0] == steps[-1] else points
    points = in_order(points)
    return points.pick(sorted(range(len(steps)), key=points.steps.__getitem__))


def _extremes(points: Points, intervals: int) -> Points:
    """The first and last point, and the least and greatest of each interval of steps (of time, if no step differs)."""
    if not points.steps:
        return points
    axis = points.steps if points.steps[-1] > points.steps[0] else points.timestamps
    chosen = {0, len(axis) - 1}
    for start, end in _intervals(axis, intervals):
        stretch = points.values[start:end]
        if sum(stretch) != sum(stretch):
            stretch = [value for value in stretch if value == value]
        if stretch:
            values = points.values
            chosen.add(values.index(min(stretch), start, end))
            chosen.add(values.index(max(stretch), start, end))
    return points.pick(sorted(chosen))


def _intervals(axis: Sequence[int], count: int) -> Iterator[tuple[int, int]]:
    """Where each of ``count`` equal intervals of the axis begins and ends among the points."""
    low, high = axis[0], axis[-1]
    span = high - low + 1
    start = 0
    for i in range(1, count + 1):
        end = bisect_left(axis, low + span * i // count, start)
        if end > start:
            yield start, end
        start = end
