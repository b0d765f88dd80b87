"""Small stores: rows as plain values, and how they get into the tables."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, insert

from penstock.store import tables


class ExperimentRow(Struct, frozen=True):
    """An experiment."""

    row: int
    name: str
    created: int = 0
    updated: int = 0
    stage: str = "active"
    tags: Mapping[str, str] = {}


class RunRow(Struct, frozen=True):
    """A run with the last values of its metrics."""

    row: int
    run_id: str
    experiment: int
    name: str = "n"
    status: str = "FINISHED"
    user_id: str = "me"
    artifact_uri: str = "u"
    start: int = 0
    end: int | None = None
    stage: str = "active"
    metrics: Mapping[str, float] = {}
    params: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}

    def columns(self) -> dict[str, Any]:
        """The run as a row of the table."""
        return {
            "id": self.row,
            "run_id": self.run_id,
            "experiment": self.experiment,
            "name": self.name,
            "user_id": self.user_id,
            "status": self.status,
            "start_time": self.start,
            "end_time": self.end,
            "lifecycle_stage": self.stage,
            "artifact_uri": self.artifact_uri,
            "revision": 1,
        }


_SERIES = {
    "count": 1, "last_step": 0, "last_timestamp": 0, "first_value": 0.0, "first_step": 0, "first_timestamp": 0,
    "max_timestamp": 0, "tail_count": 0, "next_seq": 0,
}  # fmt: skip


def fill(tx: Connection, experiments: Sequence[ExperimentRow], runs: Sequence[RunRow]) -> None:
    """Write experiments and runs into empty tables."""
    for one in experiments:
        row = {"id": one.row, "name": one.name, "artifact_location": "u", "lifecycle_stage": one.stage, "revision": 1}
        times = {"creation_time": one.created, "last_update_time": one.updated}
        tx.execute(insert(tables.experiments).values(**row, **times))
        for key, value in one.tags.items():
            tx.execute(insert(tables.experiment_tags).values(experiment=one.row, key=key, value=value))
    names = sorted({key for run in runs for kind in (run.metrics, run.params, run.tags) for key in kind})
    ids = {name: number for number, name in enumerate(names, start=1)}
    for name, row_id in ids.items():
        tx.execute(insert(tables.keys).values(id=row_id, name=name))
    for run in runs:
        tx.execute(insert(tables.runs).values(**run.columns()))
        for key, number in run.metrics.items():
            last = None if math.isnan(number) else number
            tx.execute(insert(tables.series).values(run=run.row, key=ids[key], last_value=last, **_SERIES))
        for table, texts in ((tables.params, run.params), (tables.tags, run.tags)):
            for key, text in texts.items():
                tx.execute(insert(table).values(run=run.row, key=ids[key], value=text))
