"""The server as an ASGI application: who may ask, what was asked, what is answered, in this order, for everything."""

import logging
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from penstock.errors import EndpointNotFound, Internal, PenstockError
from penstock.operations.codec import encode_error
from penstock.server.artifacts import PREFIXES, RUN_FILE, ArtifactProxy, PathHandler
from penstock.server.exchange import (
    JSON_HEADERS,
    TEXT_HEADERS,
    ClientGoneError,
    Exchange,
    Headers,
    Receive,
    Scope,
    Send,
    SlowClientError,
)  # fmt: skip
from penstock.server.page import BUILT_PAGE, FILES, Page
from penstock.server.routes import Handler, Operations
from penstock.server.security import SECURITY_HEADERS, Guard
from penstock.server.stream import Changes
from penstock.service.handle import Service
from penstock.settings import Settings

# MLflow's clients read this as MLflow's version and choose by it what they send: from 3.4 on, traces in a form that is
# not taken here. Our own version goes out with every answer, as X-Penstock-Version.
MLFLOW_VERSION: Final = b"2.22.0"
CHANGES: Final = "/api/penstock/v1/changes"
_API: Final = ("/api/", "/ajax-api/")
# A bare sign of life, for whoever watches over servers and reaches them by any name.
_OPEN_TO_ALL: Final = frozenset({"/health", "/version"})
_THREADS: Final = 8
_RETRY_LATER: Final = (b"retry-after", b"1")
_log: Final = logging.getLogger("penstock.server")


