"""Page tokens: where the next page begins, as MLflow writes it: base64 of ``{"offset": N}``."""

import base64
from typing import Annotated, Final

import msgspec

from penstock.errors import InvalidParameter

_Offset = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
# Our tokens have at most 40 characters.
_MAX_LENGTH: Final = 1000


class _Page(msgspec.Struct):
    offset: _Offset


def next_token(offset: int) -> str:
    """The token of the page that begins after ``offset`` entries."""
    return base64.b64encode(msgspec.json.encode(_Page(offset))).decode()


def read_token(token: str) -> int:
    """How many entries come before the page that ``token`` stands for; the empty token is the first page.

    Raises:
        InvalidParameter: it is not a token that a search answered.
    """
    if not token:
        return 0
    # Some callers put the token into an address, in that alphabet and without padding.
    plain = token[:_MAX_LENGTH].replace("-", "+").replace("_", "/").rstrip("=")
    try:
        page = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        return msgspec.json.decode(page, type=_Page).offset
    except (ValueError, msgspec.DecodeError):
        raise InvalidParameter("Invalid page_token: give the next_page_token of the page before, unchanged.") from None
