import asyncio
import threading
from concurrent.futures import Future

import pytest

from penstock.errors import Busy, NotFound
from penstock.server.bridge import Bridge
from penstock.server.exchange import Budget


def test_results_and_errors_of_another_thread_reach_those_who_wait() -> None:
    async def run() -> list[object]:
        bridge = Bridge(asyncio.get_running_loop())
        futures: list[Future[int]] = [Future() for _ in range(100)]

        def finish() -> None:
            for number, future in enumerate(futures):
                if number % 10 == 3:
                    future.set_exception(NotFound(str(number)))
                else:
                    future.set_result(number)

        waiting = asyncio.gather(*map(bridge.wait, futures), return_exceptions=True)
        await asyncio.sleep(0)
        threading.Thread(target=finish).start()
        return list(await waiting)

    results = asyncio.run(run())
    for number, result in enumerate(results):
        if number % 10 == 3:
            assert isinstance(result, NotFound)
        else:
            assert result == number


def test_what_is_done_already_is_had_at_once() -> None:
    async def run() -> str:
        future: Future[str] = Future()
        future.set_result("done")
        return await Bridge(asyncio.get_running_loop()).wait(future)

    assert asyncio.run(run()) == "done"


def test_a_request_that_goes_away_stops_nothing() -> None:
    async def run() -> tuple[bool, str]:
        bridge = Bridge(asyncio.get_running_loop())
        left: Future[str] = Future()
        kept: Future[str] = Future()
        task = asyncio.ensure_future(bridge.wait(left))
        await asyncio.sleep(0)
        task.cancel()
        left.set_result("unheard")
        kept.set_result("heard")
        return left.cancelled(), await bridge.wait(kept)

    assert asyncio.run(run()) == (False, "heard")


def test_a_loop_that_is_closed_does_not_disturb_the_writer() -> None:
    loop = asyncio.new_event_loop()
    bridge = Bridge(loop)
    future: Future[str] = Future()
    waiting = bridge.wait(future)
    task = loop.create_task(waiting)
    loop.run_until_complete(asyncio.sleep(0))
    task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    future.set_result("late")
    assert future.result() == "late"


def test_long_bodies_share_a_budget() -> None:
    budget = Budget(100)
    budget.take(60)
    with pytest.raises(Busy):
        budget.take(41)
    budget.take(40)
    budget.give(60)
    budget.take(60)
