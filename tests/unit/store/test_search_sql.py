"""Searches on real tables: what is found, in which order, and that nothing of the user's gets into a statement."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, insert, text

from penstock.entities.experiment import ViewType
from penstock.search.grammar import parse_experiments_filter, parse_runs_filter
from penstock.search.ordering import parse_experiments_order, parse_runs_order
from penstock.store import tables
from penstock.store.search_sql import count_runs, find_experiments, find_runs
from tests.unit.store.rows import ExperimentRow, RunRow, fill

NAN = float("nan")
RUNS = [
    RunRow(
        1, "r1", 1, name="red fox", start=10, end=20, metrics={"loss": 0.5}, params={"lr": "0.1"}, tags={"team": "A"}
    ),
    RunRow(2, "r2", 1, name="Red_hen", start=20, metrics={"loss": NAN}, params={"lr": "0.01"}, status="RUNNING"),
    RunRow(3, "r3", 1, name="blue%", start=20, end=5, metrics={"loss": 0.1}, params={"lr": "10"}, tags={"team": "a"}),
    RunRow(4, "r4", 1, name="x", start=30, end=5, stage="deleted", metrics={"loss": 0.2}),
    RunRow(5, "r5", 2, name="other", start=40, end=50, metrics={"loss": 0.9, "acc": 1}),
    RunRow(6, "r6", 1, name="none", start=5, end=6),
]
EXPERIMENTS = [
    ExperimentRow(1, "first", created=10, updated=50, tags={"team": "A"}),
    ExperimentRow(2, "Second", created=20, updated=40),
    ExperimentRow(3, "third", created=20, updated=30, stage="deleted"),
]


@pytest.fixture
def tx() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    tables.METADATA.create_all(engine)
    with engine.connect() as connection:
        fill(connection, EXPERIMENTS, RUNS)
        yield connection
    engine.dispose()


def found(tx: Connection, where: str = "", *order: str, **options: Any) -> list[int]:
    asked = {"experiments": [1], "view": ViewType.ACTIVE_ONLY, "limit": 100, "offset": 0, **options}
    return find_runs(tx, where=parse_runs_filter(where), order=parse_runs_order(order), **asked)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("", [2, 3, 1, 6]),
        ("metrics.loss < 0.5", [3]),
        ("metrics.loss <= 0.5", [3, 1]),
        ("metrics.loss = 0.5", [1]),
        ("metrics.loss != 0.5", [2, 3]),
        ("metrics.missing != 0.5", []),
        ("params.lr = '0.1'", [1]),
        ("params.lr != '0.1'", [2, 3]),
        ("params.lr LIKE '0.%'", [2, 1]),
        ("params.lr IS NULL", [6]),
        ("params.lr IS NOT NULL", [2, 3, 1]),
        ("tags.team = 'a'", [3]),
        ("tags.team ILIKE 'a'", [3, 1]),
        ("tags.team IS NULL", [2, 6]),
        ("run_name LIKE 'red%'", [1]),
        ("run_name ILIKE 'red_h%'", [2]),
        ("run_name LIKE '____%'", [2, 3, 1, 6]),
        ("run_name LIKE 'red?fox'", []),
        ("run_name LIKE '[b]lue%'", []),
        ("status = 'RUNNING'", [2]),
        ("status = 'running'", []),
        ("end_time < 10", [3, 6]),
        ("end_time != 5", [1, 6]),
        ("run_id IN ('r1', 'r6', 'r5')", [1, 6]),
        ("run_id NOT IN ('r1', 'r6')", [2, 3]),
        ("datasets.name != 'x'", []),
        ("datasets.digest NOT IN ('x')", []),
        ("metrics.loss > 0 AND params.lr = '0.1' AND run_id = 'r1'", [1]),
        ("metrics.loss > 0 AND params.lr = '0.1' AND run_id = 'r2'", []),
    ],
)
def test_runs_are_found_by(tx: Connection, where: str, rows: list[int]) -> None:
    assert found(tx, where) == rows
    assert count_runs(tx, [1], parse_runs_filter(where), ViewType.ACTIVE_ONLY) == len(rows)


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        (["metrics.loss"], [3, 1, 2, 6]),
        (["metrics.loss DESC"], [1, 3, 2, 6]),
        (["metrics.missing"], [2, 3, 1, 6]),
        (["params.lr"], [2, 1, 3, 6]),
        (["params.lr DESC"], [3, 1, 2, 6]),
        (["tags.team"], [1, 3, 2, 6]),
        (["run_name"], [2, 3, 6, 1]),
        (["end_time"], [3, 6, 1, 2]),
        (["end_time DESC"], [1, 6, 3, 2]),
        (["start_time"], [6, 1, 2, 3]),
        (["start_time", "metrics.loss"], [6, 1, 3, 2]),
        (["start_time", "run_id DESC"], [6, 1, 3, 2]),
    ],
)
def test_runs_are_ordered_by(tx: Connection, order: list[str], rows: list[int]) -> None:
    assert found(tx, "", *order) == rows


@pytest.mark.parametrize(
    ("view", "rows"),
    [(ViewType.ACTIVE_ONLY, [2, 3, 1, 6]), (ViewType.DELETED_ONLY, [4]), (ViewType.ALL, [4, 2, 3, 1, 6])],
)
def test_view_says_which_lifecycle_stages_are_seen(tx: Connection, view: ViewType, rows: list[int]) -> None:
    assert found(tx, view=view) == rows


@pytest.mark.parametrize("order", [(), ("metrics.loss",), ("params.lr",)])
def test_pages_joined_are_the_whole(tx: Connection, order: tuple[str, ...]) -> None:
    whole = found(tx, "", *order, experiments=[1, 2])
    assert len(whole) == 5
    pages = [found(tx, "", *order, experiments=[1, 2], limit=2, offset=offset) for offset in range(0, 10, 2)]
    assert pages == [whole[0:2], whole[2:4], whole[4:], [], []]


def test_several_experiments_are_searched_together_and_none_finds_nothing(tx: Connection) -> None:
    assert found(tx, experiments=[2, 1, 77]) == [5, 2, 3, 1, 6]
    assert found(tx, experiments=[]) == []
    assert count_runs(tx, [], None, ViewType.ALL) == 0


def test_more_experiments_than_a_statement_takes_parameters(tx: Connection) -> None:
    assert found(tx, "metrics.loss > 0", "metrics.loss", experiments=range(50_000)) == [3, 1, 5]


@pytest.mark.parametrize(
    ("where", "order", "rows"),
    [
        ("", [], [2, 1]),
        ("", ["name"], [2, 1]),
        ("", ["name DESC"], [1, 2]),
        ("", ["last_update_time"], [2, 1]),
        ("", ["experiment_id"], [1, 2]),
        ("name LIKE 's%'", [], []),
        ("name ILIKE 's%'", [], [2]),
        ("creation_time > 10", [], [2]),
        ("experiment_id = '1'", [], [1]),
        ("experiment_id != 1", [], [2]),
        ("experiment_id IN ('1', '2', '3', 'x')", [], [2, 1]),
        ("experiment_id NOT IN ('1')", [], [2]),
        ("experiment_id = '01'", [], []),
        ("tags.team = 'A'", [], [1]),
        ("tags.team IS NULL", [], [2]),
    ],
)
def test_experiments_are_found_by(tx: Connection, where: str, order: list[str], rows: list[int]) -> None:
    terms = parse_experiments_order(order)
    assert find_experiments(tx, parse_experiments_filter(where), terms, ViewType.ACTIVE_ONLY, 10, 0) == rows


def test_experiments_made_at_once_come_by_id_or_in_an_order_of_their_own_the_other_way_round(tx: Connection) -> None:
    def listed(*order: str) -> list[int]:
        return find_experiments(tx, None, parse_experiments_order(order), ViewType.ALL, 10, 0)

    assert listed() == [2, 3, 1]
    assert listed("creation_time DESC") == [3, 2, 1]


HOSTILE = ["'; DROP TABLE runs; --{}", "{}%' OR 1=1 --", "?{}:name", "%({})s", "{}\\'"]


@pytest.mark.parametrize("hostile", [one.format("unique7token") for one in HOSTILE])
@pytest.mark.parametrize(
    "where",
    [
        "metrics.`{}` > 1",
        "metrics.`{}` IS NULL",
        "params.`{}` = 'a'",
        'params.a = "{}"',
        'params.a LIKE "{}"',
        'tags.a ILIKE "{}"',
        'tags.`{}` != "{}"',
        "tags.`{}` IS NULL",
        'run_name = "{}"',
        'run_name LIKE "{}"',
        'run_id IN ("{}", "b{}")',
        'datasets.name = "{}"',
    ],
)
def test_no_text_of_the_user_gets_into_a_statement(tx: Connection, where: str, hostile: str) -> None:
    statements: list[str] = []
    event.listen(tx.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    where = where.replace("{}", hostile)
    if where.startswith("metrics") and "NULL" in where:
        where = where.replace("metrics", "params")
    found(tx, where, f"metrics.`{hostile}`", f"params.`{hostile}` DESC", f"tags.`{hostile}`")
    found(tx, where, f"params.`{hostile}`", experiments=[2])
    if not where.startswith(("metrics", "params", "run_", "datasets")):
        find_experiments(tx, parse_experiments_filter(where), (), ViewType.ALL, 10, 0)
    assert len(statements) >= 4
    assert not [one for one in statements if "unique7token" in one]


def test_order_by_a_metric_walks_the_index_of_its_values(tx: Connection) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(tx.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    found(tx, "metrics.loss > 0 AND tags.team = 'A'", "metrics.loss DESC", "start_time", limit=1)
    statement, parameters = asked[-1]
    plan = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert plan[0].startswith("SEARCH walked USING COVERING INDEX series_by_value")
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan


def test_rows_of_a_large_store_are_looked_up_only_for_the_runs_asked_about(tx: Connection) -> None:
    tx.execute(insert(tables.runs), [RunRow(row, f"n{row}", 2).columns() for row in range(100, 150)])
    asked: list[str] = []
    event.listen(tx.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert found(tx, "metrics.loss > 0", "metrics.loss", limit=1) == [3]
    assert "EXISTS" in asked[-1]
    assert found(tx, "metrics.loss > 0", "metrics.loss", experiments=[1, 2], limit=1) == [3]
    assert "EXISTS" not in asked[-1]


def test_like_tells_capitals_whatever_the_connection_was_told(tx: Connection) -> None:
    for setting in ("ON", "OFF"):
        tx.execute(text(f"PRAGMA case_sensitive_like = {setting}"))
        assert found(tx, "run_name LIKE 'Red%'") == [2]
        assert found(tx, "run_name ILIKE 'RED%'") == [2, 1]
