"""Texts compared and sorted alike in every database: LIKE by our rules, and order by code point."""

from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, FunctionElement, Text, func, literal
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator


def like(text: ColumnElement[str], pattern: str) -> ColumnElement[bool]:
    """Whether ``text`` fits ``pattern``: ``%`` stands for any characters, ``_`` for one, and nothing else is special."""
    return _Like(text, literal(pattern, _Pattern()))


def like_in_any_case(text: ColumnElement[str], pattern: str) -> ColumnElement[bool]:
    """The same, whether letters are capitals or not; in SQLite that goes for A to Z only."""
    return _Like(func.lower(text), func.lower(literal(pattern, _Pattern())))


def by_code_point(text: ColumnElement[str]) -> ColumnElement[str]:
    """``text`` as a key to sort by: by code point, where some databases go by a language."""
    return _ByCodePoint(text)


class _Pattern(TypeDecorator[str]):
    """A pattern of ours, bound as the database's LIKE or GLOB wants it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        assert value is not None
        if dialect.name == "sqlite":
            return value.translate(_GLOB)
        return value.replace("\\", "\\\\")


# In a pattern of GLOB, what is special stands for itself in brackets.
_GLOB: Final = str.maketrans({"*": "[*]", "?": "[?]", "[": "[[]", "%": "*", "_": "?"})


class _Like(FunctionElement[bool]):
    """SQLite's LIKE takes capitals for small letters, unless each connection is told otherwise; its GLOB does not."""

    inherit_cache = True
    type = Boolean()


class _ByCodePoint(FunctionElement[str]):
    inherit_cache = True
    type = Text()


@compiles(_Like)
def _like(element: _Like, compiler: SQLCompiler, **kw: Any) -> str:
    text, pattern = (compiler.process(part, **kw) for part in element.clauses)
    return f"({text} LIKE {pattern})"


@compiles(_Like, "sqlite")
def _glob(element: _Like, compiler: SQLCompiler, **kw: Any) -> str:
    text, pattern = (compiler.process(part, **kw) for part in element.clauses)
    return f"({text} GLOB {pattern})"


@compiles(_ByCodePoint)
def _as_it_is(element: _ByCodePoint, compiler: SQLCompiler, **kw: Any) -> str:
    (text,) = (compiler.process(part, **kw) for part in element.clauses)
    return text


@compiles(_ByCodePoint, "postgresql")
def _collated(element: _ByCodePoint, compiler: SQLCompiler, **kw: Any) -> str:
    (text,) = (compiler.process(part, **kw) for part in element.clauses)
    return f'{text} COLLATE "C"'
