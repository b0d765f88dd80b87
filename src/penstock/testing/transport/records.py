"""Records by the batch, and what is read back from them, through a transport."""

import math

import pytest

from penstock.entities.ids import new_run_id
from penstock.entities.record import (
    ArtifactLogged,
    MetricLogged,
    ParamLogged,
    Record,
    RunStarted,
    StatusChanged,
    TagDeleted,
    TagSet,
)
from penstock.errors import InvalidParameter, NotFound, PenstockError
from penstock.operations.base import Transport
from penstock.operations.experiments import GetExperimentByName
from penstock.operations.logged_models import LoggedModelPage, SearchLoggedModels
from penstock.operations.records import (
    AppendRecords,
    CountRuns,
    GetMetricWindow,
    GetSeriesSummaries,
    GetServerInfo,
    ListColumns,
    ListEvents,
    RecordsAppended,
)
from penstock.operations.runs import DeleteRun, GetRun
from penstock.testing.transport.base import TransportCase, create_run, get_run
from penstock.testing.transport.values import history


def append(
    transport: Transport, run_id: str, records: list[Record], first_seq: int = 0, writer: str = "w1"
) -> RecordsAppended:
    """Send what a journal would."""
    return transport.send(AppendRecords(run_id=run_id, writer=writer, first_seq=first_seq, records=records))


def points(count: int, first: int = 0, key: str = "m") -> list[Record]:
    """``count`` points of a metric, on successive steps."""
    return [MetricLogged(key, n / 8, 1_000 + n, n) for n in range(first, first + count)]


