"""The wire's quirks."""

import math

import pytest

from penstock.entities.metric import Metric
from penstock.entities.record import MetricLogged
from penstock.errors import ForeignError, InvalidParameter, NotFound, PenstockError, Unavailable
from penstock.operations.base import Operation
from penstock.operations.codec import (
    decode_body,
    decode_error,
    decode_query,
    decode_result,
    encode_body,
    encode_error,
    encode_query,
    encode_result,
)
from penstock.operations.experiments import SearchExperiments
from penstock.operations.records import AppendRecords, GetMetricWindow
from penstock.operations.runs import (
    BatchMetric,
    GetRun,
    LogBatch,
    LogMetric,
    MetricPage,
    RunPage,
    SearchRuns,
    SetTag,
    UpdateRun,
)

POINT = LogMetric(run_id="r", key="k", value=0.5, timestamp=1, step=2)


@pytest.mark.parametrize(
    "body",
    [
        b'{"run_id":"r","key":"k","value":0.5,"timestamp":1,"step":2}',
        b'{"run_id":"r","key":"k","value":"0.5","timestamp":"1","step":"2"}',
        b'{"run_uuid":"r","key":"k","value":0.5,"timestamp":1,"step":2,"unknown":[1]}',
        b'{"runId":"r","key":"k","value":0.5,"timestamp":1,"step":2,"modelId":null}',
        b'"{\\"run_id\\":\\"r\\",\\"key\\":\\"k\\",\\"value\\":0.5,\\"timestamp\\":1,\\"step\\":2}"',
    ],
)
def test_requests_of_many_ages_mean_the_same(body: bytes) -> None:
    op = decode_body(LogMetric, body)
    assert (op.run_id, op.key, op.value, op.timestamp, op.step) == ("r", "k", 0.5, 1, 2)


@pytest.mark.parametrize(("text", "value"), [("NaN", math.nan), ("Infinity", math.inf), ("-Infinity", -math.inf)])
def test_numbers_that_are_not_finite_are_text(text: str, value: float) -> None:
    body = f'{{"run_id":"r","key":"k","value":"{text}","timestamp":1}}'.encode()
    read = decode_body(LogMetric, body).value
    assert repr(read) == repr(value)


@pytest.mark.parametrize(
    "op",
    [
        POINT,
        LogMetric(run_id="r", key="k", value=math.inf, timestamp=1),
        LogBatch(run_id="r", metrics=[BatchMetric(key="k", value=-math.inf, timestamp=1), BatchMetric(key="none")]),
        AppendRecords(run_id="r", writer="w", records=[MetricLogged("k", math.inf, 1, 2)]),
        SearchRuns(experiment_ids=["1", "2"], filter='params.a = "null"', max_results=5),
    ],
)
def test_a_request_is_read_as_it_was_written(op: Operation[object]) -> None:
    assert decode_body(type(op), encode_body(op)) == op


def test_a_nan_is_read_as_it_was_written() -> None:
    batch = LogBatch(run_id="r", metrics=[BatchMetric(key="k", value=math.nan, timestamp=1)])
    (point,) = decode_body(LogBatch, encode_body(batch)).metrics
    assert point.value is not None
    assert math.isnan(point.value)


def test_a_query_is_read_as_it_was_written() -> None:
    op = GetMetricWindow(run_ids=["a", "b"], metric_key="m&x=1", max_points=7, start_step=-1)
    assert decode_query(GetMetricWindow, encode_query(op)) == op


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b'"text"', b"\xff", b'{"run_id":{}}', b"[" * 5000])
def test_a_body_that_makes_no_sense_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidParameter):
        decode_body(SetTag, body)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"run_id":""}', b'{"run_id":null}'])
def test_what_is_required_must_be_given(body: bytes) -> None:
    with pytest.raises(InvalidParameter, match="run_id"):
        decode_body(GetRun, body)


def test_one_field_in_two_spellings_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="twice"):
        decode_body(UpdateRun, b'{"run_id":"r","runId":"s"}')


def test_an_empty_page_is_an_empty_object() -> None:
    assert encode_result(RunPage()) == b"{}"
    assert decode_result(RunPage, b"") == RunPage()


def test_a_nan_in_an_answer_is_text_and_text_is_left_alone() -> None:
    page = MetricPage([Metric('"value":null', math.nan, 1, 0)])
    written = encode_result(page)
    assert b'"value":"NaN"' in written
    (point,) = decode_result(MetricPage, written).metrics
    assert point.key == '"value":null'
    assert math.isnan(point.value)


def test_an_error_comes_back_as_its_class() -> None:
    error = decode_error(404, encode_error(NotFound("No such run.")))
    assert type(error) is NotFound
    assert error.message == "No such run."


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (503, b"<html>away</html>", Unavailable),
        (400, b"[]", InvalidParameter),
        (418, b"teapot", ForeignError),
        (500, b'{"error_code":"SOMETHING_ELSE","message":"m"}', ForeignError),
    ],
)
def test_an_error_in_another_form_is_told_by_its_status(status: int, body: bytes, kind: type[PenstockError]) -> None:
    assert type(decode_error(status, body)) is kind


def test_an_answer_that_cannot_be_read_says_so() -> None:
    with pytest.raises(PenstockError, match="tracking server"):
        decode_result(RunPage, b"<html>")


def test_a_number_as_text_in_a_query_is_a_number() -> None:
    assert decode_query(SearchExperiments, [("max_results", "5"), ("order_by", "name")]) == SearchExperiments(
        max_results=5, order_by=["name"]
    )