class App:
    """The application. Make it with ``create_app``; ``stop_streams`` and ``close`` end it."""

    def __init__(
        self, service: Service, settings: Settings, *, version: str, serve_artifacts: bool, page: Path
    ) -> None:
        self._pool: Final = ThreadPoolExecutor(_THREADS, "penstock-read")
        self._guard: Final = Guard(settings)
        self._changes: Final = Changes(service, self._pool)
        self._page: Final = Page(self._pool, page)
        self._proxy: Final = ArtifactProxy(
            service,
            self._pool,
            max_upload=int(settings.number("PENSTOCK_MAX_UPLOAD_BYTES")),
            open_to_clients=serve_artifacts,
        )
        self._common: Final[Headers] = (*SECURITY_HEADERS, (b"x-penstock-version", version.encode()))
        self._exact: Final = self._exact_rows(Operations(service, self._pool))
        self._below: Final = self._prefix_rows()
        self._methods: Final = _methods_of(self._exact)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] == "http":
            exchange = Exchange(scope, receive, send, self._common)
            await self._handle(exchange)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    def stop_streams(self) -> None:
        """End the answers that go on for ever; call it before waiting for requests to end."""
        self._changes.close()

    def close(self) -> None:
        """Let the threads go."""
        self.stop_streams()
        self._proxy.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    # ---- one request

    async def _handle(self, exchange: Exchange) -> None:
        try:
            fault = None if exchange.path in _OPEN_TO_ALL else self._guard.fault(exchange)
            if fault is not None:
                await exchange.answer(403, fault.encode(errors="replace"), TEXT_HEADERS)
                return
            self._share(exchange)
            handler = self._exact.get((exchange.method, exchange.path)) or self._find(exchange)
            await handler(exchange)
        except PenstockError as error:
            await _refuse(exchange, error)
        except ClientGoneError:
            return
        except SlowClientError:
            await exchange.answer(
                408, b"The request took too long to arrive.", (*TEXT_HEADERS, (b"connection", b"close"))
            )
        except Exception:  # noqa: BLE001 - the edge: whatever went wrong, the client learns no more than where to look
            await _fail(exchange)

    def _share(self, exchange: Exchange) -> None:
        """Let pages of a listed origin read the answer."""
        origin = exchange.headers.get(b"origin")
        if origin is not None and self._guard.is_listed(origin):
            exchange.share_with(origin)

    def _find(self, exchange: Exchange) -> Handler:
        """The handler of a request that no exact row answers."""
        allowed = self._methods.get(exchange.path)
        if allowed is not None:
            return partial(_other_method, allowed)
        raw = exchange.raw_path()
        for prefix, handlers in self._below.items():
            if raw.startswith(prefix):
                handler = handlers.get("GET" if exchange.method == "HEAD" else exchange.method)
                if handler is None:
                    return partial(_other_method, [*handlers, "OPTIONS"])
                return partial(_with_rest, handler, raw[len(prefix) :])
        if exchange.path.startswith(_API) or exchange.method not in {"GET", "HEAD"}:
            raise EndpointNotFound(f"This server has no {exchange.method} {exchange.path[:200]}.")
        return self._page.document

    # ---- the tables

    def _exact_rows(self, operations: Operations) -> dict[tuple[str, str], Handler]:
        rows: list[tuple[str, str, Handler]] = [
            *operations.rows(),
            ("GET", "/health", partial(_say, b"OK")),
            ("GET", "/version", partial(_say, MLFLOW_VERSION)),
            ("GET", CHANGES, self._changes.listen),
            ("GET", RUN_FILE, self._proxy.run_file),
            *(("GET", f"{prefix}artifacts", self._proxy.list) for prefix in PREFIXES),
        ]
        table = {(method, path): handler for method, path, handler in rows}
        return table | {("HEAD", path): handler for method, path, handler in rows if method == "GET"}

    def _prefix_rows(self) -> dict[str, Mapping[str, PathHandler]]:
        proxied = {prefix + name: rows for prefix in PREFIXES for name, rows in self._proxy.below().items()}
        return {FILES: {"GET": self._page.file}, **proxied}

    async def _live(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        self.close()
        await send({"type": "lifespan.shutdown.complete"})


def create_app(
    service: Service, settings: Settings, *, version: str, serve_artifacts: bool = True, page: Path = BUILT_PAGE
) -> App:
    """Make the ASGI application of a tracking server.

    Args:
        service: the store behind it; the caller closes it, after the application.
        settings: allowed hosts and origins, and the largest upload.
        version: ours, told with every answer.
        serve_artifacts: whether artifacts go through this server.
        page: the folder with the built page.

    Raises:
        InvalidParameter: a setting is not valid.
    """
    return App(service, settings, version=version, serve_artifacts=serve_artifacts, page=page)


def _methods_of(exact: Mapping[tuple[str, str], Handler]) -> dict[str, list[str]]:
    methods: dict[str, list[str]] = {}
    for method, path in exact:
        methods.setdefault(path, ["OPTIONS"]).append(method)
    return methods


async def _with_rest(handler: PathHandler, rest: str, exchange: Exchange) -> None:
    await handler(exchange, rest)


async def _say(text: bytes, exchange: Exchange) -> None:
    await exchange.answer(200, text, TEXT_HEADERS)


async def _other_method(allowed: list[str], exchange: Exchange) -> None:
    """Answer OPTIONS, a browser's question before a request from elsewhere among them, and methods that do not exist."""
    allow = (b"allow", ", ".join(sorted(allowed)).encode())
    if exchange.method == "OPTIONS":
        await exchange.answer(204, b"", (allow, *exchange.preflight()))
        return
    text = f"{exchange.method} is not possible here; use {' or '.join(sorted(set(allowed) - {'OPTIONS'}))}."
    body = msgspec.json.encode({"error_code": EndpointNotFound.error_code, "message": text})
    await exchange.answer(405, body, (*JSON_HEADERS, allow))


async def _refuse(exchange: Exchange, error: PenstockError) -> None:
    if type(error).error_code == Internal.error_code:
        await _fail(exchange)
        return
    if error.status >= 500:
        _log.warning("%s %s: %s", exchange.method, exchange.path, error, exc_info=error.__cause__)
    if not exchange.started:
        later = (_RETRY_LATER,) if error.status in {429, 503} else ()
        await exchange.answer(error.status, encode_error(error), (*JSON_HEADERS, *later))


async def _fail(exchange: Exchange) -> None:
    """Answer that something broke (rule ERR-1), with nothing but a number to find it by in the log."""
    number = secrets.token_hex(8)
    _log.exception("Request %s failed: %s %s", number, exchange.method, exchange.path)
    if not exchange.started:
        text = f"Something broke inside the server. Its log tells more about request {number}."
        await exchange.answer(500, encode_error(Internal(text)))
