"""Page tokens."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import InvalidParameter
from penstock.search.paging import next_token, read_token


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_token_is_read_back(offset: int) -> None:
    assert read_token(next_token(offset)) == offset


def test_no_token_is_the_first_page() -> None:
    assert read_token("") == 0


@pytest.mark.parametrize("text", ['{"offset": 7}', '{"offset":7, "more": 1}'])
def test_tokens_of_other_servers_are_read(text: str) -> None:
    assert read_token(base64.b64encode(text.encode()).decode()) == 7


def test_padding_may_be_lost() -> None:
    assert read_token(next_token(5).rstrip("=")) == 5


@pytest.mark.parametrize(
    "page", ["", "{}", "[]", "7", '{"offset": -1}', '{"offset": "7"}', '{"offset": true}', '{"offset": 1e30}', "{"]
)
def test_tokens_that_say_nothing_are_refused(page: str) -> None:
    with pytest.raises(InvalidParameter, match="page_token"):
        read_token(base64.b64encode(page.encode()).decode() or "=")


@given(st.text(min_size=1))
def test_any_text_is_a_token_or_an_invalid_parameter(token: str) -> None:
    try:
        assert read_token(token) >= 0
    except InvalidParameter:
        return


def test_long_tokens_are_refused() -> None:
    with pytest.raises(InvalidParameter):
        read_token("A" * 10_000_000)
