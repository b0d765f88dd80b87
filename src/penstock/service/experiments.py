"""The rules for experiments."""

import re
from typing import Final

from penstock.entities.experiment import Experiment, LifecycleStage, ViewType
from penstock.entities.metric import ExperimentTag
from penstock.entities.rules import (
    MAX_EXPERIMENT_NAME_LENGTH,
    MAX_EXPERIMENT_TAG_VALUE_LENGTH,
    check_key,
    check_text,
)
from penstock.errors import AlreadyExists, InvalidParameter, InvalidState, NotFound
from penstock.operations import experiments as ops
from penstock.operations.base import Nothing
from penstock.search.grammar import parse_experiments_filter
from penstock.search.ordering import parse_experiments_order
from penstock.search.paging import next_token, read_token
from penstock.service.work import Work
from penstock.store import experiments, runs
from penstock.store.search_sql import find_experiments

MAX_RESULTS: Final = 50_000
_INTEGER: Final = re.compile(r"[0-9]{1,18}")


def experiment_row(text: str) -> int:
    """The row that an experiment id names.

    Raises:
        InvalidParameter: it is not a decimal integer.
    """
    if not _INTEGER.fullmatch(text):
        raise InvalidParameter(f"Invalid experiment id {text[:100]!r}: it must be a decimal integer.")
    return int(text)


def view_type(text: str) -> ViewType:
    """The view type of that name; as on the wire, an unknown one means active things only."""
    return ViewType(text) if text in ViewType.__members__ else ViewType.ACTIVE_ONLY


def check_max_results(count: int, limit: int = MAX_RESULTS) -> int:
    """Return ``count`` if a page may have so many.

    Raises:
        InvalidParameter: it is below 1 or over the limit.
    """
    if not 1 <= count <= limit:
        raise InvalidParameter(f"Invalid value {count} for parameter 'max_results': it must be between 1 and {limit}.")
    return count


def existing(work: Work, experiment_id: str) -> Experiment:
    """The experiment of that id, deleted or not.

    Raises:
        NotFound: there is none.
    """
    found = experiments.load(work.tx, [experiment_row(experiment_id)])
    if not found:
        raise NotFound(f"No experiment with id {experiment_id} exists.")
    return found[0]


def active(work: Work, experiment_id: str) -> Experiment:
    """The experiment of that id, which must not be deleted.

    Raises:
        NotFound: there is none.
        InvalidState: it is deleted.
    """
    experiment = existing(work, experiment_id)
    if experiment.lifecycle_stage != LifecycleStage.ACTIVE:
        raise InvalidState(f"The experiment {experiment_id} ('{experiment.name}') is deleted; restore it first.")
    return experiment


def create(work: Work, op: ops.CreateExperiment) -> ops.ExperimentCreated:
    """Make an experiment; deleted ones keep their names."""
    name = _free_name(work, op.name)
    location = work.places.check_location(op.artifact_location) if op.artifact_location else ""
    row = experiments.create(work.tx, name, work.places.root, location)
    for tag in op.tags:
        _check_tag(tag.key, tag.value)
    experiments.set_tags(work.tx, row, op.tags)
    work.tx.tell("experiment.created", str(row), work.who.name, name=name)
    return ops.ExperimentCreated(experiment_id=str(row))


def get(work: Work, op: ops.GetExperiment) -> ops.ExperimentFound:
    """Look one up by id."""
    return ops.ExperimentFound(existing(work, op.experiment_id))


def get_by_name(work: Work, op: ops.GetExperimentByName) -> ops.ExperimentFound:
    """Look one up by name."""
    row = experiments.find_by_name(work.tx, op.experiment_name)
    if row is None:
        raise NotFound(f"No experiment with the name '{op.experiment_name[:200]}' exists.")
    return ops.ExperimentFound(experiments.load(work.tx, [row])[0])


