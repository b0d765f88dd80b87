"""Experiments in the store."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from penstock.entities.experiment import Experiment
from penstock.entities.ids import ExperimentId
from penstock.entities.metric import ExperimentTag
from penstock.store import tables
from penstock.store.by_rows import ByRows
from penstock.store.transaction import Tx

_experiments = tables.experiments
_tags = tables.experiment_tags
_COLUMNS: Final = (
    _experiments.c.id,
    _experiments.c.name,
    _experiments.c.artifact_location,
    _experiments.c.lifecycle_stage,
    _experiments.c.creation_time,
    _experiments.c.last_update_time,
)
_BY_NAME: Final = select(_experiments.c.id).where(_experiments.c.name == bindparam("wanted"))
_HEADS: Final = ByRows(select(*_COLUMNS), _experiments.c.id)
_TAGS_OF: Final = ByRows(select(_tags.c.experiment, _tags.c.key, _tags.c.value), _tags.c.experiment)
_ADD: Final = (
    insert(_experiments)
    .values(
        name=bindparam("name"),
        artifact_location=bindparam("artifact_location"),
        lifecycle_stage="active",
        creation_time=bindparam("now"),
        last_update_time=bindparam("now"),
        revision=0,
    )
    .returning(_experiments.c.id)
)
_LOCATE: Final = (
    update(_experiments)
    .where(_experiments.c.id == bindparam("row"))
    .values(artifact_location=bindparam("artifact_location"))
)
_PUT_TAG: Final = (
    upsert(_tags)
    .values(experiment=bindparam("experiment"), key=bindparam("key"), value=bindparam("value"))
    .on_conflict_do_update(index_elements=["experiment", "key"], set_={"value": bindparam("value")})
)
_DROP_TAG: Final = (
    delete(_tags)
    .where(_tags.c.experiment == bindparam("row"), _tags.c.key == bindparam("wanted"))
    .returning(_tags.c.key)
)


def find_by_name(tx: Tx, name: str) -> int | None:
    """The row of the experiment of that name, deleted or not."""
    found = tx.first(_BY_NAME, {"wanted": name})
    return found[0] if found else None


def create(tx: Tx, name: str, artifact_root: str, artifact_location: str = "") -> int:
    """Add an experiment whose name is free; without a location of its own it gets a folder below ``artifact_root``."""
    created = tx.first(_ADD, {"name": name, "artifact_location": artifact_location, "now": tx.now})
    assert created is not None  # an INSERT ... RETURNING returns the row it made
    row: int = created[0]
    if not artifact_location:
        tx.run(_LOCATE, {"row": row, "artifact_location": f"{artifact_root.rstrip('/')}/{row}"})
    tx.touch_experiment(row)
    return row


def load(tx: Tx, rows: Sequence[int]) -> list[Experiment]:
    """The experiments in these rows, in this order; rows that are not there are left out."""
    found = {head[0]: head for head in _HEADS.all(tx, rows)}
    tags: dict[int, list[ExperimentTag]] = {row: [] for row in rows}
    for row, key, value in sorted(_TAGS_OF.all(tx, rows)):
        tags[row].append(ExperimentTag(key, value))
    return [_entity(found[row], tags[row]) for row in rows if row in found]


def _entity(head: Any, tags: list[ExperimentTag]) -> Experiment:
    row, name, location, stage, created, updated = head
    return Experiment(
        experiment_id=ExperimentId(str(row)),
        name=name,
        artifact_location=location,
        lifecycle_stage=stage,
        creation_time=created,
        last_update_time=updated,
        tag_list=tags,
    )


def change(tx: Tx, row: int, **columns: str | int) -> None:
    """Give columns of an experiment new values."""
    tx.sql.execute(update(_experiments).where(_experiments.c.id == row).values(last_update_time=tx.now, **columns))
    tx.touch_experiment(row)


def set_tags(tx: Tx, row: int, tags: Iterable[ExperimentTag]) -> None:
    """Set tags, over what was there."""
    tx.run_many(_PUT_TAG, [{"experiment": row, "key": tag.key, "value": tag.value} for tag in tags])
    tx.touch_experiment(row)


def delete_tag(tx: Tx, row: int, key: str) -> bool:
    """Take a tag off; whether it was there."""
    tx.touch_experiment(row)
    return tx.first(_DROP_TAG, {"row": row, "wanted": key}) is not None
