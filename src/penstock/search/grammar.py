"""Filters, read: text to tree.

    filter      = comparison { AND comparison } [ AND ]
    comparison  = identifier operator value
                | identifier [ NOT ] IN "(" value { "," value } ")"
                | identifier IS [ NOT ] NULL
    identifier  = name | prefix "." key           a key with other signs stands in backticks or double quotes
    operator    = "=" | "!=" | "<" | "<=" | ">" | ">=" | LIKE | ILIKE

Keywords are written in capitals or small letters. What may be asked of which identifier is in ``vocabulary.py``.
"""

from typing import Final

from penstock.entities.rules import storable
from penstock.errors import InvalidParameter
from penstock.search.identifiers import read_identifier
from penstock.search.lexer import Kind, Token, shorten
from penstock.search.reader import Reader
from penstock.search.tree import And, Comparison, Filter, Identifier, Membership, NullCheck, Operator
from penstock.search.vocabulary import EXPERIMENTS, RUNS, Rule, Value, Vocabulary

MAX_COMPARISONS: Final = 64
_WHAT: Final = "filter"
_INT64: Final = range(-(2**63), 2**63)
# Longer ones are out of range anyhow, and Python refuses to read very long ones.
_MAX_DIGITS: Final = 20


def parse_runs_filter(text: str) -> Filter | None:
    """Read a filter on runs, such as ``metrics.R2 > 0.24 AND tags.model LIKE 'tree%'``.

    Args:
        text: the filter; at most 10,000 characters and 64 comparisons.

    Returns:
        The tree, or None for the empty text: no filter.

    Raises:
        InvalidParameter: it is no filter; the message points at the place and says what was expected.
    """
    return _parse(text, RUNS)


def parse_experiments_filter(text: str) -> Filter | None:
    """Read a filter on experiments, such as ``name LIKE 'diabetes%' AND tags.team = 'vision'``.

    Args, Returns, Raises: as ``parse_runs_filter``.
    """
    return _parse(text, EXPERIMENTS)


def _parse(text: str, vocabulary: Vocabulary) -> Filter | None:
    if not text:
        return None
    if text.isspace():
        raise InvalidParameter("Invalid filter: it holds only white space. Leave it empty to filter nothing.")
    reader = Reader(text, _WHAT)
    parts: list[Filter] = [_comparison(reader, vocabulary)]
    while not reader.at_end():
        _take_and(reader)
        # Clients join parts and may leave an AND at the end.
        if reader.at_end():
            break
        if len(parts) == MAX_COMPARISONS:
            raise reader.error(f"more than {MAX_COMPARISONS} comparisons; ask in several searches.")
        parts.append(_comparison(reader, vocabulary))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _take_and(reader: Reader) -> None:
    if reader.take_word("AND"):
        return
    if reader.next.is_word("OR"):
        raise reader.error("OR is not supported; only AND joins comparisons. Search twice, or use IN for ids.")
    raise reader.expected("AND or the end")


def _comparison(reader: Reader, vocabulary: Vocabulary) -> Filter:
    if reader.at_symbol("(") or reader.next.is_word("NOT"):
        raise reader.error(f"{reader.next} is not supported here; a filter is comparisons joined by AND.")
    start = reader.next
    identifier = read_identifier(reader, vocabulary)
    rule = vocabulary.rule(identifier)
    name = shorten(reader.source[start.start : reader.last.end])
    if reader.next.is_word("IS"):
        return _null_check(reader, identifier, name, rule)
    if reader.next.is_word("IN") or reader.next.is_word("NOT"):
        return _membership(reader, identifier, name, rule)
    operator = _operator(reader, name, rule)
    return Comparison(identifier, operator, _value(reader, f"after '{name} {operator}'", rule.value))


def _operator(reader: Reader, name: str, rule: Rule) -> Operator:
    token = reader.next
    allowed = ", ".join((*rule.operators, *(["IN", "NOT IN"] * rule.membership), *(["IS [NOT] NULL"] * rule.nullable)))
    written = token.text.upper()
    if token.kind in (Kind.SYMBOL, Kind.WORD) and written in rule.operators:
        reader.take()
        return Operator(written)
    if token.text in ("==", "<>"):
        raise reader.error(f"there is no operator {token}; write {'=' if token.text == '==' else '!='}.")
    if token.kind in (Kind.SYMBOL, Kind.WORD) and written in Operator.__members__.values():
        raise reader.error(f"{name} cannot be compared with {written}; it takes {allowed}.")
    hint = " Put a key with spaces or other signs in backticks." if token.kind is Kind.WORD else ""
    raise reader.expected(f"an operator after '{name}' ({allowed})", hint)


def _null_check(reader: Reader, identifier: Identifier, name: str, rule: Rule) -> NullCheck:
    if not rule.nullable:
        raise reader.error(f"IS NULL can be asked of params and tags only, not of {name}.")
    reader.take()
    negated = reader.take_word("NOT")
    if not reader.take_word("NULL"):
        raise reader.expected("NULL")
    return NullCheck(identifier, negated)


def _membership(reader: Reader, identifier: Identifier, name: str, rule: Rule) -> Membership:
    start = reader.next
    negated = reader.take_word("NOT")
    if not reader.next.is_word("IN"):
        raise reader.expected("IN after NOT")
    if not rule.membership:
        allowed = ", ".join(rule.operators)
        raise reader.error(f"IN cannot be asked of {name}; it takes {allowed}.", start)
    reader.take()
    reader.take_symbol("(")
    values = [_text_value(reader, "in the list", rule.value)]
    while reader.at_symbol(","):
        reader.take()
        values.append(_text_value(reader, "in the list", rule.value))
    reader.take_symbol(")")
    return Membership(identifier, tuple(values), negated)


def _value(reader: Reader, where: str, kind: Value) -> str | int | float:
    if kind is Value.NUMBER:
        return _number(reader, where)
    if kind is Value.WHOLE:
        return _whole(reader, where)
    return _text_value(reader, where, kind)


def _number(reader: Reader, where: str) -> float:
    token = reader.next
    if token.kind is Kind.NUMBER or token.is_word("INFINITY") or token.is_word("INF"):
        reader.take()
        # The store keeps infinities as the largest finite numbers, and so they are found.
        return storable(float(token.text))
    raise reader.expected(f"{Value.NUMBER.value} {where}")


def _whole(reader: Reader, where: str) -> int:
    token = reader.next
    if not _is_whole(token):
        raise reader.expected(f"{Value.WHOLE.value} {where}")
    if len(token.text) > _MAX_DIGITS or int(token.text) not in _INT64:
        raise reader.error("this number does not fit into 64 bits; times are milliseconds since 1970.")
    reader.take()
    return int(token.text)


def _text_value(reader: Reader, where: str, kind: Value) -> str:
    token = reader.next
    if (token.kind is Kind.QUOTED and token.quote != "`") or (kind is Value.ID and _is_whole(token)):
        reader.take()
        return token.text
    raise reader.expected(f"{kind.value} {where}")


def _is_whole(token: Token) -> bool:
    return token.kind is Kind.NUMBER and token.text.lstrip("+-").isdigit()
