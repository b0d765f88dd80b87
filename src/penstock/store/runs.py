"""Runs in the store."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Select, Table, bindparam, insert, select, update

from penstock.entities import wellknown
from penstock.entities.ids import ExperimentId, RunId
from penstock.entities.metric import Metric, Param, RunTag
from penstock.entities.run import Run, RunData, RunInfo
from penstock.store import tables
from penstock.store.by_rows import ByRows
from penstock.store.transaction import Tx

T = TypeVar("T")

_runs = tables.runs
_keys = tables.keys
_series = tables.series


class RunRow(NamedTuple):
    """The row of a run."""

    id: int
    run_id: str
    experiment: int
    name: str
    user_id: str
    status: str
    start_time: int
    end_time: int | None
    lifecycle_stage: str
    artifact_uri: str


_COLUMNS: Final = tuple(_runs.c[name] for name in RunRow._fields)
_FIND: Final = select(*_COLUMNS).where(_runs.c.run_id == bindparam("wanted"))
_GIVEN: Final = ("run_id", "experiment", "name", "user_id", "status", "start_time", "artifact_uri")
_ADD: Final = (
    insert(_runs)
    .values({name: bindparam(name) for name in _GIVEN} | {"lifecycle_stage": "active", "revision": 0})
    .returning(*_COLUMNS)
)
_SET_STATUS: Final = (
    update(_runs)
    .where(_runs.c.id == bindparam("row"))
    .values(status=bindparam("new_status"), end_time=bindparam("new_end_time"), name=bindparam("new_name"))
)
_LOG_ARTIFACT: Final = insert(tables.artifacts).prefix_with("OR REPLACE", dialect="sqlite").values(
    {c.name: bindparam(c.name) for c in tables.artifacts.columns}
)  # fmt: skip


def find(tx: Tx, run_id: str) -> RunRow | None:
    """The run of that id, deleted or not."""
    found = tx.first(_FIND, {"wanted": run_id})
    return RunRow(*found) if found else None


class NewRun(NamedTuple):
    """A run to be: ``location`` is where its experiment keeps artifacts; ``start_time`` in milliseconds since 1970."""

    run_id: str
    experiment: int
    location: str
    name: str
    user_id: str
    start_time: int


def create(tx: Tx, new: NewRun) -> RunRow:
    """Add a run, RUNNING, whose id is free."""
    given = {name: getattr(new, name) for name in ("run_id", "experiment", "name", "user_id", "start_time")}
    uri = f"{new.location}/{new.run_id}/artifacts"
    created = tx.first(_ADD, {**given, "status": "RUNNING", "artifact_uri": uri})
    assert created is not None  # an INSERT ... RETURNING returns the row it made
    row = RunRow(*created)
    tx.touch_run(row.id)
    return row


def change_status(tx: Tx, row: RunRow, status: str, end_time: int | None, name: str) -> RunRow:
    """Give a run another status, end and name."""
    tx.run(_SET_STATUS, {"row": row.id, "new_status": status, "new_end_time": end_time, "new_name": name})
    tx.touch_run(row.id)
    return row._replace(status=status, end_time=end_time, name=name)


def change_stage(tx: Tx, rows: Sequence[int], stage: str) -> None:
    """Put runs into the bin, or take them out."""
    deleted_time = tx.now if stage == "deleted" else None
    tx.sql.execute(update(_runs).where(_runs.c.id.in_(rows)).values(lifecycle_stage=stage, deleted_time=deleted_time))
    for row in rows:
        tx.touch_run(row)


def rows_of_experiment(tx: Tx, experiment: int, stage: str, since: int | None = None) -> list[int]:
    """The rows of an experiment's runs in a stage; of deleted ones, those deleted at ``since``."""
    query = select(_runs.c.id).where(_runs.c.experiment == experiment, _runs.c.lifecycle_stage == stage)
    if since is not None:
        query = query.where(_runs.c.deleted_time == since)
    return list(tx.sql.execute(query).scalars())


def log_artifact(tx: Tx, row: int, path: str, size: int, sha256: str) -> None:
    """Note that a file of the run is in the artifact store, over what was noted for that path."""
    tx.run(_LOG_ARTIFACT, {"run": row, "path": path, "size": size, "sha256": sha256})


# ---- whole runs


def run_info(row: RunRow) -> RunInfo:
    """The head of a run as everybody sees it."""
    return RunInfo(
        run_id=RunId(row.run_id),
        run_uuid=RunId(row.run_id),
        experiment_id=ExperimentId(str(row.experiment)),
        run_name=row.name,
        user_id=row.user_id,
        status=row.status,
        start_time=row.start_time,
        end_time=row.end_time or 0,
        artifact_uri=row.artifact_uri,
        lifecycle_stage=row.lifecycle_stage,
    )


def _of_table(table: Table, *values: str) -> Select[Any]:
    """Name and values of what ``table`` holds for each run."""
    columns = (table.c.run, _keys.c.name, *(table.c[value] for value in values))
    return select(*columns).join(_keys, _keys.c.id == table.c.key)


_HEADS: Final = ByRows(select(*_COLUMNS), _runs.c.id)
_LATEST: Final = ByRows(_of_table(_series, "last_value", "last_timestamp", "last_step"), _series.c.run)
_PARAMS: Final = ByRows(_of_table(tables.params, "value"), tables.params.c.run)
_TAGS: Final = ByRows(_of_table(tables.tags, "value"), tables.tags.c.run)
_SHORT_TAGS: Final = ByRows(
    _of_table(tables.tags, "value").where(*(_keys.c.name != name for name in sorted(wellknown.LONG))), tables.tags.c.run
)


def load(tx: Tx, rows: Sequence[int], *, with_long_tags: bool = True) -> list[Run]:
    """The runs in these rows, whole, in this order; perhaps without the long tags that each records by itself."""
    heads = {head[0]: RunRow(*head) for head in _HEADS.all(tx, rows)}
    metrics = _by_run(_LATEST.all(tx, rows), _last)
    params = _by_run(_PARAMS.all(tx, rows), Param)
    tags = _by_run((_TAGS if with_long_tags else _SHORT_TAGS).all(tx, rows), RunTag)
    return [
        Run(
            info=run_info(heads[row]),
            data=RunData(metric_list=metrics.get(row, []), param_list=params.get(row, []), tag_list=tags.get(row, [])),
        )
        for row in rows
    ]


def _by_run(found: list[tuple[Any, ...]], kind: Callable[..., T]) -> dict[int, list[T]]:
    """For each run what was found of it, by name."""
    found.sort(key=itemgetter(0, 1))
    of_run: dict[int, list[T]] = {}
    for row, *values in found:
        of_run.setdefault(row, []).append(kind(*values))
    return of_run


def _last(key: str, value: float | None, timestamp: int, step: int) -> Metric:
    return Metric(key, float("nan") if value is None else value, timestamp, step)
