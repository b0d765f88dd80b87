"""Texts in the languages of several databases."""

from sqlalchemy import ColumnElement, create_mock_engine, select

from penstock.store.tables import runs
from penstock.store.text_sql import by_code_point, like, like_in_any_case

POSTGRESQL = create_mock_engine("postgresql://", lambda *_: None).dialect


def _written(condition: ColumnElement[bool]) -> str:
    """The condition with its values in place, as PostgreSQL reads it."""
    return str(condition.compile(dialect=POSTGRESQL, compile_kwargs={"literal_binds": True}))


def test_postgresql_compares_by_its_own_like_in_which_a_backslash_must_be_doubled() -> None:
    assert _written(like(runs.c.name, "a%_\\")) == "(runs.name LIKE 'a%%_\\\\')"


def test_postgresql_lowers_both_sides_where_case_does_not_matter() -> None:
    assert _written(like_in_any_case(runs.c.name, "A")) == "(lower(runs.name) LIKE lower('A'))"


def test_postgresql_sorts_by_code_point() -> None:
    statement = select(runs.c.id).order_by(by_code_point(runs.c.name).desc())
    assert str(statement.compile(dialect=POSTGRESQL)).endswith('ORDER BY runs.name COLLATE "C" DESC')
