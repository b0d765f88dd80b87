"""Speaks to a published MLflow server: what journals hold, as the calls that it knows.

Such a server mints the ids of runs itself, so which of its runs is which of ours is kept in a small file beside the
journals. It does not know what it has had already; but its calls may be repeated, apart from making a run, and there
a tag tells.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from penstock.client.batch import Batch
from penstock.client.transport import APPEND_SECONDS, VERSION_HEADER, Http
from penstock.entities import record, rules
from penstock.entities.metric import Param, RunTag
from penstock.entities.run import Run
from penstock.errors import AlreadyExists, InvalidParameter, NotFound, PenstockError, Unavailable
from penstock.operations.base import Operation
from penstock.operations.codec import decode_error
from penstock.operations.experiments import CreateExperiment, GetExperimentByName, SearchExperiments
from penstock.operations.records import GetServerInfo, RecordsAppended
from penstock.operations.runs import BatchMetric, CreateRun, DeleteTag, GetRun, LogBatch, SearchRuns, UpdateRun

R = TypeVar("R")
T = TypeVar("T")

ID_TAG: Final = "penstock.runId"
_IN_BATCHES: Final[dict[type[record.Record], int]] = {
    record.MetricLogged: rules.MAX_METRICS_PER_BATCH,
    record.ParamLogged: rules.MAX_PARAMS_PER_BATCH,
    record.TagSet: rules.MAX_TAGS_PER_BATCH,
}


class Twin(msgspec.Struct, frozen=True):
    """Which run of the server is ours. ``theirs`` is empty from before it is asked for until it has answered."""

    theirs: str
    experiment_id: str = ""


def is_foreign(http: Http, seconds: float) -> bool:
    """Ask a server whether it is another than ours.

    Raises:
        PenstockError: it cannot be reached, refuses us, or is no tracking server at all.
    """
    answer = http.exchange("GET", GetServerInfo.route.path, seconds=seconds)
    if VERSION_HEADER in answer.headers:
        return False
    if answer.status not in {200, 404, 405}:
        raise decode_error(answer.status, answer.body)
    try:
        http.send_once(SearchExperiments(max_results=1), seconds)
    except Unavailable:
        raise
    except PenstockError as error:
        raise Unavailable(f"No tracking server answers at {http.url}: {error.message}") from error
    return True


class Foreign:
    """Translates for one server.

    Args:
        http: the way there.
        folder: where the files lie that say which run is which.
    """

    def __init__(self, http: Http, folder: Path) -> None:
        self._http = http
        self._folder = folder

    def their_id(self, run_id: str) -> str:
        """The server's id of a run of ours; a run that began there has one id."""
        twin = self._twin(run_id)
        return twin.theirs if twin and twin.theirs else run_id

    def begin(self, start: record.RunStarted) -> Run:
        """Start a run on the server, which mints its id; from then on that is its id with us too.

        Raises:
            PenstockError: the server refused, or is away.
        """
        run = self._create(start, "")
        self._keep(run.info.run_id, Twin(run.info.run_id, run.info.experiment_id))
        return run

    def append(self, run_id: str, batch: Batch) -> RecordsAppended:
        """Bring a batch to the server.

        Raises:
            PenstockError: as ``Connection.append``; sending the batch again does no harm.
        """
        held = batch.records()
        twin = self._twin(run_id) or Twin("")
        if not twin.theirs:
            twin = self._find_or_create(run_id, held[0], interrupted=self._path(run_id).exists())
        refused: list[str] = []
        for kind, stretch in _stretches(held):
            self._send_stretch(twin.theirs, kind, stretch, refused)
        return RecordsAppended(batch.next_seq, twin.experiment_id, refused)

    def _find_or_create(self, run_id: str, first: record.Record, *, interrupted: bool) -> Twin:
        with suppress(NotFound):
            run = self._send(GetRun(run_id=run_id)).run
            return self._keep(run_id, Twin(run_id, run.info.experiment_id))
        if not isinstance(first, record.RunStarted):
            raise NotFound(f"No run with id '{run_id}' exists on {self._http.url}.")
        found = self._find(run_id, first) if interrupted else None
        if found is None:
            self._keep(run_id, Twin(""))
            found = self._create(first, run_id)
        return self._keep(run_id, Twin(found.info.run_id, found.info.experiment_id))

    def _find(self, run_id: str, start: record.RunStarted) -> Run | None:
        """The run that an earlier request made although its answer was lost."""
        where = f"tags.`{ID_TAG}` = '{run_id}'"
        page = self._send(SearchRuns(experiment_ids=[self._experiment(start)], filter=where, max_results=1))
        return page.runs[0] if page.runs else None

    def _create(self, start: record.RunStarted, run_id: str) -> Run:
        tags = {**start.tags, **({ID_TAG: run_id} if run_id else {})}
        op = CreateRun(
            experiment_id=self._experiment(start), user_id=start.user_id, run_name=start.run_name,
            start_time=start.start_time, tags=[RunTag(key, value) for key, value in tags.items()],
        )  # fmt: skip
        return self._send(op).run

    def _experiment(self, start: record.RunStarted) -> str:
        if not start.experiment_name:
            return start.experiment_id
        found = GetExperimentByName(experiment_name=start.experiment_name)
        with suppress(NotFound):
            return self._send(found).experiment.experiment_id
        try:
            return self._send(CreateExperiment(name=start.experiment_name)).experiment_id
        except AlreadyExists:
            return self._send(found).experiment.experiment_id

    def _send_stretch(
        self, run_id: str, kind: type[record.Record], stretch: Sequence[record.Record], refused: list[str]
    ) -> None:
        try:
            for op in _calls(run_id, kind, stretch):
                self._send(op)
        except (InvalidParameter, NotFound) as error:
            if len(stretch) == 1:
                # A tag that is not there cannot be taken away; that is no loss.
                if kind is not record.TagDeleted:
                    refused.append(error.message)
                return
            # One of them is at fault, and the others are not to be lost with it.
            for half in _halves(stretch):
                self._send_stretch(run_id, kind, half, refused)

    def _send(self, op: Operation[R]) -> R:
        return self._http.send_once(op, APPEND_SECONDS)

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{rules.check_run_id(run_id)}.run"

    def _twin(self, run_id: str) -> Twin | None:
        try:
            return msgspec.json.decode(self._path(run_id).read_bytes(), type=Twin)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _keep(self, run_id: str, twin: Twin) -> Twin:
        path = self._path(run_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}.new")
        fresh.write_bytes(msgspec.json.encode(twin))
        fresh.replace(path)
        return twin


