"""Operations on runs, their metrics and artifacts, on MLflow's paths (REST surface, tracking service).

``run_uuid`` is the old spelling of ``run_id``: whoever receives an operation reads ``run_id``, which the codec fills.
"""

from typing import ClassVar

from msgspec import Struct

from penstock.entities.artifact import FileInfo
from penstock.entities.ids import Int64
from penstock.entities.metric import Metric, Param, RunTag
from penstock.entities.run import Run, RunInfo
from penstock.operations.base import Nothing, Operation, Permission, Route, read, write


class RunFound(Struct, frozen=True):
    """The run that was asked for or made."""

    run: Run


class RunInfoFound(Struct, frozen=True):
    """The head of the run as it is now."""

    run_info: RunInfo


class RunPage(Struct, frozen=True, omit_defaults=True):
    """Some of the matching runs, and a token for the next ones."""

    runs: list[Run] = []
    next_page_token: str = ""


class MetricPage(Struct, frozen=True, omit_defaults=True):
    """Some of the points of a metric, and a token for the next ones."""

    metrics: list[Metric] = []
    next_page_token: str = ""


class ArtifactPage(Struct, frozen=True, omit_defaults=True):
    """What is in one directory of a run's artifacts; paths are relative to the run's root."""

    root_uri: str = ""
    files: list[FileInfo] = []
    next_page_token: str = ""


class CreateRun(Operation[RunFound], frozen=True, kw_only=True, omit_defaults=False):
    """Start a run; its id is minted here. Times are milliseconds since 1970 (UTC)."""

    # Written in full: a published server takes an experiment that is not named for one that is named "".
    experiment_id: str = "0"
    user_id: str = ""
    run_name: str = ""
    start_time: Int64 = 0
    tags: list[RunTag] = []
    route: ClassVar[Route] = write("runs/create")


class GetRun(Operation[RunFound], frozen=True, kw_only=True):
    """Look a run up, deleted ones too."""

    run_id: str = ""
    run_uuid: str = ""
    route: ClassVar[Route] = read("runs/get", "run_id")


class UpdateRun(Operation[RunInfoFound], frozen=True, kw_only=True):
    """Change the status, end time or name of an active run; an empty name changes nothing."""

    run_id: str = ""
    run_uuid: str = ""
    status: str = ""
    end_time: Int64 = 0
    run_name: str = ""
    route: ClassVar[Route] = write("runs/update", "run_id")


class DeleteRun(Operation[Nothing], frozen=True, kw_only=True):
    """Put a run into the bin."""

    run_id: str = ""
    run_uuid: str = ""
    route: ClassVar[Route] = write("runs/delete", "run_id", permission=Permission.DELETE)


class RestoreRun(Operation[Nothing], frozen=True, kw_only=True):
    """Take a run out of the bin."""

    run_id: str = ""
    run_uuid: str = ""
    route: ClassVar[Route] = write("runs/restore", "run_id", permission=Permission.DELETE)


class SearchRuns(Operation[RunPage], frozen=True, kw_only=True):
    """Find runs by a filter (surface, 2.6), in the experiments named.

    The tags ``mlflow.source.git.diff`` and ``penstock.packages``, many kilobytes a run, are left out: ``GetRun`` has them.
    """

    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str = ""
    max_results: Int64 = 1000
    order_by: list[str] = []
    page_token: str = ""
    route: ClassVar[Route] = read("runs/search", methods=("POST",))


class LogMetric(Operation[Nothing], frozen=True, kw_only=True):
    """Log one point of a metric. ``value`` and ``timestamp`` must be given."""

    run_id: str = ""
    run_uuid: str = ""
    key: str = ""
    value: float | None = None
    timestamp: Int64 | None = None
    step: Int64 = 0
    model_id: str = ""
    dataset_name: str = ""
    dataset_digest: str = ""
    route: ClassVar[Route] = write("runs/log-metric", "run_id", "key", "value", "timestamp")


class LogParam(Operation[Nothing], frozen=True, kw_only=True):
    """Log one param; the same value again changes nothing, another is refused."""

    run_id: str = ""
    run_uuid: str = ""
    key: str = ""
    value: str = ""
    route: ClassVar[Route] = write("runs/log-parameter", "run_id", "key")


class SetTag(Operation[Nothing], frozen=True, kw_only=True):
    """Set a tag of a run, over what was there."""

    run_id: str = ""
    run_uuid: str = ""
    key: str = ""
    value: str = ""
    route: ClassVar[Route] = write("runs/set-tag", "run_id", "key")


class DeleteTag(Operation[Nothing], frozen=True, kw_only=True):
    """Take a tag off a run; one that is not there is an error."""

    run_id: str = ""
    key: str = ""
    route: ClassVar[Route] = write("runs/delete-tag", "run_id", "key")


class BatchMetric(Struct, frozen=True, gc=False):
    """A point in a batch. ``value`` and ``timestamp`` must be given."""

    key: str = ""
    value: float | None = None
    timestamp: Int64 | None = None
    step: Int64 = 0


class LogBatch(Operation[Nothing], frozen=True, kw_only=True):
    """Log points, params and tags: all of them, or, if one is refused, none."""

    run_id: str = ""
    run_uuid: str = ""
    metrics: list[BatchMetric] = []
    params: list[Param] = []
    tags: list[RunTag] = []
    route: ClassVar[Route] = write("runs/log-batch", "run_id")


class GetMetricHistory(Operation[MetricPage], frozen=True, kw_only=True):
    """The points of a metric by timestamp, step and value; all of them when ``max_results`` is not given."""

    run_id: str = ""
    run_uuid: str = ""
    metric_key: str = ""
    page_token: str = ""
    max_results: Int64 | None = None
    route: ClassVar[Route] = read("metrics/get-history", "run_id", "metric_key")


class ListArtifacts(Operation[ArtifactPage], frozen=True, kw_only=True):
    """What is in a directory of a run's artifacts, by path."""

    run_id: str = ""
    run_uuid: str = ""
    path: str = ""
    page_token: str = ""
    route: ClassVar[Route] = read("artifacts/list", "run_id")