class RecordBehaviours(TransportCase):
    """Appending what journals hold: in order, each record once."""

    def test_a_run_begins_with_its_records(self, transport: Transport) -> None:
        run_id = new_run_id()
        started = RunStarted(5, experiment_name="made on the way", run_name="mine", user_id="ada", tags={"k": "v"})
        answer = append(
            transport,
            run_id,
            [
                started,
                ParamLogged("p", "1"),
                TagSet("t", "old"),
                TagSet("t", "new"),
                TagSet("gone", ""),
                TagDeleted("gone"),
                TagDeleted("never there"),
                *points(3),
                ArtifactLogged("model/weights.bin", 3, "0" * 64),
                StatusChanged("FINISHED", 99),
            ],
        )
        run = get_run(transport, run_id)
        made = transport.send(GetExperimentByName(experiment_name="made on the way")).experiment
        assert (answer.next_seq, answer.experiment_id, answer.refused) == (12, made.experiment_id, [])
        assert (run.info.run_name, run.info.user_id, run.info.start_time) == ("mine", "ada", 5)
        assert (run.info.status, run.info.end_time, run.info.experiment_id) == ("FINISHED", 99, made.experiment_id)
        assert run.data.params == {"p": "1"}
        assert run.data.tags == {"k": "v", "t": "new", "mlflow.runName": "mine"}
        assert run.data.metrics == {"m": 0.25}

    def test_a_resent_batch_changes_nothing(self, transport: Transport, run_id: str) -> None:
        batch = [*points(5), TagSet("t", "v")]
        first = append(transport, run_id, batch)
        append(transport, run_id, [TagSet("t", "later")], first_seq=6)
        before = get_run(transport, run_id)
        again = append(transport, run_id, batch)
        assert (first.next_seq, again.next_seq) == (6, 7)
        assert get_run(transport, run_id) == before
        assert len(history(transport, run_id)) == 5

    def test_of_an_overlapping_batch_only_the_new_records_count(self, transport: Transport, run_id: str) -> None:
        append(transport, run_id, points(5))
        answer = append(transport, run_id, points(6, first=2), first_seq=2)
        assert answer.next_seq == 8
        assert [point.step for point in history(transport, run_id)] == list(range(8))

    def test_a_batch_that_leaves_a_gap_is_refused(self, transport: Transport, run_id: str) -> None:
        append(transport, run_id, points(2))
        with pytest.raises(PenstockError):
            append(transport, run_id, points(1, first=9), first_seq=9)
        assert len(history(transport, run_id)) == 2

    def test_writers_count_on_their_own(self, transport: Transport, run_id: str) -> None:
        append(transport, run_id, points(2), writer="one")
        answer = append(transport, run_id, points(2, first=2), writer="two")
        assert answer.next_seq == 2
        assert len(history(transport, run_id)) == 4

    def test_a_record_that_is_not_allowed_is_named_and_the_rest_is_kept(
        self, transport: Transport, run_id: str
    ) -> None:
        records: list[Record] = [
            ParamLogged("p", "1"),
            ParamLogged("p", "2"),
            MetricLogged("m", 1.0, 1),
            TagSet("|", ""),
        ]
        answer = append(transport, run_id, records)
        assert answer.next_seq == 4
        assert len(answer.refused) == 2
        assert "p" in answer.refused[0]
        data = get_run(transport, run_id).data
        assert (data.params, data.metrics) == ({"p": "1"}, {"m": 1.0})

    def test_a_deleted_run_loses_nothing_that_is_still_on_its_way(self, transport: Transport, run_id: str) -> None:
        transport.send(DeleteRun(run_id=run_id))
        answer = append(transport, run_id, points(2))
        assert (answer.next_seq, answer.refused) == (2, [])
        assert len(history(transport, run_id)) == 2
        assert get_run(transport, run_id).info.lifecycle_stage == "deleted"

    def test_a_run_nobody_started_is_not_found(self, transport: Transport) -> None:
        run_id = new_run_id()
        with pytest.raises(NotFound):
            append(transport, run_id, points(1))
        with pytest.raises(NotFound):
            transport.send(GetRun(run_id=run_id))

    def test_a_resumed_run_goes_on(self, transport: Transport, run_id: str) -> None:
        append(transport, run_id, [StatusChanged("FAILED", 9)], writer="before")
        append(transport, run_id, [RunStarted(50, resumed=True), *points(1)], writer="after")
        run = get_run(transport, run_id)
        assert (run.info.status, run.info.end_time, run.info.start_time) == ("RUNNING", 0, 1_000)

    def test_numbers_that_are_not_finite_are_kept_as_for_single_points(self, transport: Transport, run_id: str) -> None:
        values = [math.nan, math.inf, -math.inf]
        append(transport, run_id, [MetricLogged("m", value, 1, step) for step, value in enumerate(values)])
        nan, high, low = (point.value for point in history(transport, run_id))
        assert math.isnan(nan)
        assert (high, low) == (1.7976931348623157e308, -1.7976931348623157e308)

    def test_a_batch_may_be_large(self, transport: Transport, run_id: str) -> None:
        answer = append(transport, run_id, points(20_000))
        assert answer.next_seq == 20_000
        found = history(transport, run_id)
        assert [point.step for point in found] == list(range(20_000))
        assert found[-1].value == 19_999 / 8

    @pytest.mark.parametrize(("run_id", "writer"), [("", "w"), ("x", ""), ("../up", "w")])
    def test_a_batch_without_a_proper_run_or_writer_is_refused(
        self, transport: Transport, run_id: str, writer: str
    ) -> None:
        with pytest.raises(InvalidParameter):
            append(transport, run_id, [RunStarted(1, experiment_id="0")], writer=writer)


