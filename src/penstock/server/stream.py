"""The live stream of changes (server-sent events): which runs and experiments are not what they were.

One task asks the store what changed, for all listeners: at once when this process commits, and a few times a second
for other processes. It sleeps while nobody listens. A listener that is slow gets one notice in place of many.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar, TypeVarTuple

import msgspec

from penstock.entities.event import Change
from penstock.errors import Busy, InvalidParameter, PenstockError, Unavailable
from penstock.server.exchange import Exchange
from penstock.service.handle import Service

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_log: Final = logging.getLogger("penstock.server")
_HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    # A proxy in front must not collect events to send them together.
    (b"x-accel-buffering", b"no"),
)
_HEARTBEAT: Final = b": still here\n\n"
_HEARTBEAT_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 0.25
# While much is written, what is new is told this often.
_LEAST_SECONDS: Final = 0.1
_MAX_LISTENERS: Final = 200
# As many as the store names at once; a notice that names none means that anything may have changed.
_MAX_IDS: Final = 1000


class Changes:
    """Tells listeners what changed in the store."""

    def __init__(self, service: Service, pool: ThreadPoolExecutor) -> None:
        self._service: Final = service
        self._pool: Final = pool
        self._listeners: Final[set[_Listener]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news: asyncio.Event = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._told = 0
        self._closed = False
        service.on_commit(self._committed)

    async def listen(self, exchange: Exchange) -> None:
        """Answer with the stream; it ends when the client goes or the server stops."""
        fields = dict(exchange.query())
        after = _revision(exchange.header(b"last-event-id") or fields.get("after", ""))
        if self._closed:
            raise Unavailable("The server is stopping; try again in a moment.")
        if len(self._listeners) >= _MAX_LISTENERS:
            raise Busy(f"{_MAX_LISTENERS} pages are watching already. Try again later.")
        listener = _Listener(run_id=fields.get("run_id", ""), experiment_id=fields.get("experiment_id", ""))
        self._listeners.add(listener)
        try:
            await self._start()
            first = await self._first(after)
            await exchange.stream(200, _HEADERS, self._events(listener, first))
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                self._stop()

    def close(self) -> None:
        """End every stream, so that a server can stop."""
        self._closed = True
        self._stop()
        for listener in self._listeners:
            listener.wake.set()

    async def _start(self) -> None:
        if self._task is None:
            told = await self._in_thread(self._service.revision)
            # Another listener may have come first meanwhile.
            if self._task is None:
                self._told = told
                self._loop = asyncio.get_running_loop()
                self._task = self._loop.create_task(self._watch())

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _committed(self) -> None:
        """Called by the thread that committed: must be quick when nobody listens or the news is known to wait."""
        if self._task is not None and self._loop is not None and not self._news.is_set():
            # The loop may be closing; then nobody listens any more.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._news.set)

    async def _watch(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _POLL_SECONDS)
            self._news.clear()
            try:
                self._tell(await self._in_thread(self._service.changes_since, self._told))
            except PenstockError:
                # What the store cannot tell now, it tells the next time.
                await asyncio.sleep(_POLL_SECONDS)
            except Exception:  # noqa: BLE001 - the edge: a fault here must not leave every page without news
                _log.exception("The store could not tell what changed.")
                await asyncio.sleep(_HEARTBEAT_SECONDS)
            await asyncio.sleep(_LEAST_SECONDS)

    def _tell(self, change: Change) -> None:
        if change.revision > self._told:
            self._told = change.revision
            for listener in self._listeners:
                listener.offer(change)

    async def _first(self, after: int | None) -> Change:
        """What a listener is told at once: what it missed, or only where things stand."""
        now = await self._in_thread(self._service.revision)
        # A number from before the store was put back or replaced says nothing about this one.
        if after is None or after > now:
            return Change(revision=now)
        return await self._in_thread(self._service.changes_since, after)

    async def _events(self, listener: "_Listener", first: Change) -> AsyncGenerator[bytes, None]:
        yield b"retry: 1000\n\n" + _event(first)
        while not self._closed:
            try:
                async with asyncio.timeout(_HEARTBEAT_SECONDS):
                    await listener.wake.wait()
            except TimeoutError:
                yield _HEARTBEAT
                continue
            change = listener.take()
            if change is not None:
                yield _event(change)

    async def _in_thread(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)


class _Listener:
    """One stream: what it has yet to be told, and what it wants to know about (empty: everything)."""

    def __init__(self, *, run_id: str, experiment_id: str) -> None:
        self.wake: Final = asyncio.Event()
        self._run_id: Final = run_id
        self._experiment_id: Final = experiment_id
        self._waiting: Change | None = None

    def offer(self, change: Change) -> None:
        """Keep a change to be told, together with what waits already."""
        if not self._concerns(change):
            return
        self._waiting = change if self._waiting is None else merged(self._waiting, change)
        self.wake.set()

    def take(self) -> Change | None:
        """What is to be told now."""
        change, self._waiting = self._waiting, None
        self.wake.clear()
        return change

    def _concerns(self, change: Change) -> bool:
        if not (self._run_id or self._experiment_id) or _may_be_anything(change):
            return True
        return self._run_id in change.run_ids or self._experiment_id in change.experiment_ids


def _may_be_anything(change: Change) -> bool:
    return len(change.run_ids) >= _MAX_IDS or not (change.run_ids or change.experiment_ids)


def merged(older: Change, newer: Change) -> Change:
    """One notice in place of two; it names nothing when it would have to name too much."""
    if _may_be_anything(older) or _may_be_anything(newer):
        return Change(revision=newer.revision)
    runs = list(dict.fromkeys([*older.run_ids, *newer.run_ids]))
    experiments = list(dict.fromkeys([*older.experiment_ids, *newer.experiment_ids]))
    if len(runs) > _MAX_IDS or len(experiments) > _MAX_IDS:
        return Change(revision=newer.revision)
    return Change(revision=newer.revision, run_ids=runs, experiment_ids=experiments)


def _event(change: Change) -> bytes:
    return b"id: %d\nevent: change\ndata: %s\n\n" % (change.revision, msgspec.json.encode(change))


def _revision(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidParameter(f"Invalid value {text[:50]!r} for 'after': it must be the revision of an earlier event.")
    return int(text)
