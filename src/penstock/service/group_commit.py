"""Many writes in one commit, so that many clients share one sync of the disk.

One thread takes all jobs that have gathered and gives each a part of one transaction that is undone alone if it fails.
Neighbouring points of one run, which is what most jobs are, go in together.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from itertools import groupby
from queue import SimpleQueue
from typing import Any, Final, NamedTuple, cast

from penstock.errors import Unavailable
from penstock.operations.base import Operation
from penstock.operations.runs import LogMetric
from penstock.service import tracking
from penstock.service.access import Asker
from penstock.service.work import Work
from penstock.store.engine import Store
from penstock.store.transaction import Tx

# Bounds how long one commit takes, and how long the first of many waits for the last.
_MOST_TOGETHER: Final = 256


class Job(NamedTuple):
    """A write that waits: what was asked, by whom, and where the outcome goes."""

    op: Operation[Any]
    who: Asker
    future: "Future[Any]"


class GroupCommit:
    """The thread that writes. It starts with the first job."""

    def __init__(self, store: Store, work: Callable[[Tx, Asker], Work], carry_out: Callable[[Work, Any], Any]) -> None:
        """Write into ``store``, by ``carry_out``, with what ``work`` puts at hand."""
        self._store = store
        self._work = work
        self._carry_out = carry_out
        # None is the end. This queue hands over in C: a condition of threading's costs a tenth of a millisecond more.
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._entering = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = False

    def add(self, job: Job, after: Callable[[], None]) -> None:
        """Have a job done; ``after`` is called after the commit that it is part of, before its future is done.

        Raises:
            Unavailable: the thread is stopping.
        """
        with self._entering:
            if self._closing:
                raise Unavailable("The server is stopping; try again in a moment.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, args=(after,), name="penstock-writer", daemon=True)
                self._thread.start()
            self._jobs.put(job)

    def close(self) -> None:
        """Do what waits, then stop."""
        with self._entering:
            self._closing = True
            self._jobs.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self, after: Callable[[], None]) -> None:
        while jobs := self._next_jobs():
            try:
                outcomes = self._commit(jobs)
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must be told
                outcomes = [error] * len(jobs)
            after()
            for job, outcome in zip(jobs, outcomes, strict=True):
                if isinstance(outcome, Exception):
                    job.future.set_exception(outcome)
                else:
                    job.future.set_result(outcome)

    def _next_jobs(self) -> list[Job]:
        """What waits, when something does; nothing at the end."""
        jobs: list[Job] = []
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == _MOST_TOGETHER or self._jobs.empty():
                return jobs
            job = self._jobs.get()
        # Whoever takes the end out with other jobs finds it again afterwards.
        self._jobs.put(None)
        return jobs

    def _commit(self, jobs: list[Job]) -> list[Any]:
        """The result of each job, or the error that undid it alone."""
        if len(jobs) == 1:
            return [self._store.write(lambda tx: self._do(tx, jobs[0]))]
        outcomes: list[Any] = []
        with self._store.writing() as tx:
            for same in _neighbours(jobs):
                outcomes.extend(self._points(tx, same) or (self._part(tx, job) for job in same))
        return outcomes

    def _points(self, tx: Tx, jobs: list[Job]) -> list[Any]:
        """The results of jobs that log points of one run, done as one; none if they cannot be."""
        if len(jobs) == 1:
            return []
        mark = tx.mark()
        try:
            results: list[Any] = tracking.log_metrics(
                self._work(tx, jobs[0].who), [cast("LogMetric", job.op) for job in jobs]
            )
        except Exception:  # noqa: BLE001 - each is then done by itself, and told its own error
            tx.undo(mark)
            return []
        tx.keep()
        return results

    def _part(self, tx: Tx, job: Job) -> Any:
        mark = tx.mark()
        try:
            result = self._do(tx, job)
        except Exception as error:  # noqa: BLE001 - one job's fault must not undo the others
            tx.undo(mark)
            return error
        tx.keep()
        return result

    def _do(self, tx: Tx, job: Job) -> Any:
        return self._carry_out(self._work(tx, job.who), job.op)


def _neighbours(jobs: list[Job]) -> Iterator[list[Job]]:
    """The jobs in order, those that log points of one run for one asker together, every other alone."""

    def kind(numbered: tuple[int, Job]) -> tuple[object, ...]:
        number, (op, who, _) = numbered
        return (op.run_id, who) if type(op) is LogMetric else (number,)

    for _, group in groupby(enumerate(jobs), key=kind):
        yield [job for _, job in group]