class ReadingBehaviours(TransportCase):
    """Charts, summaries, columns, counts and events."""

    def test_a_window_of_few_points_is_exact(self, transport: Transport, run_id: str) -> None:
        append(transport, run_id, points(10))
        (window,) = transport.send(GetMetricWindow(run_ids=[run_id], metric_key="m")).windows
        assert window.exact
        assert (window.run_id, window.metric_key) == (run_id, "m")
        assert window.steps == list(range(10))
        assert window.values == [n / 8 for n in range(10)]
        assert window.timestamps == [1_000 + n for n in range(10)]

    def test_a_window_of_many_points_is_small_and_misses_no_spike(self, transport: Transport, run_id: str) -> None:
        spiky = [MetricLogged("m", 1e6 if n == 7_777 else n % 10, 1_000 + n, n) for n in range(20_000)]
        append(transport, run_id, list[Record](spiky))
        (window,) = transport.send(GetMetricWindow(run_ids=[run_id], metric_key="m", max_points=200)).windows
        assert not window.exact
        assert 50 <= len(window.steps) <= 900
        assert window.steps == sorted(window.steps)
        assert (7_777, 1e6) in zip(window.steps, window.values, strict=True)

    def test_a_window_zooms_in(self, transport: Transport, run_id: str) -> None:
        append(transport, run_id, points(5_000))
        op = GetMetricWindow(run_ids=[run_id], metric_key="m", start_step=4_000, end_step=4_009)
        (window,) = transport.send(op).windows
        assert window.exact
        assert window.steps == list(range(4_000, 4_010))

    def test_runs_without_the_metric_have_no_window(
        self, transport: Transport, experiment_id: str, run_id: str
    ) -> None:
        append(transport, run_id, points(1))
        other = create_run(transport, experiment_id).info.run_id
        page = transport.send(GetMetricWindow(run_ids=[other, run_id], metric_key="m"))
        assert [window.run_id for window in page.windows] == [run_id]

    def test_a_summary_knows_first_last_least_and_greatest(self, transport: Transport, run_id: str) -> None:
        values = [3.0, math.nan, -1.0, 8.0, 2.0]
        append(transport, run_id, [MetricLogged("m", value, 10 + n, n) for n, value in enumerate(values)])
        (series,) = transport.send(GetSeriesSummaries(run_id=run_id)).series
        assert (series.key, series.count) == ("m", 5)
        assert (series.first.value, series.last.value) == (3.0, 2.0)
        assert series.least is not None
        assert series.greatest is not None
        assert (series.least.value, series.least.step) == (-1.0, 2)
        assert (series.greatest.value, series.greatest.step) == (8.0, 3)

    def test_columns_are_the_names_in_use(self, transport: Transport, experiment_id: str, run_id: str) -> None:
        append(transport, run_id, [ParamLogged("p", "1"), *points(1, key="loss"), TagSet("note", "x")])
        columns = transport.send(ListColumns(experiment_ids=[experiment_id]))
        assert (columns.metrics, columns.params) == (["loss"], ["p"])
        assert "note" in columns.tags

    def test_runs_are_counted_without_being_fetched(self, transport: Transport, experiment_id: str) -> None:
        for number in range(3):
            create_run(transport, experiment_id, f"r{number}")
        assert transport.send(CountRuns(experiment_ids=[experiment_id])).count == 3
        assert transport.send(CountRuns(experiment_ids=[experiment_id], filter="run_name = 'r1'")).count == 1

    def test_events_tell_what_changed_in_order(self, transport: Transport, experiment_id: str) -> None:
        run_id = create_run(transport, experiment_id).info.run_id
        transport.send(DeleteRun(run_id=run_id))
        events = transport.send(ListEvents()).events
        kinds = [event.kind for event in events if event.subject == run_id]
        assert kinds == ["run.started", "run.deleted"]
        numbers = [event.event_id for event in events]
        assert numbers == sorted(set(numbers))
        assert transport.send(ListEvents(after=numbers[-1])).events == []

    def test_a_search_for_logged_models_is_answered(self, transport: Transport) -> None:
        assert transport.send(SearchLoggedModels(experiment_ids=["0"])) == LoggedModelPage()

    def test_the_store_says_who_it_is(self, transport: Transport) -> None:
        answer = transport.send(GetServerInfo())
        assert answer.name == "penstock"
        assert answer.version
