"""Operations over HTTP: one row of a dictionary for each method and path, made from ``operations/table.py``."""

import asyncio
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar, TypeVarTuple

from penstock.errors import Busy, InvalidParameter, TooLarge
from penstock.operations.base import Operation
from penstock.operations.codec import JSON, MSGPACK, decode_body, decode_query, encode_result
from penstock.operations.experiments import GetExperiment, GetExperimentByName
from penstock.operations.records import AppendRecords, GetServerInfo
from penstock.operations.runs import GetMetricHistory, GetRun
from penstock.operations.table import OPERATIONS
from penstock.server.bridge import Bridge
from penstock.server.exchange import Budget, Exchange
from penstock.server.history import send_history
from penstock.service.access import ANONYMOUS
from penstock.service.handle import Occupied, Service

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Handler = Callable[[Exchange], Awaitable[None]]
Kind = type[Operation[Any]]

MAX_BODY: Final = 10 * 2**20
MAX_RECORDS_BODY: Final = 32 * 2**20
_MAX_HELD: Final = 256 * 2**20
_MAX_ACTIVE: Final = 512
# Reading more than this takes long enough to keep other requests waiting: a thread does it.
_QUICK_BODY: Final = 64 * 2**10
_ZLIB_WITH_GZIP_HEADER: Final = 31
_ALONE_SECONDS: Final = 0.05
# These look up one thing by its key, which takes less time than to hand them to a thread.
_POINT_READS: Final = frozenset({GetRun, GetExperiment, GetExperimentByName, GetServerInfo})


class Operations:
    """Answers every operation.

    Writes that come together go to the service's one writer, which commits them together; questions are carried out and
    encoded in the threads of ``pool``, but for those that only look one thing up.
    """

    def __init__(self, service: Service, pool: ThreadPoolExecutor) -> None:
        self._service: Final = service
        self._pool: Final = pool
        self._budget: Final = Budget(_MAX_HELD)
        self._bridge: Bridge | None = None
        self._active = 0
        # The connection that the last write came over, and since when all of them have.
        self._writer: object = None
        self._changed = 0.0

    def rows(self) -> Iterator[tuple[str, str, Handler]]:
        """Method, path and handler, for each way an operation can be asked for."""
        for kind in OPERATIONS:
            for path in kind.route.paths:
                for method in kind.route.methods:
                    yield method, path, partial(self._answer, kind)

    async def _answer(self, kind: Kind, exchange: Exchange) -> None:
        if self._active >= _MAX_ACTIVE:
            raise Busy("The server has too much to do. Try again in a moment.")
        self._active += 1
        try:
            op = await self._read(kind, exchange)
            if kind.route.writes:
                await exchange.answer(200, encode_result(await self._write(op, alone=self._is_alone(exchange))))
            elif isinstance(op, GetMetricHistory) and op.max_results is None and not op.page_token:
                await send_history(exchange, self._service.history_pages(op, ANONYMOUS), self._pool)
            elif kind in _POINT_READS:
                await exchange.answer(200, self._ask(op))
            else:
                await exchange.answer(200, await self._in_thread(self._ask, op))
        finally:
            self._active -= 1

    async def _write(self, op: Operation[Any], *, alone: bool) -> Any:
        if alone and not isinstance(op, AppendRecords):
            # To hand the write to a thread and back would take as long as to carry it out.
            with suppress(Occupied):
                return self._service.send_at_once(op, ANONYMOUS)
        if self._bridge is None:
            self._bridge = Bridge(asyncio.get_running_loop())
        return await self._bridge.wait(self._service.submit(op, ANONYMOUS))

    def _is_alone(self, exchange: Exchange) -> bool:
        """Whether all writes lately came over one connection: there is nothing to commit together with."""
        now = time.monotonic()
        client = exchange.scope.get("client")
        if client != self._writer:
            self._writer, self._changed = client, now
        return self._active == 1 and now - self._changed > _ALONE_SECONDS

    async def _read(self, kind: Kind, exchange: Exchange) -> Operation[Any]:
        if exchange.method in {"GET", "HEAD"}:
            return decode_query(kind, exchange.query())
        bulk = kind is AppendRecords
        content_type = _content_type(exchange, bulk=bulk)
        limit = MAX_RECORDS_BODY if bulk else MAX_BODY
        zipped = _is_zipped(exchange, bulk=bulk)
        body = await exchange.body(limit, self._budget)
        if zipped:
            return await self._in_thread(_read_zipped, kind, body, content_type, limit)
        if len(body) > _QUICK_BODY:
            return await self._in_thread(decode_body, kind, body, content_type)
        return decode_body(kind, body, content_type)

    def _ask(self, op: Operation[Any]) -> bytes:
        return encode_result(self._service.send(op, ANONYMOUS))

    async def _in_thread(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)


def _content_type(exchange: Exchange, *, bulk: bool) -> str:
    """What the body is written in; parameters such as a charset are ignored, as MLflow does.

    Raises:
        InvalidParameter: it is not what the operation takes. This is also what keeps a page elsewhere from posting a
            form here without the browser asking first.
    """
    if exchange.headers.get(b"content-type") == b"application/json":
        return JSON
    given = exchange.header(b"content-type").partition(";")[0].strip().lower()
    if given == JSON or (bulk and given == MSGPACK) or exchange.method not in {"POST", "PUT"}:
        return given or JSON
    raise InvalidParameter(f"The Content-Type of the request must be {JSON}, not {given[:100]!r}.")


def _is_zipped(exchange: Exchange, *, bulk: bool) -> bool:
    encoding = exchange.headers.get(b"content-encoding")
    if encoding is None or encoding.lower() == b"identity":
        return False
    if bulk and encoding.lower() == b"gzip":
        return True
    raise InvalidParameter("The request's Content-Encoding is not taken here: send the body as it is.")


def _read_zipped(kind: Kind, body: bytes, content_type: str, limit: int) -> Operation[Any]:
    return decode_body(kind, _inflate(body, limit), content_type)


def _inflate(body: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj(_ZLIB_WITH_GZIP_HEADER)
    try:
        # Stops at the limit: a few bytes may stand for gigabytes.
        whole = inflater.decompress(body, limit + 1)
    except zlib.error:
        raise InvalidParameter("The request's body is not valid gzip.") from None
    if len(whole) > limit:
        raise TooLarge(f"The request's body is over the limit of {limit // 2**20} MiB. Send it in parts.")
    if not inflater.eof or inflater.unused_data:
        raise InvalidParameter("The request's body is not one whole gzip stream.")
    return whole