def search(work: Work, op: ops.SearchExperiments) -> ops.ExperimentPage:
    """Find experiments."""
    count = check_max_results(op.max_results)
    offset = read_token(op.page_token)
    filter_, order = parse_experiments_filter(op.filter), parse_experiments_order(op.order_by)
    rows = find_experiments(work.tx.sql, filter_, order, view_type(op.view_type), count + 1, offset)
    token = next_token(offset + count) if len(rows) > count else ""
    return ops.ExperimentPage(experiments.load(work.tx, rows[:count]), token)


def rename(work: Work, op: ops.UpdateExperiment) -> Nothing:
    """Give one another name."""
    experiment = active(work, op.experiment_id)
    if op.new_name != experiment.name:
        name = _free_name(work, op.new_name)
        experiments.change(work.tx, int(experiment.experiment_id), name=name)
        work.tx.tell("experiment.renamed", experiment.experiment_id, work.who.name, old=experiment.name, new=name)
    return Nothing()


def delete(work: Work, op: ops.DeleteExperiment) -> Nothing:
    """Put one into the bin, with its runs."""
    experiment = existing(work, op.experiment_id)
    if experiment.lifecycle_stage != LifecycleStage.ACTIVE:
        raise NotFound(f"No active experiment with id {op.experiment_id} exists: it is deleted already.")
    row = int(experiment.experiment_id)
    experiments.change(work.tx, row, lifecycle_stage=LifecycleStage.DELETED.value)
    runs.change_stage(work.tx, runs.rows_of_experiment(work.tx, row, "active"), "deleted")
    work.tx.tell("experiment.deleted", op.experiment_id, work.who.name, name=experiment.name)
    return Nothing()


def restore(work: Work, op: ops.RestoreExperiment) -> Nothing:
    """Take one out of the bin, with the runs that went in together with it."""
    experiment = existing(work, op.experiment_id)
    if experiment.lifecycle_stage != LifecycleStage.DELETED:
        raise NotFound(f"No deleted experiment with id {op.experiment_id} exists: it is active.")
    row = int(experiment.experiment_id)
    rows = runs.rows_of_experiment(work.tx, row, "deleted", since=experiment.last_update_time)
    experiments.change(work.tx, row, lifecycle_stage=LifecycleStage.ACTIVE.value)
    runs.change_stage(work.tx, rows, "active")
    work.tx.tell("experiment.restored", op.experiment_id, work.who.name, name=experiment.name)
    return Nothing()


def set_tag(work: Work, op: ops.SetExperimentTag) -> Nothing:
    """Set a tag."""
    _check_tag(op.key, op.value)
    experiment = active(work, op.experiment_id)
    experiments.set_tags(work.tx, int(experiment.experiment_id), [ExperimentTag(op.key, op.value)])
    work.tx.tell("experiment.tagged", op.experiment_id, work.who.name, key=op.key)
    return Nothing()


def delete_tag(work: Work, op: ops.DeleteExperimentTag) -> Nothing:
    """Take a tag off."""
    experiment = active(work, op.experiment_id)
    if not experiments.delete_tag(work.tx, int(experiment.experiment_id), op.key):
        raise NotFound(f"The experiment {op.experiment_id} has no tag '{op.key[:100]}'.")
    work.tx.tell("experiment.untagged", op.experiment_id, work.who.name, key=op.key)
    return Nothing()


def _check_tag(key: str, value: str) -> None:
    check_key(key, "experiment tag key")
    check_text(value, MAX_EXPERIMENT_TAG_VALUE_LENGTH, f"value of the experiment tag '{key}'")


def _free_name(work: Work, name: str) -> str:
    check_text(name, MAX_EXPERIMENT_NAME_LENGTH, "experiment name")
    row = experiments.find_by_name(work.tx, name)
    if row is not None:
        held = experiments.load(work.tx, [row])[0]
        deleted = ", deleted: restore it or choose another name" if held.lifecycle_stage == "deleted" else ""
        raise AlreadyExists(f"An experiment named '{name}' exists already (id {row}{deleted}).")
    return name
