"""Metrics, params and batches, through a transport."""

import math

import pytest

from penstock.entities.metric import Metric, Param, RunTag
from penstock.entities.rules import (
    MAX_KEY_LENGTH,
    MAX_METRICS_PER_BATCH,
    MAX_PARAM_VALUE_LENGTH,
    MAX_PARAMS_PER_BATCH,
    MAX_TAG_VALUE_LENGTH,
    MAX_TAGS_PER_BATCH,
)
from penstock.errors import InvalidParameter
from penstock.operations.base import Transport
from penstock.operations.runs import BatchMetric, GetMetricHistory, LogBatch, LogMetric, LogParam, SetTag
from penstock.testing.transport.base import TransportCase, get_run

_LARGEST = 1.7976931348623157e308
_BAD_KEYS = ["", "x" * (MAX_KEY_LENGTH + 1), "../up", "/root", "a//b", "a/./b", "new\nline", "pipe|", "quote'", "."]


def log(transport: Transport, run_id: str, value: float, step: int = 0, timestamp: int = 1) -> None:
    """Log one point of the metric ``m``."""
    transport.send(LogMetric(run_id=run_id, key="m", value=value, timestamp=timestamp, step=step))


def history(transport: Transport, run_id: str, key: str = "m") -> list[Metric]:
    """Every point of a metric."""
    return transport.send(GetMetricHistory(run_id=run_id, metric_key=key)).metrics


