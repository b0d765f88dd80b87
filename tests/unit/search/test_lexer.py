"""Tokens, places, limits."""

import time

import pytest

from penstock.errors import InvalidParameter
from penstock.search.lexer import MAX_LENGTH, Kind, Token, error_at, tokens


def test_tokens_know_their_places() -> None:
    assert tokens("metrics.`val loss`>=-1.5e3", "filter") == [
        Token(Kind.WORD, "metrics.", 0, 8),
        Token(Kind.QUOTED, "val loss", 8, 18, "`"),
        Token(Kind.SYMBOL, ">=", 18, 20),
        Token(Kind.NUMBER, "-1.5e3", 20, 26),
        Token(Kind.END, "", 26, 26),
    ]


@pytest.mark.parametrize("text", ["0", "+1", "-1", ".5", "5.", "1e9", "1.5E-3", "-Infinity", "+inf"])
def test_numbers_are_read_whole(text: str) -> None:
    assert tokens(text, "filter")[:-1] == [Token(Kind.NUMBER, text, 0, len(text))]


@pytest.mark.parametrize("text", ["1abc", "1.2.3", "R2", "a-b", "train/loss", "größe", "a:b"])
def test_words_may_hold_what_keys_hold(text: str) -> None:
    assert tokens(text, "filter")[:-1] == [Token(Kind.WORD, text, 0, len(text))]


@pytest.mark.parametrize("text", ["a # b", "a; b", "'open", '"open', "`open", "a\0b", "\ud800", "-x", "{}", "a\\b"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        tokens(text, "filter")


def test_text_of_the_greatest_length_is_read_and_one_more_character_is_not() -> None:
    assert len(tokens("a" * MAX_LENGTH, "filter")) == 2
    with pytest.raises(InvalidParameter, match="10001 characters; 10000 are allowed"):
        tokens("a" * (MAX_LENGTH + 1), "filter")


@pytest.mark.parametrize("piece", ["'", "1", "1.", "1e", "`a", "a.", "-", "<", "1e1e", "\t"])
def test_hostile_texts_take_no_time(piece: str) -> None:
    text = (piece * MAX_LENGTH)[:MAX_LENGTH]
    start = time.perf_counter()
    for _ in range(3):
        try:
            tokens(text, "filter")
        except InvalidParameter:
            continue
    # Quadratic time would take minutes.
    assert time.perf_counter() - start < 2


def test_error_has_a_caret_under_the_place() -> None:
    message = error_at("status == 'x'", 7, "no.", "filter").message
    assert message == "Invalid filter, at position 8: no.\n  status == 'x'\n         ^"


def test_error_in_a_long_text_shows_a_part_of_it() -> None:
    lines = error_at("a" * 500 + "!" + "b" * 500, 500, "no.", "filter").message.split("\n")
    assert lines[1] == f"  ...{'a' * 40}!{'b' * 39}..."
    assert lines[2].index("^") == lines[1].index("!")
