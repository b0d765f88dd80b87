"""From the writer's thread back to the event loop, once for each commit rather than once for each request."""

import asyncio
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, TypeVar, cast

R = TypeVar("R")
_Waiting = tuple["asyncio.Future[Any]", "Future[Any]"]


class Bridge:
    """Lets requests on one event loop wait for futures of another thread.

    ``asyncio.wrap_future`` wakes the loop once for each future, which is a system call each; the results of one commit
    come together, so here the first of them wakes it for all. A request that goes away does not cancel the future
    either: what was submitted is carried out.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: Final = loop
        self._ready: Final[deque[_Waiting]] = deque()
        self._woken = False

    async def wait(self, future: "Future[R]") -> R:
        """The result of ``future``, or the error it ended with."""
        waiter: asyncio.Future[R] = self._loop.create_future()
        future.add_done_callback(lambda done: self._arrived(waiter, done))
        return await waiter

    def _arrived(self, waiter: "asyncio.Future[Any]", future: "Future[Any]") -> None:
        self._ready.append((waiter, future))
        if not self._woken:
            self._woken = True
            # A loop that is closed has nobody left who waits.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        # First of all, so that a result which comes from now on wakes the loop again.
        self._woken = False
        while self._ready:
            waiter, future = self._ready.popleft()
            if waiter.cancelled():
                continue
            error = future.exception()
            if error is not None:
                waiter.set_exception(cast("Exception", error))
            else:
                waiter.set_result(future.result())
