"""The history of a metric, streamed: millions of points pass through without ever being held together."""

from collections.abc import AsyncGenerator, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import Final

from penstock.entities.metric import Metric
from penstock.operations.codec import encode_result
from penstock.server.exchange import JSON_HEADERS, Exchange
from penstock.server.threads import stepped

_PIECE: Final = 256 * 1024
_BEGIN: Final = b'{"metrics":['
_END: Final = b"]}"


async def send_history(exchange: Exchange, pages: Iterator[list[Metric]], pool: ThreadPoolExecutor) -> None:
    """Answer with every point that ``pages`` gives.

    Raises:
        PenstockError: the first points could not be had. Later the answer has begun, and can only break off.
    """
    async with aclosing(stepped(_encoded(pages), pool)) as pieces:
        first = await anext(pieces, b"")
        second = await anext(pieces, b"")
        if second:
            await exchange.stream(200, JSON_HEADERS, _joined(first, second, pieces))
        else:
            # One piece is all that most histories need; then the client learns the length beforehand.
            await exchange.answer(200, first or b"{}")


async def _joined(first: bytes, second: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    yield first
    yield second
    async for piece in rest:
        yield piece


def _encoded(pages: Iterator[list[Metric]]) -> Generator[bytes, None, None]:
    """The text of the answer in pieces; nothing at all if there are no points."""
    lead = _BEGIN
    parts: list[bytes] = []
    size = 0
    for page in pages:
        # Without its brackets, an array is a part of a longer one.
        text = encode_result(page)[1:-1]
        if text:
            parts.append(text)
            size += len(text)
        if size >= _PIECE:
            yield lead + b",".join(parts)
            lead, parts, size = b",", [], 0
    if parts:
        yield lead + b",".join(parts) + _END
    elif lead != _BEGIN:
        yield _END
