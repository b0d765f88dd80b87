"""HTTP/1.1 connections with bounds on a request's line, its headers, and the time until its body begins.

Uvicorn has none of these with its fast parser, and waits for ever for the rest of a request.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

_MAX_TARGET: Final = 8 * 1024
_MAX_HEADERS: Final = 64 * 1024


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol; a request whose head is too long is refused, one that does not come is not waited for."""

    begin_seconds = 10.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_size = 0
        self._waited_through = 0
        self._refusal = 400
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came in; the parser keeps a header to itself until it is whole, so its bytes are counted here."""
        if self._deadline is not None:
            if self._waited_through > _MAX_TARGET + _MAX_HEADERS:
                self._refusal = 431
                self.send_400_response("")
                return
            self._waited_through += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin to wait for the next request."""
        super().on_message_begin()
        self._head_size = 0
        if self._deadline is None:
            self._wait()

    def on_url(self, url: bytes) -> None:
        """Take a part of the request's target."""
        super().on_url(url)
        if len(self.url) > _MAX_TARGET:
            self._refuse(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header."""
        self._head_size += len(name) + len(value)
        if self._head_size > _MAX_HEADERS:
            self._refuse(431)
        super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """The head is whole and the body has begun: how long the rest takes is for the application to bound."""
        self._stop_waiting()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._stop_waiting()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that could not be read, with the status that says why."""
        if self._refusal == 400:
            super().send_400_response(msg)
            return
        head = STATUS_LINE[self._refusal] + b"content-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(head)
        self.transport.close()

    def _refuse(self, status: int) -> None:
        self._refusal = status
        # The parser stops at an error in a callback, and its caller answers.
        raise ValueError

    def _wait(self) -> None:
        self._waited_through = 0
        self._deadline = self.loop.call_later(self.begin_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()
