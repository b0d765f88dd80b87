"""Long work in steps: each is taken by a thread, while the event loop goes on."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress


async def stepped(steps: Generator[bytes, None, None], pool: ThreadPoolExecutor) -> AsyncGenerator[bytes, None]:
    """What ``steps`` gives, taken in threads of ``pool``, one step at a time; closed at the end, however that comes."""
    step: Future[bytes | None] | None = None
    try:
        while True:
            step = pool.submit(next, steps, None)
            # A step under way cannot be stopped, and what it works on must not be closed before it is over.
            piece = await asyncio.shield(asyncio.wrap_future(step))
            if piece is None:
                return
            yield piece
    finally:
        with suppress(RuntimeError):
            pool.submit(_close_after, step, steps)


def _close_after(step: "Future[bytes | None] | None", steps: Generator[bytes, None, None]) -> None:
    if step is not None:
        wait([step])
    steps.close()
