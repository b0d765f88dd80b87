"""Identifiers, read: ``metrics.loss``, ``tags.`my key```, ``attributes.status``, ``status``."""

from difflib import get_close_matches

from penstock.search.lexer import Kind, Token, shorten
from penstock.search.reader import Reader
from penstock.search.tree import Identifier
from penstock.search.vocabulary import Vocabulary


def read_identifier(reader: Reader, vocabulary: Vocabulary) -> Identifier:
    """Take an identifier.

    Raises:
        InvalidParameter: none comes now, or it is not one that ``vocabulary`` has.
    """
    token = reader.next
    if token.kind is Kind.QUOTED and token.quote != "'":
        reader.take()
        return _attribute(reader, token, token.text, vocabulary)
    if token.kind is not Kind.WORD:
        raise reader.expected("an identifier, such as metrics.loss or status")
    reader.take()
    prefix, dot, key = token.text.partition(".")
    if not dot:
        return _attribute(reader, token, prefix, vocabulary)
    if not key:
        key = _quoted_key(reader, token)
    if prefix in vocabulary.keyed:
        return vocabulary.keyed[prefix](key)
    group = vocabulary.grouped.get(prefix)
    if group is None:
        known = [name for name in (*vocabulary.keyed, *vocabulary.grouped) if name.endswith("s")]
        raise reader.error(f"there is no '{shorten(prefix)}.'; {_suggest(prefix, known)}", token)
    if key not in group:
        raise reader.error(f"there is no '{prefix}.{shorten(key)}'; {_suggest(key, list(group))}", token)
    return group[key]


def _quoted_key(reader: Reader, prefix: Token) -> str:
    token = reader.next
    if token.kind is not Kind.QUOTED or token.quote == "'" or token.start != prefix.end:
        raise reader.expected(f"a key right after '{prefix.text}', plain or in backticks")
    if not token.text:
        raise reader.error("the key is empty.")
    reader.take()
    return token.text


def _attribute(reader: Reader, token: Token, name: str, vocabulary: Vocabulary) -> Identifier:
    attribute = vocabulary.attributes.get(name)
    if attribute is None:
        names = dict.fromkeys(str(one) for one in vocabulary.attributes.values())
        known = [*(f"{prefix}.<key>" for prefix in vocabulary.keyed if prefix.endswith("s")), *names]
        raise reader.error(f"there is no {token}; {_suggest(name, known)}", token)
    return attribute


def _suggest(wrong: str, known: list[str]) -> str:
    near = get_close_matches(shorten(wrong), known, n=1)
    return f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}."
