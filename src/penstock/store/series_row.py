"""The row of a series: what is kept of its points, so that tables and searches need not read them."""

import math
from collections.abc import Sequence
from operator import gt, lt
from typing import Any, Final

from penstock.store import tables
from penstock.store.segments import Points, rising

Row = dict[str, Any]
"""The columns of ``tables.series`` by name."""

_COLUMNS: Final = tuple(column.name for column in tables.series.columns)
NEW: Final = tuple(name for name in _COLUMNS if name != "id")
"""The columns that a new row is given."""


def as_row(found: tuple[Any, ...]) -> Row:
    """A row as it was selected, by name."""
    return dict(zip(_COLUMNS, found, strict=True))


def new_row(run: int, key: int, points: Points) -> Row:
    """The row of a series that begins with these points, none of which is stored yet."""
    step, timestamp, value = points.steps[0], points.timestamps[0], _column(points.values[0])
    row: Row = dict.fromkeys(NEW)
    row |= {"run": run, "key": key, "count": 0, "tail_count": 0, "loose_blocks": 0, "next_seq": 0}
    row |= {"last_value": value, "last_step": step, "last_timestamp": timestamp, "max_timestamp": timestamp}
    row |= {"first_value": value, "first_step": step, "first_timestamp": timestamp}
    note(row, points)
    return row


def note(row: Row, points: Points) -> None:
    """Take points that are new into account."""
    row["count"] += len(points.steps)
    _note_ends(row, points)
    _note_extremes(row, points)


def _note_ends(row: Row, points: Points) -> None:
    """Keep the points with the greatest and the least (step, timestamp, value)."""
    if rising(points.steps):
        ends = [tuple(column[i] for column in points) for i in (0, -1)]
    else:
        ranked = list(zip(points.steps, points.timestamps, map(_comparable, points.values), strict=True))
        ends = [min(ranked), max(ranked)]
    for name, (step, timestamp, value), better in (("first", ends[0], lt), ("last", ends[1], gt)):
        held = (row[f"{name}_step"], row[f"{name}_timestamp"], _comparable(row[f"{name}_value"]))
        if better((step, timestamp, _comparable(value)), held):
            row |= {f"{name}_step": step, f"{name}_timestamp": timestamp, f"{name}_value": _column(value)}


def _comparable(value: float | None) -> float:
    """NaN ranks below every number: a number at the same moment replaces it."""
    return -math.inf if value is None or value != value else value


def _column(value: float) -> float | None:
    """What a column holds for a value: NULL for NaN, which ``_comparable`` may have made infinite."""
    return None if value != value or math.isinf(value) else value


def _note_extremes(row: Row, points: Points) -> None:
    row["max_timestamp"] = max(row["max_timestamp"], max(points.timestamps))  # noqa: PLW3301 - unpacking thousands costs more
    values: Sequence[float] = points.values
    if math.isnan(sum(values)):
        values = [value for value in values if value == value]
        if not values:
            return
    for name, value, better in (("min", min(values), lt), ("max", max(values), gt)):
        held = row[f"{name}_value"]
        if held is None or better(value, held):
            row |= {f"{name}_value": value, f"{name}_step": points.steps[points.values.index(value)]}