class MetricBehaviours(TransportCase):
    """Points, their order, and which one is the last."""

    def test_a_point_comes_back_as_it_was_logged(self, transport: Transport, run_id: str) -> None:
        log(transport, run_id, 0.1 + 0.2, step=-3, timestamp=1_700_000_000_123)
        point = Metric("m", 0.1 + 0.2, 1_700_000_000_123, -3)
        assert history(transport, run_id) == [point]
        assert get_run(transport, run_id).data.metric_list == [point]

    @pytest.mark.parametrize("value", [0.0, -0.0, 5e-324, -1e300, 2.0**53 + 2, 1 / 3])
    def test_a_value_keeps_every_bit(self, transport: Transport, run_id: str, value: float) -> None:
        log(transport, run_id, value)
        (point,) = history(transport, run_id)
        assert point.value.hex() == value.hex()

    def test_a_value_that_is_no_number_stays_none(self, transport: Transport, run_id: str) -> None:
        log(transport, run_id, math.nan)
        (point,) = history(transport, run_id)
        assert math.isnan(point.value)
        assert math.isnan(get_run(transport, run_id).data.metrics["m"])

    def test_infinities_become_the_largest_numbers(self, transport: Transport, run_id: str) -> None:
        log(transport, run_id, math.inf, step=0)
        log(transport, run_id, -math.inf, step=1)
        assert [point.value for point in history(transport, run_id)] == [_LARGEST, -_LARGEST]

    @pytest.mark.parametrize(
        ("points", "last"),
        [
            ([(1.0, 2, 10), (2.0, 1, 99)], 1.0),
            ([(1.0, 1, 10), (2.0, 1, 9)], 1.0),
            ([(1.0, 1, 10), (2.0, 1, 10)], 2.0),
            ([(2.0, 1, 10), (1.0, 1, 10)], 2.0),
            ([(1.0, -5, 10), (2.0, -6, 99)], 1.0),
        ],
    )
    def test_the_last_point_has_the_greatest_step_then_time_then_value(
        self, transport: Transport, run_id: str, points: list[tuple[float, int, int]], last: float
    ) -> None:
        for value, step, timestamp in points:
            log(transport, run_id, value, step, timestamp)
        assert get_run(transport, run_id).data.metrics == {"m": last}

    def test_the_same_point_twice_is_one_point(self, transport: Transport, run_id: str) -> None:
        for value in (1.0, 1.0, math.nan, math.nan):
            log(transport, run_id, value, step=3, timestamp=7)
        assert len(history(transport, run_id)) == 2

    def test_the_history_is_ordered_by_time_then_step_then_value(self, transport: Transport, run_id: str) -> None:
        for value, step, timestamp in [(3.0, 0, 5), (1.0, 9, 4), (2.0, 1, 5), (1.0, 1, 5), (9.0, 0, 4)]:
            log(transport, run_id, value, step, timestamp)
        found = [(point.timestamp, point.step, point.value) for point in history(transport, run_id)]
        assert found == sorted(found)
        assert len(found) == 5

    def test_pages_of_a_history_together_are_the_history(self, transport: Transport, run_id: str) -> None:
        points = [BatchMetric(key="m", value=n / 7, timestamp=n, step=n) for n in range(950)]
        transport.send(LogBatch(run_id=run_id, metrics=points))
        found: list[Metric] = []
        token = ""
        while True:
            op = GetMetricHistory(run_id=run_id, metric_key="m", max_results=400, page_token=token)
            page = transport.send(op)
            assert len(page.metrics) <= 400
            found += page.metrics
            token = page.next_page_token
            if not token:
                break
        assert found == history(transport, run_id)
        assert [point.step for point in found] == list(range(950))

    def test_the_history_of_an_unknown_metric_is_empty(self, transport: Transport, run_id: str) -> None:
        assert history(transport, run_id, "never") == []

    @pytest.mark.parametrize("max_results", [0, -1])
    def test_a_page_of_no_points_is_refused(self, transport: Transport, run_id: str, max_results: int) -> None:
        with pytest.raises(InvalidParameter):
            transport.send(GetMetricHistory(run_id=run_id, metric_key="m", max_results=max_results))

    @pytest.mark.parametrize("key", _BAD_KEYS)
    def test_a_key_that_is_not_allowed_is_refused(self, transport: Transport, run_id: str, key: str) -> None:
        before = get_run(transport, run_id)
        for op in (
            LogMetric(run_id=run_id, key=key, value=1.0, timestamp=1),
            LogParam(run_id=run_id, key=key, value="v"),
            SetTag(run_id=run_id, key=key, value="v"),
        ):
            with pytest.raises(InvalidParameter):
                transport.send(op)
        assert get_run(transport, run_id) == before

    @pytest.mark.parametrize("key", ["a", "train/loss", "a b-c.d:e_f", "größe", "x" * MAX_KEY_LENGTH])
    def test_a_key_that_is_allowed_is_kept(self, transport: Transport, run_id: str, key: str) -> None:
        transport.send(LogMetric(run_id=run_id, key=key, value=1.0, timestamp=1))
        assert get_run(transport, run_id).data.metrics == {key: 1.0}

    def test_a_point_needs_a_value_and_a_time(self, transport: Transport, run_id: str) -> None:
        with pytest.raises(InvalidParameter, match="value"):
            transport.send(LogMetric(run_id=run_id, key="m", timestamp=1))
        with pytest.raises(InvalidParameter, match="timestamp"):
            transport.send(LogMetric(run_id=run_id, key="m", value=1.0))
        with pytest.raises(InvalidParameter):
            log(transport, run_id, 1.0, timestamp=-1)


class ParamBehaviours(TransportCase):
    """A param is set once."""

    def test_the_same_value_again_changes_nothing_and_another_is_refused(
        self, transport: Transport, run_id: str
    ) -> None:
        transport.send(LogParam(run_id=run_id, key="rate", value="0.1"))
        transport.send(LogParam(run_id=run_id, key="rate", value="0.1"))
        with pytest.raises(InvalidParameter, match="rate"):
            transport.send(LogParam(run_id=run_id, key="rate", value="0.2"))
        assert get_run(transport, run_id).data.params == {"rate": "0.1"}

    @pytest.mark.parametrize(
        "value", ["", "'; DROP TABLE runs; --", "snow ☃\n\ttab", "v" * MAX_PARAM_VALUE_LENGTH], ids=len
    )
    def test_a_value_comes_back_as_it_was_logged(self, transport: Transport, run_id: str, value: str) -> None:
        transport.send(LogParam(run_id=run_id, key="p", value=value))
        assert get_run(transport, run_id).data.params == {"p": value}

    def test_a_value_over_the_limit_is_refused_and_never_cut(self, transport: Transport, run_id: str) -> None:
        with pytest.raises(InvalidParameter):
            transport.send(LogParam(run_id=run_id, key="p", value="v" * (MAX_PARAM_VALUE_LENGTH + 1)))
        with pytest.raises(InvalidParameter):
            transport.send(SetTag(run_id=run_id, key="t", value="v" * (MAX_TAG_VALUE_LENGTH + 1)))
        assert get_run(transport, run_id).data.params == {}


