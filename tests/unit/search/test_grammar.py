"""What filters mean, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import InvalidParameter
from penstock.search.grammar import MAX_COMPARISONS, parse_experiments_filter, parse_runs_filter
from penstock.search.tree import (
    And,
    Comparison,
    DatasetAttribute,
    ExperimentAttribute,
    Filter,
    Identifier,
    Membership,
    MetricKey,
    NullCheck,
    Operator,
    ParamKey,
    RunAttribute,
    TagKey,
)
from tests.unit.search.trees import EXPERIMENT_FILTERS, RUN_FILTERS, written

LARGEST = 1.7976931348623157e308


def test_empty_text_filters_nothing() -> None:
    assert parse_runs_filter("") is None
    assert parse_experiments_filter("") is None


def test_metric_filter_as_people_write_it() -> None:
    assert parse_runs_filter("metrics.R2 > 0.24") == Comparison(MetricKey("R2"), Operator.GT, 0.24)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("metric.k = 1", MetricKey("k")),
        ("metrics.`val loss` = 1", MetricKey("val loss")),
        ('metrics."val loss" = 1', MetricKey("val loss")),
        ("metrics.train/loss=1", MetricKey("train/loss")),
        ("param.k = '1'", ParamKey("k")),
        ("parameter.k = '1'", ParamKey("k")),
        ("parameters.k = '1'", ParamKey("k")),
        ("tag.k = '1'", TagKey("k")),
        ("tags.mlflow.runName = '1'", TagKey("mlflow.runName")),
        ("tags.AND = '1'", TagKey("AND")),
        ("status = '1'", RunAttribute.STATUS),
        ("attributes.status = '1'", RunAttribute.STATUS),
        ("attribute.status = '1'", RunAttribute.STATUS),
        ("attr.status = '1'", RunAttribute.STATUS),
        ("run.status = '1'", RunAttribute.STATUS),
        ("attributes.`Run name` = '1'", RunAttribute.RUN_NAME),
        ("`run name` = '1'", RunAttribute.RUN_NAME),
        ("\"Run Name\" = '1'", RunAttribute.RUN_NAME),
        ("created = 1", RunAttribute.START_TIME),
        ("attributes.Created = 1", RunAttribute.START_TIME),
        ("dataset.name = '1'", DatasetAttribute.NAME),
        ("datasets.digest = '1'", DatasetAttribute.DIGEST),
        ("datasets.context = '1'", DatasetAttribute.CONTEXT),
    ],
)
def test_identifiers_have_other_names(text: str, left: Identifier) -> None:
    found = parse_runs_filter(text)
    assert isinstance(found, Comparison)
    assert found.left == left


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("metrics.k >= -1e-3", Comparison(MetricKey("k"), Operator.GE, -0.001)),
        ("metrics.k < 1e999", Comparison(MetricKey("k"), Operator.LT, LARGEST)),
        ("metrics.k > -Infinity", Comparison(MetricKey("k"), Operator.GT, -LARGEST)),
        ("metrics.k < inf", Comparison(MetricKey("k"), Operator.LT, LARGEST)),
        ("start_time>1700000000000", Comparison(RunAttribute.START_TIME, Operator.GT, 1700000000000)),
        ("""params.k = "it's" """, Comparison(ParamKey("k"), Operator.EQ, "it's")),
        ("params.k like '%a'", Comparison(ParamKey("k"), Operator.LIKE, "%a")),
        ("params.k iLiKe ''", Comparison(ParamKey("k"), Operator.ILIKE, "")),
        ("params.k is null", NullCheck(ParamKey("k"))),
        ("tags.k IS NOT NULL", NullCheck(TagKey("k"), negated=True)),
        ("run_id in ('a',\"b\")", Membership(RunAttribute.RUN_ID, ("a", "b"))),
        ("run_id NOT IN ('a')", Membership(RunAttribute.RUN_ID, ("a",), negated=True)),
        ("datasets.name IN ('a')", Membership(DatasetAttribute.NAME, ("a",))),
    ],
)
def test_runs_are_compared_in_these_ways(text: str, tree: Filter) -> None:
    assert parse_runs_filter(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("name LIKE 'a%'", Comparison(ExperimentAttribute.NAME, Operator.LIKE, "a%")),
        ("attribute.name = 'a'", Comparison(ExperimentAttribute.NAME, Operator.EQ, "a")),
        ("experiment_id != '1'", Comparison(ExperimentAttribute.EXPERIMENT_ID, Operator.NE, "1")),
        ("experiment_id = 1", Comparison(ExperimentAttribute.EXPERIMENT_ID, Operator.EQ, "1")),
        ("experiment_id IN ('1', 2)", Membership(ExperimentAttribute.EXPERIMENT_ID, ("1", "2"))),
        ("creation_time <= 5", Comparison(ExperimentAttribute.CREATION_TIME, Operator.LE, 5)),
        ("last_update_time > 5", Comparison(ExperimentAttribute.LAST_UPDATE_TIME, Operator.GT, 5)),
        ("tags.`a b` IS NULL", NullCheck(TagKey("a b"))),
    ],
)
def test_experiments_are_compared_in_these_ways(text: str, tree: Filter) -> None:
    assert parse_experiments_filter(text) == tree


@pytest.mark.parametrize("text", ["{a} AND {b}", "{a} and {b}", "{a}And {b} AND", " {a}\n\tAND {b} and "])
def test_comparisons_are_joined_by_and_which_may_stay_at_the_end(text: str) -> None:
    found = parse_runs_filter(text.format(a="params.a='1'", b="metrics.b<2"))
    assert found == And((Comparison(ParamKey("a"), Operator.EQ, "1"), Comparison(MetricKey("b"), Operator.LT, 2.0)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "only white space"),
        ("AND", "there is no 'AND'"),
        ("status = 'a' AND AND status = 'b'", "at position 18"),
        ("status = 'a' status = 'b'", "position 14: expected AND or the end, found 'status'"),
        ("status = 'a' OR status = 'b'", "OR is not supported"),
        ("(status = 'a')", r"'\(' is not supported here"),
        ("NOT status = 'a'", "'NOT' is not supported here"),
        ("start_time BETWEEN 1 AND 2", "expected an operator after 'start_time'"),
        ("status", "expected an operator after 'status'.* found the end"),
        ("status =", "expected a text in single or double quotes after 'status =', found the end"),
        ("status = FINISHED", "found 'FINISHED'"),
        ("status = `FINISHED`", "found `FINISHED`"),
        ("status == 'a'", "there is no operator '=='; write ="),
        ("status <> 'a'", "write !="),
        ("status > 'a'", "status cannot be compared with >; it takes =, !=, LIKE, ILIKE"),
        ("status IN ('a')", "IN cannot be asked of status"),
        ("stauts = 'a'", "did you mean 'status'"),
        ("experiment_id = '1'", "there is no 'experiment_id'"),
        ("attributes.experiment_id = '1'", "there is no 'attributes.experiment_id'"),
        ("metric_s.x = 1", "did you mean 'metrics'"),
        ("metrics.k = '1'", "expected a number without quotes after 'metrics.k =', found '1'"),
        ("metrics.k = NaN", "found 'NaN'"),
        ("metrics.k LIKE 'a'", "metrics.k cannot be compared with LIKE"),
        ("metrics.k IS NULL", "IS NULL can be asked of params and tags only"),
        ("status IS NULL", "IS NULL can be asked of params and tags only"),
        ("metrics.val loss > 1", "found 'loss'.* in backticks"),
        ("metrics. k > 1", "expected a key right after 'metrics.'"),
        ("metrics.'k' > 1", "expected a key right after 'metrics.'"),
        ("metrics.`` > 1", "the key is empty"),
        ("params.k = 1", "expected a text in single or double quotes"),
        ("params.k > '1'", "params.k cannot be compared with >"),
        ("tags.k IN ('a')", "IN cannot be asked of tags.k"),
        ("tags.k IS 'a'", "expected NULL"),
        ("start_time > '1'", "expected a whole number without quotes"),
        ("start_time > 1.5", "expected a whole number without quotes"),
        ("start_time > 9223372036854775808", "does not fit into 64 bits"),
        (f"start_time > {'9' * 9000}", "does not fit into 64 bits"),
        ("run_id IN ()", r"expected a text in single or double quotes in the list, found '\)'"),
        ("run_id IN ('a',)", "in the list"),
        ("run_id IN ('a'", r"expected '\)', found the end"),
        ("run_id IN 'a'", r"expected '\('"),
        ("run_id NOT 'a'", "expected IN after NOT"),
        ("'status' = 'a'", "expected an identifier"),
        ("status = 'a", "the quote ' is never closed"),
    ],
)
def test_what_is_no_filter_is_refused_with_the_place_and_the_reason(text: str, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        parse_runs_filter(text)


@pytest.mark.parametrize(
    "text",
    [
        "metrics.k > 1",
        "params.k = 'a'",
        "status = 'a'",
        "name IN ('a')",
        "name > 'a'",
        "experiment_id > '1'",
        "experiment_id LIKE '1'",
        "experiment_id = 1.5",
        "creation_time = '1'",
        "tags.k > 'a'",
        "name IS NULL",
    ],
)
def test_experiments_cannot_be_asked_this(text: str) -> None:
    with pytest.raises(InvalidParameter):
        parse_experiments_filter(text)


def test_as_many_comparisons_as_allowed_are_read_and_one_more_is_not() -> None:
    found = parse_runs_filter(" AND ".join(["metrics.k > 1"] * MAX_COMPARISONS))
    assert isinstance(found, And)
    assert len(found.parts) == MAX_COMPARISONS
    with pytest.raises(InvalidParameter, match="more than 64 comparisons"):
        parse_runs_filter(" AND ".join(["metrics.k > 1"] * (MAX_COMPARISONS + 1)))


def test_messages_stay_short_whatever_was_written() -> None:
    with pytest.raises(InvalidParameter) as caught:
        parse_runs_filter(f"metrics.{'k' * 9000} LIKE 'a'")
    assert len(caught.value.message) < 500


@given(RUN_FILTERS)
def test_runs_filter_is_read_back_as_it_was_written(tree: Filter) -> None:
    assert parse_runs_filter(written(tree)) == tree


@given(EXPERIMENT_FILTERS)
def test_experiments_filter_is_read_back_as_it_was_written(tree: Filter) -> None:
    assert parse_experiments_filter(written(tree)) == tree


PIECES = (
    "metrics. params. tags.k attributes. status run_id name start_time ` \" ' = != <= LIKE in IN NOT IS NULL ( ) , AND "
    "1 -1.5e3 'a' \"b\" `c` . é \ud800 \0"
)


@given(
    st.text()
    | st.lists(st.sampled_from(PIECES.split(" "))).flatmap(lambda p: st.sampled_from([" ".join(p), "".join(p)]))
)
def test_any_text_is_a_filter_or_an_invalid_parameter(text: str) -> None:
    for parse in (parse_runs_filter, parse_experiments_filter):
        try:
            parse(text)
        except InvalidParameter as error:
            error.message.encode()
