"""Applies what journals hold: once, in order, and without losing the rest over one record that is refused."""

from collections.abc import Sequence
from typing import Final, cast

from penstock.entities import record, rules, wellknown
from penstock.entities.names import random_run_name
from penstock.entities.run import RunStatus
from penstock.errors import InvalidParameter, NotFound
from penstock.operations.records import AppendRecords, RecordsAppended
from penstock.service import tracking
from penstock.service.work import Work
from penstock.store import attributes, experiments, outbox, runs, series
from penstock.store.runs import NewRun, RunRow
from penstock.store.segments import Points

MAX_WRITER_LENGTH: Final = 250


def append_records(work: Work, op: AppendRecords) -> RecordsAppended:
    """Add what is new of a batch to its run.

    Raises:
        InvalidParameter: ids are not in form, or the batch begins beyond what the writer has sent.
        NotFound: the run does not exist and the batch does not start it.
    """
    rules.check_text(op.writer, MAX_WRITER_LENGTH, "writer")
    row = runs.find(work.tx, rules.check_run_id(op.run_id))
    done = outbox.next_seq(work.tx, op.writer)
    if op.first_seq > done or op.first_seq < 0:
        raise InvalidParameter(f"The writer '{op.writer}' must go on at record {done}, not at {op.first_seq}.")
    fresh = op.records[done - op.first_seq :]
    refused: list[str] = []
    if fresh:
        row = _Applying(work, op.run_id, row, refused).apply(fresh)
        done += len(fresh)
        outbox.set_next_seq(work.tx, op.writer, done)
        work.tx.touch_run(row.id)
    return RecordsAppended(done, str(row.experiment) if row else "", refused)


class _Applying:
    """One batch on its way into one run. Points are gathered by metric; everything else is applied as it comes."""

    def __init__(self, work: Work, run_id: str, row: RunRow | None, refused: list[str]) -> None:
        self._work = work
        self._run_id = run_id
        self._row = row
        self._refused = refused
        self._columns: dict[str, tuple[list[int], list[int], list[float]]] = {}

    def apply(self, records: Sequence[record.Record]) -> RunRow:
        if not self._gather_one_metric(records):
            self._gather_all(records)
        self._append_points()
        return self._running()

    def _gather_one_metric(self, records: Sequence[record.Record]) -> bool:
        """Gather the records if all are points of one metric, which most batches of a training loop are: by columns."""
        if set(map(type, records)) != {record.MetricLogged}:
            return False
        points = cast("Sequence[record.MetricLogged]", records)
        key = points[0].key
        if [point.key for point in points].count(key) != len(points):
            return False
        columns = (
            [point.step for point in points],
            [point.timestamp for point in points],
            [point.value for point in points],
        )
        self._columns[key] = columns
        return True

    def _gather_all(self, records: Sequence[record.Record]) -> None:
        columns = self._columns
        for one in records:
            if type(one) is record.MetricLogged:
                column = columns.get(one.key)
                if column is None:
                    column = columns[one.key] = ([], [], [])
                column[0].append(one.step)
                column[1].append(one.timestamp)
                column[2].append(one.value)
            else:
                self._apply_rare(one)

    def _apply_rare(self, one: record.Record) -> None:
        try:
            match one:
                case record.RunStarted():
                    self._start(one)
                case record.ParamLogged(key, value):
                    self._param(key, value)
                case record.TagSet(key, value):
                    tracking.put_tags(self._work, self._running(), {key: value})
                    self._row = runs.find(self._work.tx, self._run_id) if key == wellknown.RUN_NAME else self._row
                case record.TagDeleted(key):
                    attributes.delete_tag(self._work.tx, self._running().id, key)
                case record.ArtifactLogged(path, size, sha256):
                    runs.log_artifact(self._work.tx, self._running().id, path, size, sha256)
                case record.StatusChanged(status, end_time):
                    self._status(status, end_time)
        except InvalidParameter as error:
            self._refused.append(error.message)

    def _running(self) -> RunRow:
        if self._row is None:
            raise NotFound(f"No run with id '{self._run_id}' exists, and the batch does not begin with its start.")
        return self._row

    def _start(self, start: record.RunStarted) -> None:
        work = self._work
        name = start.run_name or start.tags.get(wellknown.RUN_NAME, "")
        if self._row is None:
            experiment, location = self._experiment(start)
            name = name or random_run_name()
            new = NewRun(self._run_id, int(experiment), location, name, start.user_id, start.start_time)
            self._row = tracking.begin(work, new)
        elif start.resumed:
            self._row = tracking.change(work, self._row, RunStatus.RUNNING.value, None, name)
        tracking.put_tags(work, self._row, {**start.tags, **({wellknown.RUN_NAME: name} if name else {})})

    def _experiment(self, start: record.RunStarted) -> tuple[str, str]:
        """The experiment that a new run belongs to, and where that keeps artifacts; a named one is made if missing."""
        tx = self._work.tx
        row = 0
        if start.experiment_name:
            found = experiments.find_by_name(tx, start.experiment_name)
            if found is None:
                name = rules.check_text(start.experiment_name, rules.MAX_EXPERIMENT_NAME_LENGTH, "experiment name")
                found = experiments.create(tx, name, self._work.places.root)
                tx.tell("experiment.created", str(found), start.user_id, name=name)
            row = found
        elif start.experiment_id:
            row = int(start.experiment_id) if start.experiment_id.isdecimal() else -1
        held = experiments.load(tx, [row])
        if not held:
            # The run's data matter more than its place: it can be moved, but not trained again.
            self._refused.append(
                f"No experiment with id '{start.experiment_id}' exists; the run is in the default one."
            )
            held = experiments.load(tx, [0])
        return held[0].experiment_id, held[0].artifact_location

    def _param(self, key: str, value: str) -> None:
        tracking.check_param(key, value)
        clashes = attributes.add_params(self._work.tx, self._running().id, {key: value})
        for held in clashes.values():
            self._refused.append(f"The param '{key}' is {held[:100]!r} already and was not changed to {value[:100]!r}.")

    def _status(self, status: str, end_time: int) -> None:
        if status not in RunStatus.__members__:
            raise InvalidParameter(f"'{status}' is not a status of a run.")
        # Points that came before the end are packed with it.
        self._append_points()
        self._row = tracking.change(self._work, self._running(), status, end_time or None)

    def _append_points(self) -> None:
        allowed: dict[str, Points] = {}
        for key, (steps, timestamps, values) in self._columns.items():
            try:
                rules.check_key(key, "metric name")
            except InvalidParameter as error:
                self._refused.append(error.message)
                continue
            if min(timestamps) < 0:
                self._refused.append(f"The metric '{key}' has points with negative timestamps.")
                continue
            allowed[key] = Points(steps, timestamps, _storable(values))
        self._columns.clear()
        if allowed:
            series.append(self._work.tx, self._running().id, allowed)


def _storable(values: list[float]) -> list[float]:
    total = sum(values)
    # Only a sum that is not finite can hide an infinity.
    return values if total - total == 0 else [rules.storable(value) for value in values]