def _stretches(held: Sequence[record.Record]) -> Iterator[tuple[type[record.Record], list[record.Record]]]:
    """Neighbours of one kind, as many as one call takes."""
    stretch: list[record.Record] = []
    for one in held:
        if stretch and (type(one) is not type(stretch[0]) or len(stretch) >= _IN_BATCHES.get(type(one), 1)):
            yield type(stretch[0]), stretch
            stretch = []
        stretch.append(one)
    if stretch:
        yield type(stretch[0]), stretch


def _calls(run_id: str, kind: type[record.Record], stretch: Sequence[record.Record]) -> Iterator[Operation[object]]:
    if kind in _IN_BATCHES:
        yield _batch(run_id, stretch)
        return
    for one in stretch:
        match one:
            case record.RunStarted(tags=tags, resumed=True):
                yield UpdateRun(run_id=run_id, status="RUNNING")
                if tags:
                    yield LogBatch(run_id=run_id, tags=[RunTag(*item) for item in tags.items()])
            case record.TagDeleted(key):
                yield DeleteTag(run_id=run_id, key=key)
            case record.StatusChanged(status, end_time):
                yield UpdateRun(run_id=run_id, status=status, end_time=end_time)


def _batch(run_id: str, stretch: Sequence[record.Record]) -> LogBatch:
    metrics: list[BatchMetric] = []
    params: dict[str, str] = {}
    tags: dict[str, str] = {}
    for one in stretch:
        match one:
            case record.MetricLogged(key, value, timestamp, step):
                metrics.append(BatchMetric(key, rules.storable(value), timestamp, step))
            case record.ParamLogged(key, value):
                # Twice in one batch is refused there; the first counts.
                params.setdefault(key, value)
            case record.TagSet(key, value):
                tags[key] = value
    return LogBatch(
        run_id=run_id,
        metrics=metrics,
        params=[Param(*item) for item in params.items()],
        tags=[RunTag(*item) for item in tags.items()],
    )


def _halves(stretch: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    middle = len(stretch) // 2
    return stretch[:middle], stretch[middle:]
