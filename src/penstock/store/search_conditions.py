"""Filters as SQL conditions. Every value of the user's is a bound parameter; columns come from enums.

A condition on a run's metrics, params or tags is a subquery, in one of two shapes. ``EXISTS`` looks each run up: good
where few runs are asked about. ``IN`` collects the runs of that key once, from an index: good where they are many.
"""

import operator
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, ScalarSelect, Table, and_, exists, false, not_, or_, select, true

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
from penstock.store import tables
from penstock.store.text_sql import like, like_in_any_case

Condition = ColumnElement[bool]

RUN_COLUMNS: Final[dict[RunAttribute, Column[Any]]] = {
    RunAttribute.RUN_ID: tables.runs.c.run_id,
    RunAttribute.RUN_NAME: tables.runs.c.name,
    RunAttribute.STATUS: tables.runs.c.status,
    RunAttribute.USER_ID: tables.runs.c.user_id,
    RunAttribute.ARTIFACT_URI: tables.runs.c.artifact_uri,
    RunAttribute.START_TIME: tables.runs.c.start_time,
    RunAttribute.END_TIME: tables.runs.c.end_time,
}
EXPERIMENT_COLUMNS: Final[dict[ExperimentAttribute, Column[Any]]] = {
    ExperimentAttribute.NAME: tables.experiments.c.name,
    ExperimentAttribute.EXPERIMENT_ID: tables.experiments.c.id,
    ExperimentAttribute.CREATION_TIME: tables.experiments.c.creation_time,
    ExperimentAttribute.LAST_UPDATE_TIME: tables.experiments.c.last_update_time,
}
_COMPARE: Final[dict[Operator, Callable[[Any, Any], Condition]]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LIKE: like,
    Operator.ILIKE: like_in_any_case,
}


def key_id(name: str) -> ScalarSelect[int]:
    """The id of a metric's, param's or tag's name; NULL, and so equal to nothing, if nothing has it."""
    return select(tables.keys.c.id).where(tables.keys.c.name == name).scalar_subquery()


def run_condition(node: Filter | None, run: ColumnElement[int], *, broad: bool) -> Condition:
    """What a run must fulfil.

    Args:
        node: the filter; None lets all pass.
        run: the row id of the run.
        broad: whether a good part of the store's runs is asked about.
    """
    if node is None:
        return true()
    if isinstance(node, And):
        return and_(*(run_condition(part, run, broad=broad) for part in node.parts))
    if isinstance(node.left, DatasetAttribute):
        # The store keeps no datasets of runs.
        return false()
    if isinstance(node.left, RunAttribute):
        return _on_column(RUN_COLUMNS[node.left], node)
    table, key, indexed = _keyed(node.left)
    matching = and_(table.c.key == key_id(key), _on_value(table, node))
    if broad and indexed:
        found: Condition = run.in_(select(table.c.run).where(matching))
    else:
        found = exists(select(1).select_from(table).where(table.c.run == run, matching))
    return not_(found) if _asks_for_absence(node) else found


def experiment_condition(node: Filter | None) -> Condition:
    """What an experiment must fulfil; None lets all pass."""
    if node is None:
        return true()
    if isinstance(node, And):
        return and_(*(experiment_condition(part) for part in node.parts))
    if node.left is ExperimentAttribute.EXPERIMENT_ID:
        return _on_id(node)
    if isinstance(node.left, ExperimentAttribute):
        return _on_column(EXPERIMENT_COLUMNS[node.left], node)
    assert isinstance(node.left, TagKey)
    table = tables.experiment_tags
    mine = and_(table.c.experiment == tables.experiments.c.id, table.c.key == node.left.key)
    found = exists(select(1).select_from(table).where(mine, _on_value(table, node)))
    return not_(found) if _asks_for_absence(node) else found


def _keyed(left: Identifier) -> tuple[Table, str, bool]:
    """Where an identifier's values stand, its key, and whether an index leads from a key to its runs."""
    match left:
        case MetricKey(key):
            return tables.series, key, True
        case ParamKey(key):
            return tables.params, key, False
        case TagKey(key):
            return tables.tags, key, True
    raise AssertionError(left)


def _asks_for_absence(node: Comparison | Membership | NullCheck) -> bool:
    return isinstance(node, NullCheck) and not node.negated


def _on_value(table: Table, node: Comparison | Membership | NullCheck) -> Condition:
    if isinstance(node, NullCheck):
        return true()
    if not isinstance(node.left, MetricKey):
        return _on_column(table.c.value, node)
    column = table.c.last_value
    found = _on_column(column, node)
    # NaN differs from every number.
    return or_(found, column.is_(None)) if isinstance(node, Comparison) and node.operator is Operator.NE else found


def _on_column(column: Column[Any], node: Comparison | Membership | NullCheck) -> Condition:
    if isinstance(node, Comparison):
        return _COMPARE[node.operator](column, node.right)
    if isinstance(node, Membership):
        return column.not_in(node.values) if node.negated else column.in_(node.values)
    return column.is_not(None) if node.negated else column.is_(None)


def _on_id(node: Comparison | Membership | NullCheck) -> Condition:
    match node:
        case Membership(_, values, negated):
            texts, excluded = values, negated
        case Comparison(_, compare, value):
            texts, excluded = (str(value),), compare is Operator.NE
        case NullCheck():
            raise AssertionError(node)
    # An id is written in one way: '01' is not experiment 1.
    ids = [int(text) for text in texts if len(text) < 19 and text.isdecimal() and str(int(text)) == text]
    column = tables.experiments.c.id
    return column.not_in(ids) if excluded else column.in_(ids)
