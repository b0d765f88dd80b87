"""One request and its answer: the few lines of HTTP that every part of the server shares."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

from penstock.errors import Busy, InvalidParameter, TooLarge
from penstock.operations.codec import JSON

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]
Headers = tuple[Header, ...]

JSON_HEADERS: Final[Headers] = ((b"content-type", JSON.encode()),)
TEXT_HEADERS: Final[Headers] = ((b"content-type", b"text/plain; charset=utf-8"),)
_PREFLIGHT: Final[Headers] = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (b"access-control-allow-headers", b"content-type, content-encoding, range, last-event-id"),
    (b"access-control-max-age", b"600"),
)
_MAX_QUERY_FIELDS: Final = 2000
_BODY_SECONDS: Final = 120.0
_STALL_SECONDS: Final = 60.0


class ClientGoneError(Exception):
    """The client closed the connection before its request was whole."""


class SlowClientError(Exception):
    """The client took too long to send its request."""


class Budget:
    """How many bytes of long bodies may be held at once: ``limit``, for all requests together."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def take(self, size: int) -> None:
        """Count ``size`` bytes as held.

        Raises:
            Busy: there is no room for them now.
        """
        if size > self._left:
            raise Busy("Too many large requests are on their way in. Try again in a moment.")
        self._left -= size

    def give(self, size: int) -> None:
        """Count ``size`` bytes as no longer held."""
        self._left += size


class Exchange:
    """One request and its answer.

    Args:
        scope: the request as ASGI gives it, with ``receive`` and ``send``.
        common: headers that every answer carries.
    """

    __slots__ = ("_common", "_receive", "_send", "_shared", "headers", "method", "path", "scope", "started")

    def __init__(self, scope: Scope, receive: Receive, send: Send, common: Headers) -> None:
        self._receive = receive
        self._send = send
        self._common = common
        self._shared = False
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.started = False

    # ---- the request

    def header(self, name: bytes) -> str:
        """A header of the request, empty if it is not there; ``name`` in small letters."""
        return self.headers.get(name, b"").decode("latin-1")

    def raw_path(self) -> str:
        """The path as it was sent, percent-encoding and all."""
        raw: bytes = self.scope.get("raw_path") or self.path.encode()
        return raw.partition(b"?")[0].decode("latin-1")

    def query(self) -> list[tuple[str, str]]:
        """The names and values of the query string, decoded once.

        Raises:
            InvalidParameter: it is not valid text or has too many fields.
        """
        raw: bytes = self.scope["query_string"]
        if not raw:
            return []
        try:
            text = raw.decode("ascii")
            return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_QUERY_FIELDS)
        except UnicodeError:
            raise InvalidParameter("The query string is not valid Unicode text.") from None
        except ValueError:
            raise InvalidParameter(f"The query string has more than {_MAX_QUERY_FIELDS} fields.") from None

    async def body(self, limit: int, budget: Budget) -> bytes:
        """The whole body.

        Raises:
            TooLarge: it is longer than ``limit`` bytes, counted while it comes in.
            Busy: too many long bodies are on their way in.
            ClientGoneError: it broke off.
            SlowClientError: it took longer than two minutes.
        """
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            body: bytes = message.get("body", b"")
            if len(body) <= limit:
                return body
        # Not for short ones: they are here or not coming (``protocol.py``), and the clock costs a quarter of them.
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                return await self._long_body(message, limit, budget)
        except TimeoutError:
            raise SlowClientError from None

    async def chunks(self, first: Message | None = None) -> AsyncIterator[bytes]:
        """The body as it comes in.

        Raises:
            ClientGoneError: it broke off.
        """
        message = first or await self._receive()
        while message["type"] == "http.request":
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body"):
                return
            message = await self._receive()
        raise ClientGoneError

    async def _long_body(self, first: Message, limit: int, budget: Budget) -> bytes:
        body = bytearray()
        try:
            async for chunk in self.chunks(first):
                budget.take(len(chunk))
                body += chunk
                if len(body) > limit:
                    raise TooLarge(f"The request's body is over the limit of {limit // 2**20} MiB. Send it in parts.")
        finally:
            budget.give(len(body))
        return bytes(body)

    # ---- the answer

    def share_with(self, origin: bytes) -> None:
        """Let pages of this origin, which is not our own, read the answer."""
        self._common = (*self._common, (b"access-control-allow-origin", origin), (b"vary", b"origin"))
        self._shared = True

    def preflight(self) -> Headers:
        """What a browser must hear before it sends a request of a page of another origin; nothing if that is not listed."""
        return _PREFLIGHT if self._shared else ()

    async def answer(self, status: int, body: bytes, headers: Headers = JSON_HEADERS) -> None:
        """Answer at once."""
        length = () if status == 304 else ((b"content-length", b"%d" % len(body)),)
        await self._begin(status, headers, length)
        await self._send({"type": "http.response.body", "body": body})

    async def _begin(self, status: int, headers: Headers, more: Headers = ()) -> None:
        """Send the head of the answer; a header of its own comes instead of a common one of that name."""
        self.started = True
        common = self._common
        if headers is not JSON_HEADERS:
            names = {name for name, _ in headers}
            common = tuple(pair for pair in common if pair[0] not in names)
        await self._send({"type": "http.response.start", "status": status, "headers": [*headers, *more, *common]})

    async def stream(self, status: int, headers: Headers, pieces: AsyncGenerator[bytes, None]) -> None:
        """Answer piece by piece, as fast as the client takes them and only while it is there.

        Raises:
            ClientGoneError: it went away, or took nothing for a minute.
        """
        gone = asyncio.ensure_future(self._gone())
        try:
            await self._begin(status, headers)
            if self.method == "HEAD":
                await self._send({"type": "http.response.body", "body": b""})
                return
            async for piece in pieces:
                if gone.done():
                    raise ClientGoneError
                async with asyncio.timeout(_STALL_SECONDS):
                    await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            await self._send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            raise ClientGoneError from None
        finally:
            gone.cancel()
            await pieces.aclose()

    async def _gone(self) -> None:
        """Return when the client has closed the connection."""
        while (await self._receive())["type"] != "http.disconnect":
            continue
