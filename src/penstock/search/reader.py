"""A place in a row of tokens, and how to go on from it."""

from typing import Final

from penstock.errors import InvalidParameter
from penstock.search.lexer import Kind, Token, error_at, tokens


class Reader:
    """Walks over the tokens of ``source`` once; ``next`` is the one not yet taken, ``last`` the one taken last."""

    def __init__(self, source: str, what: str) -> None:
        """Begin at the first token.

        Args:
            source: what was written.
            what: what it is, for messages.

        Raises:
            InvalidParameter: it cannot be cut into tokens.
        """
        self.source: Final = source
        self._what: Final = what
        self._tokens: Final = tokens(source, what)
        self._place = 0

    @property
    def next(self) -> Token:
        """The token that comes now; the end comes for ever."""
        return self._tokens[self._place]

    @property
    def last(self) -> Token:
        """The token before it."""
        return self._tokens[self._place - 1]

    def at_end(self) -> bool:
        """Whether everything is taken."""
        return self.next.kind is Kind.END

    def at_symbol(self, symbol: str) -> bool:
        """Whether ``symbol`` comes now."""
        return self.next.kind is Kind.SYMBOL and self.next.text == symbol

    def take(self) -> Token:
        """Go past the next token and return it."""
        token = self.next
        if not self.at_end():
            self._place += 1
        return token

    def take_word(self, word: str) -> bool:
        """Go past the keyword ``word`` if it comes now; say whether it did."""
        found = self.next.is_word(word)
        if found:
            self.take()
        return found

    def take_symbol(self, symbol: str) -> None:
        """Go past ``symbol``.

        Raises:
            InvalidParameter: something else comes now.
        """
        if not self.at_symbol(symbol):
            raise self.expected(f"'{symbol}'")
        self.take()

    def error(self, message: str, at: Token | None = None) -> InvalidParameter:
        """An error at the next token, or ``at`` another."""
        return error_at(self.source, (at or self.next).start, message, self._what)

    def expected(self, wanted: str, hint: str = "") -> InvalidParameter:
        """An error that says what should have come now."""
        return self.error(f"expected {wanted}, found {self.next}.{hint}")
