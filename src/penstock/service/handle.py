"""The one door to the store: ``Service.send``.

    may they? -> open ONE transaction -> the rule -> commit -> tell whoever listens -> result

A server sends writes with ``submit``: one thread takes all that have gathered, gives each a part of one transaction
that is undone alone if it fails, and commits them together, so that many clients share one sync of the disk.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, Final, TypeVar, cast

from penstock.entities.event import Change
from penstock.entities.metric import Metric
from penstock.errors import Unavailable
from penstock.operations.base import Operation, check_required
from penstock.operations.records import GetServerInfo, ServerInfo
from penstock.operations.runs import GetMetricHistory
from penstock.service import queries
from penstock.service.access import ANONYMOUS, Asker, check
from penstock.service.places import Places
from penstock.service.rules_table import RULES
from penstock.service.work import Work
from penstock.store import outbox
from penstock.store.engine import Store
from penstock.store.transaction import Tx

R = TypeVar("R")

# Bounds how long one commit takes, and how long the first of many waits for the last.
_MOST_TOGETHER: Final = 256


class Service:
    """Carries out operations on one store. Safe to use from any thread."""

    def __init__(self, store: Store, places: Places, *, version: str, serves_artifacts: bool = True) -> None:
        self._store = store
        self.places: Final = places
        self._info = ServerInfo("penstock", version, serves_artifacts)
        self._listeners: list[Callable[[], None]] = []
        self._queue: deque[tuple[Operation[Any], Asker, Future[Any]]] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False

    # ---- operations

    def send(self, op: Operation[R], who: Asker = ANONYMOUS) -> R:
        """Carry out an operation and return its result; a write is on disk by then.

        Raises:
            PenstockError: the rules refuse it, or the store cannot do it now.
        """
        check(who, type(op))
        if isinstance(op, GetServerInfo):
            return cast("R", self._info)
        if not op.route.writes:
            return self._store.read(lambda tx: self._carry_out(tx, op, who))
        result = self._store.write(lambda tx: self._carry_out(tx, op, who))
        self._tell()
        return result

    def submit(self, op: Operation[R], who: Asker = ANONYMOUS) -> "Future[R]":
        """Carry out a write together with others that are waiting; the future is done when it is on disk.

        Raises:
            PermissionDenied: at once, if the asker may not.
            Unavailable: the service is closing.
        """
        check(who, type(op))
        future: Future[R] = Future()
        with self._wake:
            if self._closing:
                raise Unavailable("The server is stopping; try again in a moment.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_together, name="penstock-writer", daemon=True)
                self._thread.start()
            self._queue.append((op, who, future))
            self._wake.notify()
        return future

    def history_pages(self, op: GetMetricHistory, who: Asker = ANONYMOUS) -> Iterator[list[Metric]]:
        """Every point of a metric in order, some thousands at a time; memory stays flat.

        Raises:
            PenstockError: as ``send`` would, at the first page.
        """
        check(who, type(op))
        with self._store.reading() as tx:
            yield from queries.history_pages(Work(tx, who, self.places), op)

    # ---- what changed

    def revision(self) -> int:
        """A number that grows with every change, by whatever process."""
        return self._store.read(outbox.revision)

    def changes_since(self, revision: int) -> Change:
        """Which runs and experiments changed after a revision; the answer tells the revision now."""
        return self._store.read(lambda tx: outbox.changes_since(tx, revision))

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each commit of this process, from the thread that committed; it must be quick."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Finish what is waiting, then close the store."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()
        self._store.close()

    # ---- inside

    def _carry_out(self, tx: Tx, op: Operation[R], who: Asker) -> R:
        check_required(op)
        return cast("R", RULES[type(op)](Work(tx, who, self.places), op))

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    def _write_together(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._closing:
                    self._wake.wait()
                if not self._queue:
                    return
                jobs = [self._queue.popleft() for _ in range(min(len(self._queue), _MOST_TOGETHER))]
            try:
                outcomes = self._commit(jobs)
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must be told
                outcomes = [error] * len(jobs)
            self._tell()
            for (_, _, future), outcome in zip(jobs, outcomes, strict=True):
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)

    def _commit(self, jobs: list[tuple[Operation[Any], Asker, "Future[Any]"]]) -> list[Any]:
        """The result of each job, or the error that undid it alone."""
        if len(jobs) == 1:
            op, who, _ = jobs[0]
            return [self._store.write(lambda tx: self._carry_out(tx, op, who))]
        outcomes: list[Any] = []
        with self._store.writing() as tx:
            for op, who, _ in jobs:
                mark = tx.mark()
                try:
                    outcomes.append(self._carry_out(tx, op, who))
                except Exception as error:  # noqa: BLE001 - one job's fault must not undo the others
                    tx.undo(mark)
                    outcomes.append(error)
                else:
                    tx.keep()
        return outcomes
