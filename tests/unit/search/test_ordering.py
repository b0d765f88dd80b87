"""What can be sorted by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import InvalidParameter
from penstock.search.ordering import MAX_TERMS, parse_experiments_order, parse_runs_order
from penstock.search.tree import ExperimentAttribute, MetricKey, OrderTerm, ParamKey, RunAttribute, TagKey


def test_no_clauses_are_no_order() -> None:
    assert parse_runs_order([]) == ()


def test_runs_are_ordered_by_attributes_metrics_params_and_tags() -> None:
    clauses = ["metrics.`val loss` DESC", "params.a asc", "tag.b", "attributes.start_time desc ", "Created"]
    with pytest.raises(InvalidParameter, match="twice"):
        parse_runs_order(clauses)
    assert parse_runs_order(clauses[:4]) == (
        OrderTerm(MetricKey("val loss"), descending=True),
        OrderTerm(ParamKey("a")),
        OrderTerm(TagKey("b")),
        OrderTerm(RunAttribute.START_TIME, descending=True),
    )


def test_experiments_are_ordered_by_their_attributes() -> None:
    assert parse_experiments_order(["name", "experiment_id DESC", "creation_time", "last_update_time ASC"]) == (
        OrderTerm(ExperimentAttribute.NAME),
        OrderTerm(ExperimentAttribute.EXPERIMENT_ID, descending=True),
        OrderTerm(ExperimentAttribute.CREATION_TIME),
        OrderTerm(ExperimentAttribute.LAST_UPDATE_TIME),
    )


@pytest.mark.parametrize(
    ("clause", "message"),
    [
        ("", "expected an identifier"),
        ("  ", "expected an identifier"),
        ("nothing", "there is no 'nothing'"),
        ("start_time DOWN", "expected ASC, DESC or the end"),
        ("start_time ASC DESC", "expected ASC, DESC or the end"),
        ("start_time, end_time", "each field is a clause of its own"),
        ("datasets.name", "cannot be sorted by"),
        ("metrics.", "expected a key right after"),
        ("start_time; DROP TABLE runs", "out of place"),
    ],
)
def test_what_is_no_order_is_refused_with_the_place_and_the_reason(clause: str, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        parse_runs_order([clause])


@pytest.mark.parametrize("clause", ["tags.k", "start_time", "metrics.k", "artifact_location"])
def test_experiments_cannot_be_ordered_by_this(clause: str) -> None:
    with pytest.raises(InvalidParameter):
        parse_experiments_order([clause])


@pytest.mark.parametrize("again", ["start_time ASC", "attributes.start_time", "created DESC"])
def test_a_field_named_twice_is_refused_under_whatever_name(again: str) -> None:
    with pytest.raises(InvalidParameter, match="twice"):
        parse_runs_order(["start_time", again])


def test_as_many_clauses_as_allowed_are_read_and_one_more_is_not() -> None:
    clauses = [f"metrics.m{number}" for number in range(MAX_TERMS + 1)]
    assert len(parse_runs_order(clauses[:-1])) == MAX_TERMS
    with pytest.raises(InvalidParameter, match="17 clauses; 16 are allowed"):
        parse_runs_order(clauses)


@given(st.lists(st.text(), min_size=1))
def test_any_texts_are_an_order_or_an_invalid_parameter(clauses: list[str]) -> None:
    for parse in (parse_runs_order, parse_experiments_order):
        try:
            parse(clauses)
        except InvalidParameter as error:
            error.message.encode()
