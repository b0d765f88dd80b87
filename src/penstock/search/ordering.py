"""Orders, read: ``["metrics.loss ASC", "start_time DESC"]`` to terms."""

from collections.abc import Sequence
from typing import Final

from penstock.errors import InvalidParameter
from penstock.search.identifiers import read_identifier
from penstock.search.lexer import shorten
from penstock.search.reader import Reader
from penstock.search.tree import Identifier, OrderTerm
from penstock.search.vocabulary import EXPERIMENTS, RUNS, Vocabulary

MAX_TERMS: Final = 16
_WHAT: Final = "order_by"


def parse_runs_order(clauses: Sequence[str]) -> tuple[OrderTerm, ...]:
    """Read how runs are to be ordered: each clause an identifier and, if wanted, ASC (as without) or DESC.

    Args:
        clauses: at most 16; the first weighs most. None: the order of the store, newest first.

    Returns:
        The terms, in the order given.

    Raises:
        InvalidParameter: a clause cannot be read or sorted by, or names what an earlier one named.
    """
    return _parse(clauses, RUNS)


def parse_experiments_order(clauses: Sequence[str]) -> tuple[OrderTerm, ...]:
    """Read how experiments are to be ordered: by name, experiment_id, creation_time or last_update_time.

    Args, Returns, Raises: as ``parse_runs_order``.
    """
    return _parse(clauses, EXPERIMENTS)


def _parse(clauses: Sequence[str], vocabulary: Vocabulary) -> tuple[OrderTerm, ...]:
    if len(clauses) > MAX_TERMS:
        raise InvalidParameter(f"order_by has {len(clauses)} clauses; {MAX_TERMS} are allowed.")
    terms: list[OrderTerm] = []
    seen: set[Identifier] = set()
    for clause in clauses:
        term = _term(clause, vocabulary)
        if term.by in seen:
            raise InvalidParameter(f"order_by names '{shorten(clause)}' twice; take one of them out.")
        seen.add(term.by)
        terms.append(term)
    return tuple(terms)


def _term(clause: str, vocabulary: Vocabulary) -> OrderTerm:
    reader = Reader(clause, _WHAT)
    start = reader.next
    identifier = read_identifier(reader, vocabulary)
    if not vocabulary.rule(identifier).sortable:
        raise reader.error("this cannot be sorted by.", start)
    descending = reader.take_word("DESC")
    if not descending:
        reader.take_word("ASC")
    if not reader.at_end():
        raise reader.expected("ASC, DESC or the end; each field is a clause of its own")
    return OrderTerm(identifier, descending)
