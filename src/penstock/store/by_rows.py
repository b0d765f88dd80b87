"""Queries for what belongs to some rows, compiled once however many rows are asked about."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam

from penstock.store.transaction import Tx

# So many places a statement has; no row has the number that fills those which are not needed.
_SIZES: Final = (1, 16, 128)
_NO_ROW: Final = -1
_NAMES: Final = tuple(f"row_{i}" for i in range(_SIZES[-1]))


class ByRows:
    """A query, to be asked for those of its results whose ``column`` is one of some row numbers."""

    def __init__(self, query: Select[Any], column: ColumnElement[int]) -> None:
        """Prepare ``query``; it must live as long as its module."""
        self._statements = [query.where(column.in_(list(map(bindparam, _NAMES[:size])))) for size in _SIZES]

    def all(self, tx: Tx, rows: Sequence[int], **others: int) -> list[tuple[Any, ...]]:
        """What belongs to ``rows``, in no order; ``others`` are further parameters of the query."""
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(rows), _SIZES[-1]):
            part = rows[start : start + _SIZES[-1]]
            place = bisect_left(_SIZES, len(part))
            spare = [_NO_ROW] * (_SIZES[place] - len(part))
            given = dict(zip(_NAMES, [*part, *spare], strict=False)) | others
            found.extend(tx.all(self._statements[place], given))
        return found
