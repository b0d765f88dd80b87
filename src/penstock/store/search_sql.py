"""Searches: a filter and an order, as the row ids of what they find.

Ordering many runs by a metric would look up each run's value only to throw most away. There the index of the values
is walked in order instead, until the page is full (``_walk``).
"""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    UnaryExpression,
    and_,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.sql.operators import custom_op

from penstock.entities.experiment import LifecycleStage, ViewType
from penstock.search.tree import ExperimentAttribute, Filter, MetricKey, OrderTerm, ParamKey, RunAttribute, TagKey
from penstock.store.search_conditions import (
    EXPERIMENT_COLUMNS,
    RUN_COLUMNS,
    Condition,
    experiment_condition,
    key_id,
    run_condition,
)
from penstock.store.tables import experiments as experiments_table
from penstock.store.tables import params, runs, series, tags
from penstock.store.text_sql import by_code_point

# From here on ids stand in the statement's text, for databases take only so many parameters.
_MANY: Final = 1000
# Runs are asked about broadly when they are at least this share of all.
_BROAD: Final = 4


class _Question(Struct, frozen=True):
    """What is asked of runs."""

    experiments: Sequence[int]
    where: Filter | None
    view: ViewType
    broad: bool


def find_runs(  # noqa: PLR0913, PLR0917
    tx: Connection,
    experiments: Sequence[int],
    where: Filter | None,
    order: Sequence[OrderTerm],
    view: ViewType,
    limit: int,
    offset: int,
) -> list[int]:
    """The row ids of a page of runs, in order; what ``order`` leaves equal comes newest first, then by run id.

    Args:
        tx: an open transaction.
        experiments: row ids of the experiments to look in.
        where: what runs must fulfil; None: nothing.
        order: what to sort by.
        view: which lifecycle stages to look at.
        limit: how many to return at most.
        offset: how many to pass over.
    """
    if not experiments or limit <= 0:
        return []
    broad = _is_broad(tx, experiments, view) if where or order else False
    question = _Question(experiments, where, view, broad)
    if broad and order and isinstance(order[0].by, MetricKey):
        return _walk(tx, question, order, limit, offset)
    return _fetch(tx, _sorted_runs(question, order), limit, offset)


def count_runs(tx: Connection, experiments: Sequence[int], where: Filter | None, view: ViewType) -> int:
    """How many runs of ``experiments`` fulfil ``where``."""
    if not experiments:
        return 0
    broad = _is_broad(tx, experiments, view) if where else False
    condition = run_condition(where, runs.c.id, broad=broad)
    statement = select(func.count()).select_from(runs).where(*_scope(experiments, view), condition)
    return tx.execute(statement).scalar_one()


def find_experiments(
    tx: Connection,
    where: Filter | None,
    order: Sequence[OrderTerm],
    view: ViewType,
    limit: int,
    offset: int,
) -> list[int]:
    """The row ids of a page of experiments, in order; without ``order`` the newest come first.

    Args:
        tx: an open transaction.
        where: what experiments must fulfil; None: nothing.
        order: what to sort by.
        view: which lifecycle stages to look at.
        limit: how many to return at most.
        offset: how many to pass over.
    """
    if limit <= 0:
        return []
    table = experiments_table
    keys: list[ColumnElement[Any]] = []
    for term in order:
        assert isinstance(term.by, ExperimentAttribute)
        keys.append(_directed(EXPERIMENT_COLUMNS[term.by], term))
    keys += [table.c.id.desc()] if order else [table.c.creation_time.desc(), table.c.id]
    statement = select(table.c.id).where(_in_view(table.c.lifecycle_stage, view), experiment_condition(where))
    return _fetch(tx, statement.order_by(*keys), limit, offset)


def _fetch(tx: Connection, statement: Select[int], limit: int, offset: int) -> list[int]:
    return list(tx.execute(statement.limit(limit).offset(offset)).scalars())


# ---- which runs


def _scope(experiments: Sequence[int], view: ViewType) -> tuple[Condition, Condition]:
    return _in_experiments(runs.c.experiment, experiments), _in_view(runs.c.lifecycle_stage, view)


def _in_experiments(column: ColumnElement[int], experiments: Sequence[int]) -> Condition:
    if len(experiments) == 1:
        return column == experiments[0]
    many = len(experiments) >= _MANY
    return column.in_(bindparam("experiments", list(experiments), expanding=True, literal_execute=many))


