"""What the tables of a page show without reading points: the names in use, and summaries of series."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Table, bindparam, literal, select

from penstock.entities.metric import Extreme, Metric, SeriesSummary
from penstock.store import tables
from penstock.store.transaction import Tx

_series = tables.series
_keys = tables.keys
_OF_RUN: Final = (
    select(
        _keys.c.name,
        _series.c.count,
        _series.c.first_value,
        _series.c.first_timestamp,
        _series.c.first_step,
        _series.c.last_value,
        _series.c.last_timestamp,
        _series.c.last_step,
        _series.c.min_value,
        _series.c.min_step,
        _series.c.max_value,
        _series.c.max_step,
    )
    .join(_keys, _keys.c.id == _series.c.key)
    .where(_series.c.run == bindparam("run_"))
    .order_by(_keys.c.name)
)


def names_in(tx: Tx, experiments: Sequence[int]) -> tuple[list[str], list[str], list[str]]:
    """The names of metrics, params and tags that runs of these experiments have, sorted."""
    metrics, params, tags = (_names(tx, table, experiments) for table in (_series, tables.params, tables.tags))
    return metrics, params, tags


def _names(tx: Tx, table: Table, experiments: Sequence[int]) -> list[str]:
    # For each name the search ends at the first run that has it. The run's experiment is looked up run by run: as a
    # join, the database would rather begin with all runs of the experiment.
    experiment = select(tables.runs.c.experiment).where(tables.runs.c.id == table.c.run).scalar_subquery()
    used = select(literal(1)).where(table.c.key == _keys.c.id, experiment.in_(experiments)).exists()
    return sorted(tx.sql.execute(select(_keys.c.name).where(used)).scalars())


def summaries(tx: Tx, run: int) -> list[SeriesSummary]:
    """Each series of a run, by key."""
    return [_summary(*row) for row in tx.all(_OF_RUN, {"run_": run})]


def _summary(key: str, count: int, *numbers: Any) -> SeriesSummary:
    """A summary from a row of ``_OF_RUN``."""
    first, last, (min_value, min_step, max_value, max_step) = numbers[:3], numbers[3:6], numbers[6:]
    return SeriesSummary(
        key=key,
        count=count,
        first=_point(key, *first),
        last=_point(key, *last),
        least=None if min_value is None else Extreme(min_value, min_step),
        greatest=None if max_value is None else Extreme(max_value, max_step),
    )


def _point(key: str, stored: float | None, timestamp: int, step: int) -> Metric:
    return Metric(key, float("nan") if stored is None else stored, timestamp, step)
