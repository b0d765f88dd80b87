"""Penstock's own operations: records by the batch, series for charts, events."""

from typing import ClassVar

from msgspec import Struct

from penstock.entities.event import Event
from penstock.entities.ids import Int64
from penstock.entities.metric import SeriesSummary
from penstock.entities.record import Record
from penstock.operations.base import PENSTOCK, Operation, Permission, Route, read


class RecordsAppended(Struct, frozen=True, omit_defaults=True):
    """What became of a batch: the writer's next sequence number, and what was refused.

    ``refused`` has a line for each record that the rules do not allow (a param changed, a name with a line break): sending it
    again would not help, so it counts as done.
    """

    next_seq: int
    experiment_id: str = ""
    refused: list[str] = []


class AppendRecords(Operation[RecordsAppended], frozen=True, kw_only=True):
    """Add to a run what a journal holds.

    ``writer`` names the journal and ``first_seq`` is the place of the first record in it, from 0: records that the
    store has already are passed over, so sending twice changes nothing. A batch starts where the last one ended or
    before; one that leaves a gap is refused. A run that does not exist is made by its ``RunStarted`` record.
    """

    run_id: str = ""
    writer: str = ""
    first_seq: int = 0
    records: list[Record] = []
    route: ClassVar[Route] = Route(
        methods=("POST",),
        path=PENSTOCK + "records/append",
        permission=Permission.EDIT,
        writes=True,
        required=("run_id", "writer"),
    )


class Window(Struct, frozen=True, omit_defaults=True):
    """A curve for a chart: points in order of step, as columns.

    When ``exact`` every point is there; else the least and the greatest of each of many intervals, so that no spike
    is missed. ``values`` has None for NaN. ``timestamps`` are milliseconds since 1970 (UTC).
    """

    run_id: str
    metric_key: str
    exact: bool
    steps: list[int]
    timestamps: list[int]
    values: list[float | None]


class WindowPage(Struct, frozen=True):
    """One window for each run that has the metric."""

    windows: list[Window] = []


class GetMetricWindow(Operation[WindowPage], frozen=True, kw_only=True):
    """Curves of one metric for up to 100 runs, drawn with about ``max_points`` points each.

    ``start_step`` and ``end_step`` (both inclusive) zoom in.
    """

    run_ids: list[str] = []
    metric_key: str = ""
    max_points: Int64 = 320
    start_step: Int64 | None = None
    end_step: Int64 | None = None
    route: ClassVar[Route] = read("metrics/window", "run_ids", "metric_key", methods=("GET", "POST"), base=PENSTOCK)


class SummaryPage(Struct, frozen=True, omit_defaults=True):
    """The series of a run, by key."""

    series: list[SeriesSummary] = []


class GetSeriesSummaries(Operation[SummaryPage], frozen=True, kw_only=True):
    """Count, first, last, least and greatest of each metric of a run."""

    run_id: str = ""
    route: ClassVar[Route] = read("metrics/summaries", "run_id", base=PENSTOCK)


class EventPage(Struct, frozen=True, omit_defaults=True):
    """Events in order."""

    events: list[Event] = []


class ListEvents(Operation[EventPage], frozen=True, kw_only=True):
    """What changed after the event ``after``, in order."""

    after: Int64 = 0
    max_results: Int64 = 1000
    route: ClassVar[Route] = read("events/list", base=PENSTOCK)


class ColumnNames(Struct, frozen=True, omit_defaults=True):
    """The names of metrics, params and tags that the runs of some experiments have, sorted."""

    metrics: list[str] = []
    params: list[str] = []
    tags: list[str] = []


class ListColumns(Operation[ColumnNames], frozen=True, kw_only=True):
    """Which columns a table of these experiments' runs can show."""

    experiment_ids: list[str] = []
    route: ClassVar[Route] = read("runs/columns", base=PENSTOCK)


class RunCount(Struct, frozen=True):
    """How many runs match."""

    count: int


class CountRuns(Operation[RunCount], frozen=True, kw_only=True):
    """How many runs a search matches, without fetching them."""

    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str = ""
    route: ClassVar[Route] = read("runs/count", methods=("POST",), base=PENSTOCK)


class ServerInfo(Struct, frozen=True):
    """Who is answering."""

    name: str
    version: str
    serves_artifacts: bool


class GetServerInfo(Operation[ServerInfo], frozen=True, kw_only=True):
    """Which server this is: how a client tells Penstock from another."""

    route: ClassVar[Route] = Route(
        methods=("GET",), path=PENSTOCK + "server-info", permission=Permission.PUBLIC, writes=False
    )