def _in_view(column: ColumnElement[str], view: ViewType) -> Condition:
    match view:
        case ViewType.ACTIVE_ONLY:
            return column == LifecycleStage.ACTIVE.value
        case ViewType.DELETED_ONLY:
            return column == LifecycleStage.DELETED.value
        case ViewType.ALL:
            return true()


def _is_broad(tx: Connection, experiments: Sequence[int], view: ViewType) -> bool:
    # Ids are given in order and runs are kept, so that the greatest id tells how many there are.
    share = select(func.coalesce(func.max(runs.c.id), 0) // _BROAD).scalar_subquery()
    asked = select(1).select_from(runs).where(*_scope(experiments, view)).limit(share).subquery()
    count, enough = tx.execute(select(select(func.count()).select_from(asked).scalar_subquery(), share)).one()
    return bool(count >= enough)


# ---- in which order


def _sorted_runs(question: _Question, order: Sequence[OrderTerm]) -> Select[int]:
    source, keys = _order_keys(runs, runs.c.id, order)
    condition = run_condition(question.where, runs.c.id, broad=question.broad)
    scope = _scope(question.experiments, question.view)
    return select(runs.c.id).select_from(source).where(*scope, condition).order_by(*keys)


def _order_keys(
    source: FromClause, run: ColumnElement[int], order: Sequence[OrderTerm]
) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """``source`` joined with what ``order`` needs, and the expressions to sort by."""
    keys: list[ColumnElement[Any]] = []
    for number, term in enumerate(order):
        if isinstance(term.by, RunAttribute):
            column = RUN_COLUMNS[term.by]
            keys += [column.is_(None)] if column.nullable else []
            keys.append(_directed(column, term))
            continue
        assert isinstance(term.by, MetricKey | ParamKey | TagKey)
        table = {MetricKey: series, ParamKey: params, TagKey: tags}[type(term.by)].alias(f"order_{number}")
        source = source.outerjoin(table, and_(table.c.run == run, table.c.key == key_id(term.by.key)))
        keys.append(table.c.key.is_(None))
        if isinstance(term.by, MetricKey):
            keys += [table.c.last_value.is_(None), _directed(table.c.last_value, term)]
        else:
            keys.append(_directed(table.c.value, term))
    return source, [*keys, runs.c.start_time.desc(), by_code_point(runs.c.run_id)]


def _directed(column: ColumnElement[Any], term: OrderTerm) -> ColumnElement[Any]:
    key: ColumnElement[Any] = by_code_point(column) if isinstance(column.type, String) else column
    return key.desc() if term.descending else key.asc()


# ---- the walk


def _walk(tx: Connection, question: _Question, order: Sequence[OrderTerm], limit: int, offset: int) -> list[int]:
    """Runs ordered by a metric first: those with a number, from the index; then, if there is room, the others."""
    first = order[0]
    assert isinstance(first.by, MetricKey)
    key = key_id(first.by.key)
    numbered = _numbered_runs(question, order, key)
    found = _fetch(tx, numbered, limit, offset)
    if len(found) == limit:
        return found
    passed = offset + len(found)
    if offset and not found:
        passed = tx.execute(select(func.count()).select_from(numbered.order_by(None).subquery())).scalar_one()
    with_number = select(series.c.run).where(series.c.key == key, series.c.last_value.is_not(None))
    others = _sorted_runs(question, order).where(runs.c.id.not_in(with_number))
    return found + _fetch(tx, others, limit - len(found), offset + len(found) - passed)


def _numbered_runs(question: _Question, order: Sequence[OrderTerm], key: ColumnElement[int]) -> Select[int]:
    walked = series.alias("walked")
    run = _without_index(walked.c.run)
    source, keys = _order_keys(walked.join(runs, runs.c.id == walked.c.run), walked.c.run, order[1:])
    return (
        select(runs.c.id)
        .select_from(source)
        .where(
            walked.c.key == key,
            walked.c.last_value.is_not(None),
            run_condition(question.where, run, broad=True),
            _in_experiments(_without_index(runs.c.experiment), question.experiments),
            _in_view(runs.c.lifecycle_stage, question.view),
        )
        .order_by(_directed(walked.c.last_value, order[0]), *keys)
    )


def _without_index(column: ColumnElement[int]) -> ColumnElement[int]:
    """``column``, in a form that a planner does not look up in an index: the walk stays on the index of values."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)
