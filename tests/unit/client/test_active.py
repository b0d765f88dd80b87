import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest

import penstock
from penstock.client import active
from penstock.client.run import ActiveRun
from penstock.client.session import Session
from penstock.errors import InvalidState

pytestmark = pytest.mark.usefixtures("session")


def seen_in_thread(look: Callable[[], object] = penstock.active_run) -> object:
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append(look()))
    thread.start()
    thread.join()
    return seen[0]


def test_no_run_is_active_at_first() -> None:
    assert penstock.active_run() is None


def test_the_run_is_active_in_its_block_and_not_after() -> None:
    with penstock.start_run() as run:
        assert penstock.active_run() is run
    assert penstock.active_run() is None


def test_a_second_run_must_be_nested() -> None:
    with penstock.start_run():
        with pytest.raises(InvalidState, match="nested=True"):
            penstock.start_run()
        with penstock.start_run(nested=True) as child:
            assert penstock.active_run() is child


def test_after_a_nested_run_the_outer_one_is_active_again() -> None:
    with penstock.start_run() as outer:
        with penstock.start_run(nested=True):
            pass
        assert penstock.active_run() is outer


def test_a_thread_started_in_a_run_is_in_it() -> None:
    with penstock.start_run() as run:
        assert seen_in_thread() is run


def test_a_thread_started_in_a_thread_is_in_the_run() -> None:
    with penstock.start_run() as run:
        assert seen_in_thread(seen_in_thread) is run


def test_two_threads_have_runs_of_their_own() -> None:
    ready = threading.Barrier(2)
    right: list[bool] = []

    def work() -> None:
        with penstock.start_run() as run:
            ready.wait(10)
            right.append(penstock.active_run() is run and seen_in_thread() is run)
            ready.wait(10)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True, True]


def test_a_pool_made_before_the_run_takes_the_only_one() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        with penstock.start_run() as run:
            assert pool.submit(penstock.active_run).result() is run


def test_a_pool_made_in_a_run_that_is_over_takes_the_next_one() -> None:
    with ThreadPoolExecutor(1) as pool:
        with penstock.start_run():
            pool.submit(int).result()
        with penstock.start_run() as run:
            assert pool.submit(penstock.active_run).result() is run


def test_children_started_in_a_pool_have_the_run_around_it_as_parent() -> None:
    ready = threading.Barrier(3)

    def child() -> str:
        with penstock.start_run(nested=True) as run:
            ready.wait(10)
            return run.above[-1].info.run_id

    with penstock.start_run() as parent, ThreadPoolExecutor(3) as pool:
        parents = [future.result() for future in [pool.submit(child) for _ in range(3)]]
        assert parents == [parent.info.run_id] * 3


def test_a_worker_shared_by_unrelated_runs_does_not_guess() -> None:
    ready = threading.Barrier(2)
    with ThreadPoolExecutor(1) as pool:

        def work() -> str:
            with penstock.start_run():
                ready.wait(10)
                try:
                    pool.submit(penstock.log_metric, "m", 1.0).result()
                except InvalidState as error:
                    return str(error)
                finally:
                    ready.wait(10)
            return "it was logged somewhere"

        with ThreadPoolExecutor(2) as others:
            said = [future.result() for future in [others.submit(work) for _ in range(2)]]
    assert all("2 runs are active" in text for text in said)


def test_tasks_have_runs_of_their_own() -> None:
    async def work() -> bool:
        with penstock.start_run(nested=True) as run:
            await asyncio.sleep(0.01)
            in_thread = await asyncio.to_thread(penstock.active_run)
            return penstock.active_run() is run and in_thread is run

    async def both() -> list[bool]:
        return list(await asyncio.gather(work(), work()))

    assert asyncio.run(both()) == [True, True]


def test_a_notebook_whose_cells_share_no_context_keeps_its_run() -> None:
    run: list[ActiveRun] = []
    Context().run(lambda: run.append(penstock.start_run()))
    assert Context().run(penstock.active_run) is run[0]
    Context().run(penstock.end_run)
    assert Context().run(penstock.active_run) is None


def test_nested_runs_without_a_context_show_the_innermost() -> None:
    Context().run(penstock.start_run)
    Context().run(lambda: penstock.start_run(nested=True, run_name="inner"))
    found = Context().run(penstock.active_run)
    assert found is not None
    assert found.info.run_name == "inner"


def test_a_thread_that_outlives_its_run_does_not_start_another(session: Session) -> None:
    said: list[str] = []
    over = threading.Event()

    def work() -> None:
        over.wait(10)
        try:
            penstock.log_metric("late", 1.0)
        except InvalidState as error:
            said.append(str(error))

    with penstock.start_run():
        thread = threading.Thread(target=work)
        thread.start()
    over.set()
    thread.join()
    assert "is over" in said[0]
    assert session.open_runs == []


def test_a_run_ended_elsewhere_leaves_room_for_the_next() -> None:
    run = penstock.start_run()
    thread = threading.Thread(target=run.end)
    thread.start()
    thread.join()
    assert penstock.active_run() is None
    with penstock.start_run() as following:
        assert penstock.active_run() is following


def test_logging_without_a_run_starts_one() -> None:
    penstock.log_metric("m", 1.0)
    started = penstock.active_run()
    assert started is not None
    penstock.end_run()
    assert penstock.get_run(started.info.run_id).data.metrics == {"m": 1.0}


def test_one_session_serves_all_threads() -> None:
    assert seen_in_thread(active.session) is active.session()
