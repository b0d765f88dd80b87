"""The rules for runs: begin, change, end, and what they log call by call."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from penstock.entities import rules, wellknown
from penstock.entities.experiment import LifecycleStage
from penstock.entities.ids import new_run_id
from penstock.entities.names import random_run_name
from penstock.entities.run import RunStatus
from penstock.errors import InvalidParameter, NotFound
from penstock.operations import runs as ops
from penstock.operations.base import Nothing
from penstock.service import experiments
from penstock.service.work import Work
from penstock.store import attributes, runs, series
from penstock.store.runs import NewRun, RunRow
from penstock.store.segments import Points

_TERMINAL: Final = frozenset(status.value for status in RunStatus if status.is_terminal)


def existing(work: Work, run_id: str) -> RunRow:
    """The run of that id, deleted or not.

    Raises:
        InvalidParameter: the id cannot be one.
        NotFound: there is none.
    """
    row = runs.find(work.tx, rules.check_run_id(run_id))
    if row is None:
        raise NotFound(f"No run with id '{run_id}' exists.")
    return row


def active(work: Work, run_id: str) -> RunRow:
    """The run of that id, which must not be deleted.

    Raises:
        NotFound: there is none.
        InvalidParameter: it is deleted.
    """
    row = existing(work, run_id)
    if row.lifecycle_stage != LifecycleStage.ACTIVE:
        raise InvalidParameter(f"The run '{run_id}' is deleted; restore it first.")
    return row


def create(work: Work, op: ops.CreateRun) -> ops.RunFound:
    """Start a run under an id of ours."""
    experiment = experiments.active(work, op.experiment_id or "0")
    tags = {tag.key: tag.value for tag in op.tags}
    for key, value in tags.items():
        check_tag(key, value)
    named = tags.get(wellknown.RUN_NAME, "")
    if op.run_name and named and op.run_name != named:
        raise InvalidParameter(f"The run is named '{op.run_name}' and, by its tag {wellknown.RUN_NAME}, '{named}'.")
    name = op.run_name or named or random_run_name()
    new = NewRun(
        new_run_id(), int(experiment.experiment_id), experiment.artifact_location, name, op.user_id, op.start_time
    )
    row = begin(work, new)
    attributes.set_tags(work.tx, row.id, {**tags, wellknown.RUN_NAME: name})
    return ops.RunFound(runs.load(work.tx, [row.id])[0])


def begin(work: Work, new: NewRun) -> RunRow:
    """Add a run to its experiment and tell of it; without a start time it starts now."""
    rules.check_text(new.name, rules.MAX_TAG_VALUE_LENGTH, "run name")
    rules.check_text(new.user_id, rules.MAX_KEY_LENGTH, "user id")
    row = runs.create(work.tx, new._replace(start_time=new.start_time or work.tx.now))
    who = new.user_id or work.who.name
    work.tx.tell("run.started", new.run_id, who, experiment_id=str(new.experiment), name=new.name)
    return row


def get(work: Work, op: ops.GetRun) -> ops.RunFound:
    """Look one up."""
    return ops.RunFound(runs.load(work.tx, [existing(work, op.run_id).id])[0])


def update(work: Work, op: ops.UpdateRun) -> ops.RunInfoFound:
    """Change status, end time or name."""
    row = active(work, op.run_id)
    # As on the wire, a status that is none of ours changes nothing.
    status = op.status if op.status in RunStatus.__members__ else row.status
    row = change(work, row, status, op.end_time or None, op.run_name)
    return ops.RunInfoFound(runs.run_info(row))


def change(work: Work, row: RunRow, status: str, end_time: int | None, name: str = "") -> RunRow:
    """Give a run a status and, perhaps, an end time and a name; a run that ends has its series packed."""
    if name:
        rules.check_text(name, rules.MAX_TAG_VALUE_LENGTH, "run name")
        attributes.set_tags(work.tx, row.id, {wellknown.RUN_NAME: name})
    if status not in _TERMINAL:
        end_time = None if status != row.status else end_time or row.end_time
    else:
        end_time = end_time or row.end_time
    if status != row.status:
        work.tx.tell("run.status", row.run_id, work.who.name, old=row.status, new=status)
        if status in _TERMINAL:
            series.pack_tails(work.tx, row.id)
    return runs.change_status(work.tx, row, status, end_time, name or row.name)


def delete(work: Work, op: ops.DeleteRun) -> Nothing:
    """Put one into the bin; one that is there stays there."""
    return _move(work, op.run_id, LifecycleStage.DELETED, "run.deleted")


def restore(work: Work, op: ops.RestoreRun) -> Nothing:
    """Take one out of the bin; one that is not there stays as it is."""
    return _move(work, op.run_id, LifecycleStage.ACTIVE, "run.restored")


def _move(work: Work, run_id: str, stage: LifecycleStage, kind: str) -> Nothing:
    row = existing(work, run_id)
    if row.lifecycle_stage != stage:
        runs.change_stage(work.tx, [row.id], stage.value)
        work.tx.tell(kind, run_id, work.who.name, name=row.name)
    return Nothing()


# ---- what runs log, call by call


def log_metric(work: Work, op: ops.LogMetric) -> Nothing:
    """Log one point."""
    return log_metrics(work, [op])[0]


def log_metrics(work: Work, same: Sequence[ops.LogMetric]) -> list[Nothing]:
    """Log points that were sent one by one for the same run: all, or, if one is refused, none."""
    row = active(work, same[0].run_id)
    _append(work, row, [ops.BatchMetric(op.key, op.value, op.timestamp, op.step) for op in same])
    work.tx.touch_run(row.id)
    return [Nothing()] * len(same)


def log_param(work: Work, op: ops.LogParam) -> Nothing:
    """Log one param."""
    row = active(work, op.run_id)
    _add_params(work, row, {op.key: op.value})
    work.tx.touch_run(row.id)
    return Nothing()


def set_tag(work: Work, op: ops.SetTag) -> Nothing:
    """Set one tag."""
    row = active(work, op.run_id)
    put_tags(work, row, {op.key: op.value})
    work.tx.touch_run(row.id)
    return Nothing()


def delete_tag(work: Work, op: ops.DeleteTag) -> Nothing:
    """Take one tag off."""
    row = active(work, op.run_id)
    if not attributes.delete_tag(work.tx, row.id, op.key):
        raise NotFound(f"The run '{op.run_id}' has no tag '{op.key[:100]}'.")
    work.tx.touch_run(row.id)
    return Nothing()


def log_batch(work: Work, op: ops.LogBatch) -> Nothing:
    """Log points, params and tags, all or none: what is refused undoes the rest with it."""
    _check_batch(op)
    row = active(work, op.run_id)
    _add_params(work, row, {param.key: param.value for param in op.params})
    _append(work, row, op.metrics)
    put_tags(work, row, {tag.key: tag.value for tag in op.tags})
    work.tx.touch_run(row.id)
    return Nothing()


def _check_batch(op: ops.LogBatch) -> None:
    sizes = {"metrics": len(op.metrics), "params": len(op.params), "tags": len(op.tags)}
    limits = {
        "metrics": rules.MAX_METRICS_PER_BATCH,
        "params": rules.MAX_PARAMS_PER_BATCH,
        "tags": rules.MAX_TAGS_PER_BATCH,
    }
    for what, size in sizes.items():
        if size > limits[what]:
            raise InvalidParameter(
                f"A batch may hold at most {limits[what]} {what}; this one has {size}. Send several."
            )
    if sum(sizes.values()) > rules.MAX_ENTITIES_PER_BATCH:
        raise InvalidParameter(f"A batch may hold at most {rules.MAX_ENTITIES_PER_BATCH} things in all.")
    twice = [key for key, times in Counter(param.key for param in op.params).items() if times > 1]
    if twice:
        raise InvalidParameter(f"Duplicate parameter keys in one batch: {', '.join(map(repr, sorted(twice)[:20]))}.")


def _append(work: Work, row: RunRow, metrics: list[ops.BatchMetric]) -> None:
    columns: dict[str, tuple[list[int], list[int], list[float]]] = {}
    for i, metric in enumerate(metrics):
        if metric.value is None or metric.timestamp is None or not metric.key:
            missing = "key" if not metric.key else "value" if metric.value is None else "timestamp"
            raise InvalidParameter(f"Missing value for required parameter 'metrics[{i}].{missing}'.")
        if metric.timestamp < 0:
            raise InvalidParameter(
                f"Invalid value {metric.timestamp} for parameter 'timestamp': it must not be negative."
            )
        steps, timestamps, values = columns.setdefault(metric.key, ([], [], []))
        steps.append(metric.step)
        timestamps.append(metric.timestamp)
        values.append(rules.storable(metric.value))
    for key in columns:
        rules.check_key(key, "metric name")
    if columns:
        series.append(work.tx, row.id, {key: Points(*column) for key, column in columns.items()})


def _add_params(work: Work, row: RunRow, params: dict[str, str]) -> None:
    for key, value in params.items():
        check_param(key, value)
    clashes = attributes.add_params(work.tx, row.id, params)
    if clashes:
        changed = ", ".join(f"'{key}' is {held[:100]!r}, not {params[key][:100]!r}" for key, held in clashes.items())
        raise InvalidParameter(
            f"Changing param values is not allowed: {changed}, for the run '{row.run_id}'. "
            "Use a tag for what changes, or start a new run."
        )


def put_tags(work: Work, row: RunRow, tags: dict[str, str]) -> None:
    """Set tags that are allowed; the tag that is the run's name renames it."""
    for key, value in tags.items():
        check_tag(key, value)
    attributes.set_tags(work.tx, row.id, tags)
    name = tags.get(wellknown.RUN_NAME)
    if name:
        runs.change_status(work.tx, row, row.status, row.end_time, name)


def check_param(key: str, value: str) -> None:
    """Raise InvalidParameter unless this param is allowed."""
    rules.check_key(key, "param name")
    rules.check_text(value, rules.MAX_PARAM_VALUE_LENGTH, f"value of the param '{key}'")


def check_tag(key: str, value: str) -> None:
    """Raise InvalidParameter unless this tag is allowed."""
    rules.check_key(key, "tag name")
    rules.check_text(value, rules.MAX_TAG_VALUE_LENGTH, f"value of the tag '{key}'")
