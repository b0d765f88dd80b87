"""Files through the server, in and out, never whole in memory."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from mimetypes import MimeTypes
from time import monotonic
from typing import Final
from urllib.parse import quote

from penstock.artifacts.base import ArtifactStore, Opened
from penstock.artifacts.path import ArtifactPath
from penstock.errors import TooLarge, Unavailable
from penstock.server.exchange import TEXT_HEADERS, Exchange, SlowClientError
from penstock.server.ranges import entity_tag, is_unchanged, last_modified, wanted_span
from penstock.server.threads import stepped

# Bytes that somebody uploaded are never a page of ours: they are saved, or shown as a picture, and may do nothing.
_HARMLESS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox; default-src 'none'"),
)
_UNKNOWN_TYPE: Final = "application/octet-stream"
_STALL_SECONDS: Final = 60.0
_PATIENCE_SECONDS: Final = 30.0
_LEAST_BYTES_PER_SECOND: Final = 10_000
# The table that comes with Python, not the machine's: the same file has the same type everywhere.
_TYPES: Final = MimeTypes()
for _type, _ending in (
    ("text/javascript", ".js"), ("text/javascript", ".mjs"), ("image/webp", ".webp"), ("image/avif", ".avif"), ("text/markdown", ".md"), ("text/plain", ".log"), ("text/plain", ".toml"),
    ("text/plain", ".yaml"), ("text/plain", ".yml"), ("text/plain", ".cfg"), ("text/plain", ".ini"), ("text/plain", ".sh"),
    ("application/x-ndjson", ".jsonl"), ("application/vnd.apache.parquet", ".parquet"), ("text/plain", ".mlmodel"),
):  # fmt: skip
    _TYPES.add_type(_type, _ending)


def content_type(name: str) -> str:
    """The media type of a file, by its name."""
    guessed, encoding = _TYPES.guess_type(name)
    kind = guessed if guessed and not encoding else _UNKNOWN_TYPE
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


async def send_file(exchange: Exchange, store: ArtifactStore, path: ArtifactPath, pool: ThreadPoolExecutor) -> None:
    """Answer with a file, or the part of it that the client asked for.

    Raises:
        NotFound: there is no such file.
        InvalidParameter: it is not a file.
    """
    loop = asyncio.get_running_loop()
    opened = await loop.run_in_executor(pool, store.open, path)
    headers = _describe(path, opened)
    span = wanted_span(exchange, opened)
    if is_unchanged(exchange, opened):
        opened.chunks.close()
        await exchange.answer(304, b"", headers)
    elif span and span[0] >= opened.size:
        opened.chunks.close()
        size = (b"content-range", b"bytes */%d" % opened.size)
        await exchange.answer(416, b"The file ends before that range.", (*TEXT_HEADERS, size))
    elif span:
        opened.chunks.close()
        part = await loop.run_in_executor(pool, store.open, path, *span)
        if (part.size, part.modified) != (opened.size, opened.modified):
            part.chunks.close()
            raise Unavailable("The file was written again while it was read. Try again.")
        place = (b"content-range", b"bytes %d-%d/%d" % (span[0], span[1] - 1, part.size))
        length = (b"content-length", b"%d" % (span[1] - span[0]))
        await exchange.stream(206, (*headers, place, length), stepped(part.chunks, pool))
    else:
        length = (b"content-length", b"%d" % opened.size)
        await exchange.stream(200, (*headers, length), stepped(opened.chunks, pool))


def _describe(path: ArtifactPath, opened: Opened) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"content-type", content_type(path.name).encode()),
        (b"content-disposition", f"attachment; filename*=UTF-8''{quote(path.name, safe='')}".encode()),
        (b"etag", entity_tag(opened).encode()),
        (b"last-modified", last_modified(opened).encode()),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", b"private, no-cache"),
        *_HARMLESS,
    )


async def receive_file(
    exchange: Exchange, store: ArtifactStore, path: ArtifactPath, limit: int, pool: ThreadPoolExecutor
) -> None:
    """Put the body of a request into the store; nothing is left of it if it breaks off.

    Raises:
        TooLarge: it is longer than ``limit`` bytes (0: no limit), by its header or by count.
        ClientGoneError: it broke off.
        SlowClientError: it came in too slowly.
    """
    length = exchange.header(b"content-length")
    if limit and length.isdecimal() and int(length) > limit:
        raise _too_large(limit)
    source = _Source(exchange, limit, asyncio.get_running_loop())
    await asyncio.get_running_loop().run_in_executor(pool, store.put, path, source.chunks())


class _Source:
    """Hands the body over to the thread that stores it, a chunk whenever that thread asks for one."""

    def __init__(self, exchange: Exchange, limit: int, loop: asyncio.AbstractEventLoop) -> None:
        self._incoming: Final = exchange.chunks()
        self._limit: Final = limit
        self._loop: Final = loop
        self._began: Final = monotonic()
        self._received = 0

    def chunks(self) -> Iterator[bytes]:
        while chunk := asyncio.run_coroutine_threadsafe(self._next(), self._loop).result():
            yield chunk

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout(_STALL_SECONDS):
                chunk = await anext(self._incoming, b"")
        except TimeoutError:
            raise SlowClientError from None
        self._received += len(chunk)
        if self._limit and self._received > self._limit:
            raise _too_large(self._limit)
        spent = monotonic() - self._began
        if spent > _PATIENCE_SECONDS and self._received < spent * _LEAST_BYTES_PER_SECOND:
            raise SlowClientError
        return chunk


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The file is over this server's limit of {limit} bytes (PENSTOCK_MAX_UPLOAD_BYTES).")