class BatchBehaviours(TransportCase):
    """A batch is stored whole or not at all."""

    def test_a_batch_stores_all_three_kinds(self, transport: Transport, run_id: str) -> None:
        metrics = [BatchMetric(key="a", value=1.5, timestamp=1, step=1), BatchMetric(key="a", value=2.5, timestamp=1)]
        transport.send(LogBatch(run_id=run_id, metrics=metrics, params=[Param("p", "1")], tags=[RunTag("t", "2")]))
        data = get_run(transport, run_id).data
        assert (data.metrics, data.params, data.tags["t"]) == ({"a": 1.5}, {"p": "1"}, "2")
        assert len(history(transport, run_id, "a")) == 2

    def test_an_empty_batch_changes_nothing(self, transport: Transport, run_id: str) -> None:
        before = get_run(transport, run_id)
        transport.send(LogBatch(run_id=run_id))
        assert get_run(transport, run_id) == before

    @pytest.mark.parametrize(
        "fault",
        [
            pytest.param({"metrics": [BatchMetric(key="bad|key", value=1.0, timestamp=1)]}, id="metric's key"),
            pytest.param({"metrics": [BatchMetric(key="m", timestamp=1)]}, id="metric without value"),
            pytest.param({"params": [Param("taken", "other")]}, id="param changed"),
            pytest.param({"params": [Param("twice", "1"), Param("twice", "2")]}, id="param twice"),
            pytest.param({"tags": [RunTag("", "v")]}, id="tag's key"),
            pytest.param({"tags": [RunTag("long", "v" * (MAX_TAG_VALUE_LENGTH + 1))]}, id="tag's value"),
        ],
    )
    def test_one_fault_refuses_the_whole_batch(
        self, transport: Transport, run_id: str, fault: dict[str, object]
    ) -> None:
        transport.send(LogParam(run_id=run_id, key="taken", value="first"))
        before = get_run(transport, run_id)
        good: dict[str, object] = {
            "metrics": [BatchMetric(key="good", value=1.0, timestamp=1)],
            "params": [Param("good", "1")],
            "tags": [RunTag("good", "1")],
        }
        with pytest.raises(InvalidParameter):
            transport.send(LogBatch(run_id=run_id, **{**good, **fault}))  # type: ignore[arg-type]
        assert get_run(transport, run_id) == before

    def test_a_batch_over_a_limit_is_refused(self, transport: Transport, run_id: str) -> None:
        point = BatchMetric(key="m", value=1.0, timestamp=1)
        for op in (
            LogBatch(run_id=run_id, metrics=[point] * (MAX_METRICS_PER_BATCH + 1)),
            LogBatch(run_id=run_id, params=[Param(f"p{n}", "") for n in range(MAX_PARAMS_PER_BATCH + 1)]),
            LogBatch(run_id=run_id, tags=[RunTag(f"t{n}", "") for n in range(MAX_TAGS_PER_BATCH + 1)]),
            LogBatch(run_id=run_id, metrics=[point] * MAX_METRICS_PER_BATCH, params=[Param("p", "")]),
        ):
            with pytest.raises(InvalidParameter):
                transport.send(op)
        assert history(transport, run_id) == []
