"""Text to tokens, each with its place; and errors that point at a place. Time grows linearly with the text."""

import re
from enum import Enum, auto
from typing import Final

from msgspec import Struct

from penstock.errors import InvalidParameter

MAX_LENGTH: Final = 10_000
# How much of a long text is shown around the place of an error, in characters to each side.
_EXCERPT: Final = 40
_SHOWN: Final = 60


class Kind(Enum):
    """What sort of token it is."""

    WORD = auto()
    QUOTED = auto()
    NUMBER = auto()
    SYMBOL = auto()
    END = auto()


class Token(Struct, frozen=True):
    """One token.

    ``text`` is what was written, a quoted text without its quotes. ``quote`` is the mark around a quoted text.
    ``start`` and ``end`` are positions in the source, in characters from 0.
    """

    kind: Kind
    text: str
    start: int
    end: int
    quote: str = ""

    def is_word(self, word: str) -> bool:
        """Whether this is the keyword ``word``, given in capitals; written in either."""
        return self.kind is Kind.WORD and self.text.upper() == word

    def __str__(self) -> str:
        if self.kind is Kind.END:
            return "the end"
        shown = shorten(self.text)
        return f"{self.quote}{shown}{self.quote}" if self.quote else f"'{shown}'"


# No two branches begin alike except for signs and dots, which differ in the next character: nothing is read twice.
_TOKEN: Final = re.compile(
    r"""
      (?P<space> \s+)
    | (?P<number> [+-]? (?: (?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+) (?:[eE][+-]?[0-9]+)? ) (?![\w.]) | [+-](?i:infinity|inf)\b )
    | (?P<word> \w [\w./:-]*)
    | (?P<quoted> '[^']*' | "[^"]*" | `[^`]*`)
    | (?P<symbol> >= | <= | != | <> | == | [=<>(),])
    """,
    re.VERBOSE,
)
_KINDS: Final = {"number": Kind.NUMBER, "word": Kind.WORD, "symbol": Kind.SYMBOL}


def tokens(source: str, what: str) -> list[Token]:
    """Cut ``source`` into tokens; the last is ``Kind.END``.

    Args:
        source: what was written.
        what: what it is, for messages: ``"filter"`` or ``"order_by"``.

    Raises:
        InvalidParameter: it is too long, holds what no store can keep, or has a character or quote out of place.
    """
    _check_storable(source, what)
    found: list[Token] = []
    place = 0
    while place < len(source):
        match = _TOKEN.match(source, place)
        if match is None:
            raise _unreadable(source, place, what)
        place = match.end()
        if match.lastgroup == "quoted":
            found.append(Token(Kind.QUOTED, match[0][1:-1], match.start(), place, match[0][0]))
        elif match.lastgroup in _KINDS:
            found.append(Token(_KINDS[match.lastgroup], match[0], match.start(), place))
    found.append(Token(Kind.END, "", place, place))
    return found


def shorten(text: str) -> str:
    """``text`` as it is shown in a message: cut if it is long."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def error_at(source: str, place: int, message: str, what: str) -> InvalidParameter:
    """An error that shows where in ``source`` it is: the line below the message has a caret under the place."""
    start = max(0, place - _EXCERPT)
    shown = "".join(c if c.isprintable() else " " for c in source[start : place + _EXCERPT])
    left = "..." if start else ""
    right = "..." if place + _EXCERPT < len(source) else ""
    caret = " " * (len(left) + place - start) + "^"
    return InvalidParameter(f"Invalid {what}, at position {place + 1}: {message}\n  {left}{shown}{right}\n  {caret}")


def _check_storable(source: str, what: str) -> None:
    if len(source) > MAX_LENGTH:
        raise InvalidParameter(f"The {what} has {len(source)} characters; {MAX_LENGTH} are allowed.")
    if "\0" in source:
        raise error_at(source, source.index("\0"), "a NUL character is not allowed.", what)
    try:
        source.encode()
    except UnicodeEncodeError as error:
        # The surrogate itself cannot be written into a message either.
        raise InvalidParameter(
            f"Invalid {what}, at position {error.start + 1}: this is not valid Unicode text."
        ) from None


def _unreadable(source: str, place: int, what: str) -> InvalidParameter:
    character = source[place]
    if character in "'\"`":
        return error_at(source, place, f"the quote {character} is never closed.", what)
    return error_at(
        source, place, f"the character {character!r} is out of place; put keys that have it in backticks.", what
    )
