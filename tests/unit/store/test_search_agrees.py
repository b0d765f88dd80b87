"""Random searches of random small stores find what a plain reading of the filter and the order finds."""

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine

from penstock.entities.experiment import ViewType
from penstock.search.tree import (
    And,
    DatasetAttribute,
    ExperimentAttribute,
    Filter,
    Membership,
    MetricKey,
    NullCheck,
    Operator,
    OrderTerm,
    ParamKey,
    RunAttribute,
    TagKey,
)
from penstock.store import tables
from penstock.store.search_sql import count_runs, find_experiments, find_runs
from tests.unit.search import trees
from tests.unit.store.rows import ExperimentRow, RunRow, fill

Row = RunRow | ExperimentRow

# ---- the plain reading

_FIELDS = {
    RunAttribute.RUN_ID: "run_id",
    RunAttribute.RUN_NAME: "name",
    RunAttribute.STATUS: "status",
    RunAttribute.USER_ID: "user_id",
    RunAttribute.ARTIFACT_URI: "artifact_uri",
    RunAttribute.START_TIME: "start",
    RunAttribute.END_TIME: "end",
    ExperimentAttribute.NAME: "name",
    ExperimentAttribute.EXPERIMENT_ID: "row",
    ExperimentAttribute.CREATION_TIME: "created",
    ExperimentAttribute.LAST_UPDATE_TIME: "updated",
}


def _fits(text: str, pattern: str) -> bool:
    wild = {"%": ".*", "_": "."}
    return bool(re.fullmatch("".join(wild.get(c, re.escape(c)) for c in pattern), text, re.DOTALL))


_COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LIKE: _fits,
    # The alphabet of the tests has no capitals but those of ASCII.
    Operator.ILIKE: lambda text, pattern: _fits(text.lower(), pattern.lower()),
}


def _value(row: Row, left: object) -> str | float | None:
    match left:
        case MetricKey(key) if isinstance(row, RunRow):
            return row.metrics.get(key)
        case ParamKey(key) if isinstance(row, RunRow):
            return row.params.get(key)
        case TagKey(key):
            return row.tags.get(key)
        case RunAttribute() | ExperimentAttribute():
            value: str | float | None = getattr(row, _FIELDS[left])
            return value
    raise AssertionError(left)


def _passes(row: Row, node: Filter | None) -> bool:
    if node is None:
        return True
    if isinstance(node, And):
        return all(_passes(row, part) for part in node.parts)
    value = None if isinstance(node.left, DatasetAttribute) else _value(row, node.left)
    if isinstance(node, NullCheck):
        return (value is not None) == node.negated
    if node.left is ExperimentAttribute.EXPERIMENT_ID:
        value = str(value)
    if isinstance(node, Membership):
        return value is not None and (value in node.values) != node.negated
    return value is not None and _COMPARE[node.operator](value, node.right)


def _ordered(rows: Sequence[Row], order: Sequence[OrderTerm]) -> list[int]:
    """Sorted by the terms from the last to the first, for sorting is stable."""
    found = list(rows)
    for term in reversed(order):
        values = {row.row: _value(row, term.by) for row in found}
        numbered = [row for row in found if values[row.row] is not None and not _is_nan(values[row.row])]
        numbered.sort(key=lambda row, values=values: values[row.row], reverse=term.descending)  # type: ignore[misc]
        nans = [row for row in found if _is_nan(values[row.row])]
        found = [*numbered, *nans, *(row for row in found if values[row.row] is None)]
    return [row.row for row in found]


def _is_nan(value: str | float | None) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _seen(row: Row, view: ViewType) -> bool:
    return view is ViewType.ALL or (row.stage == "active") == (view is ViewType.ACTIVE_ONLY)


# ---- random stores


def _some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Mapping[str, Any]]:
    return st.dictionaries(trees.KEYS, values, max_size=3)


STAGES = st.sampled_from(["active", "active", "deleted"])
RUN = st.builds(
    RunRow,
    row=st.integers(1, 12) | st.integers(1000, 1003),
    run_id=trees.RUN_IDS | st.text("abc", min_size=1, max_size=3),
    experiment=st.integers(1, 3),
    name=trees.TEXTS,
    status=st.sampled_from(["RUNNING", "FINISHED", "a", "A"]),
    user_id=trees.TEXTS,
    artifact_uri=trees.TEXTS,
    start=trees.TIMES,
    end=st.none() | trees.TIMES,
    stage=STAGES,
    metrics=_some(trees.NUMBERS | st.just(math.nan)),
    params=_some(trees.TEXTS),
    tags=_some(trees.TEXTS),
)
RUNS = st.lists(RUN, max_size=8, unique_by=(lambda run: run.row, lambda run: run.run_id))
EXPERIMENT = st.builds(
    ExperimentRow,
    row=st.integers(0, 9),
    name=trees.TEXTS,
    created=trees.TIMES,
    updated=trees.TIMES,
    stage=STAGES,
    tags=_some(trees.TEXTS),
)
EXPERIMENTS = st.lists(EXPERIMENT, max_size=6, unique_by=(lambda one: one.row, lambda one: one.name))


class Page(NamedTuple):
    """What of the found is asked for."""

    view: ViewType
    limit: int
    offset: int

    def of(self, found: list[int]) -> list[int]:
        """The page."""
        return found[self.offset : self.offset + self.limit]


PAGES = st.builds(Page, st.sampled_from(list(ViewType)), st.integers(1, 9), st.integers(0, 9))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    tables.METADATA.create_all(engine)
    yield engine
    engine.dispose()


@contextmanager
def _filled(engine: Engine, experiments: Sequence[ExperimentRow], runs: Sequence[RunRow]) -> Iterator[Connection]:
    with engine.connect() as tx:
        fill(tx, experiments, runs)
        yield tx
        tx.rollback()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    runs=RUNS,
    within=st.lists(st.integers(1, 3), min_size=1, max_size=2, unique=True),
    where=st.none() | trees.RUN_FILTERS,
    order=trees.RUN_ORDERS,
    page=PAGES,
)
def test_runs(
    engine: Engine,
    runs: list[RunRow],
    within: list[int],
    where: Filter | None,
    order: tuple[OrderTerm, ...],
    page: Page,
) -> None:
    newest_first = sorted(sorted(runs, key=lambda run: run.run_id), key=lambda run: -run.start)
    there = [run for run in newest_first if run.experiment in within and _seen(run, page.view)]
    expected = _ordered([run for run in there if _passes(run, where)], order)
    with _filled(engine, [ExperimentRow(number, str(number)) for number in (1, 2, 3)], runs) as tx:
        assert find_runs(tx, within, where, order, page.view, page.limit, page.offset) == page.of(expected)
        assert count_runs(tx, within, where, page.view) == len(expected)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(experiments=EXPERIMENTS, where=st.none() | trees.EXPERIMENT_FILTERS, order=trees.EXPERIMENT_ORDERS, page=PAGES)
def test_experiments(
    engine: Engine, experiments: list[ExperimentRow], where: Filter | None, order: tuple[OrderTerm, ...], page: Page
) -> None:
    there = sorted(experiments, key=lambda one: -one.row if order else one.row)
    if not order:
        there.sort(key=lambda one: -one.created)
    expected = _ordered([one for one in there if _seen(one, page.view) and _passes(one, where)], order)
    with _filled(engine, experiments, []) as tx:
        assert find_experiments(tx, where, order, page.view, page.limit, page.offset) == page.of(expected)
