"""Conditions and ranges: which part of a file a client wants, if any (RFC 9110, sections 13 and 14)."""

import re
from email.utils import formatdate, mktime_tz, parsedate_tz
from typing import Final

from penstock.artifacts.base import Opened
from penstock.server.exchange import Exchange

Span = tuple[int, int]

# One range: a client may ask for several, and may then be given the whole.
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def entity_tag(opened: Opened) -> str:
    """A mark that changes when the file is written again."""
    return f'"{int(opened.modified * 1e6):x}-{opened.size:x}"'


def last_modified(opened: Opened) -> str:
    """When the file was written, to the second."""
    return formatdate(opened.modified, usegmt=True)


def is_unchanged(exchange: Exchange, opened: Opened) -> bool:
    """Whether the client has this very file already."""
    tags = exchange.header(b"if-none-match")
    if tags:
        return entity_tag(opened) in [tag.strip().removeprefix("W/") for tag in tags.split(",")] or tags.strip() == "*"
    since = parsedate_tz(exchange.header(b"if-modified-since"))
    try:
        return since is not None and int(opened.modified) <= mktime_tz(since)
    except (ValueError, OverflowError):
        return False


def wanted_span(exchange: Exchange, opened: Opened) -> Span | None:
    """The bytes the client wants, from the first to before the last; None for all of them.

    A span that begins at or after the end of the file cannot be given.
    """
    found = _RANGE.fullmatch(exchange.header(b"range").strip())
    if found is None or exchange.method != "GET":
        return None
    if exchange.header(b"if-range") not in {"", entity_tag(opened), last_modified(opened)}:
        return None
    first, last = found.groups()
    if first:
        return None if last and int(last) < int(first) else (int(first), _end(last, opened.size))
    if not last:
        return None
    # The last so many bytes.
    return (max(0, opened.size - int(last)) if int(last) else opened.size), opened.size


def _end(last: str, size: int) -> int:
    return min(int(last) + 1, size) if last else size
