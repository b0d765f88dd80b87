"""Queries for what belongs to some rows, compiled once however many rows are asked about."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam

from penstock.store.transaction import Tx

_AT_ONCE: Final = 100
# No row has this number: it fills up the places that are not needed.
_NO_ROW: Final = -1
_NAMES: Final = tuple(f"row_{i}" for i in range(_AT_ONCE))


class ByRows:
    """A query, to be asked for those of its results whose ``column`` is one of some row numbers."""

    def __init__(self, query: Select[Any], column: ColumnElement[int]) -> None:
        """Prepare ``query``; it must live as long as its module."""
        self._of_one = query.where(column == bindparam("row_0"))
        self._of_many = query.where(column.in_([bindparam(name) for name in _NAMES]))

    def all(self, tx: Tx, rows: Sequence[int]) -> list[tuple[Any, ...]]:
        """What belongs to ``rows``, in no order."""
        if len(rows) == 1:
            return tx.all(self._of_one, {"row_0": rows[0]})
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            given = dict.fromkeys(_NAMES, _NO_ROW) | dict(zip(_NAMES, part, strict=False))
            found.extend(tx.all(self._of_many, given))
        return found
