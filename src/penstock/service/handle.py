"""The one door to the store: ``Service.send``.

may they? -> open ONE transaction -> the rule -> commit -> tell whoever listens -> result
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Final, TypeVar, cast

from penstock.entities.event import Change
from penstock.entities.metric import Metric
from penstock.operations.base import Operation, check_required
from penstock.operations.records import GetServerInfo, ServerInfo
from penstock.operations.runs import GetMetricHistory
from penstock.service import queries
from penstock.service.access import ANONYMOUS, Asker, check
from penstock.service.group_commit import GroupCommit, Job
from penstock.service.places import Places
from penstock.service.rules_table import RULES
from penstock.service.work import Work
from penstock.store import outbox
from penstock.store.engine import Occupied, Store
from penstock.store.transaction import Tx

__all__ = ["Occupied", "Service", "carry_out"]

R = TypeVar("R")


class Service:
    """Carries out operations on one store. Safe to use from any thread."""

    def __init__(self, store: Store, places: Places, *, version: str, serves_artifacts: bool = True) -> None:
        self._store = store
        self.places: Final = places
        self._info = ServerInfo("penstock", version, serves_artifacts)
        self._listeners: list[Callable[[], None]] = []
        self._together = GroupCommit(store, self._work, carry_out)

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
            return self._store.read(lambda tx: carry_out(self._work(tx, who), op))
        return self._write(op, who, wait=True)

    def send_at_once(self, op: Operation[R], who: Asker = ANONYMOUS) -> R:
        """Carry out a write like ``send``, if nobody else is writing.

        Raises:
            Occupied: somebody is; nothing was done.
            PenstockError: as ``send`` would.
        """
        check(who, type(op))
        return self._write(op, who, wait=False)

    def submit(self, op: Operation[R], who: Asker = ANONYMOUS) -> "Future[R]":
        """Carry out a write together with others that are waiting (``GroupCommit``); its future is done when it is on disk.

        Raises:
            PermissionDenied: at once, if the asker may not.
            Unavailable: the service is closing.
        """
        check(who, type(op))
        future: Future[R] = Future()
        self._together.add(Job(op, who, future), self._tell)
        return future

    def history_pages(self, op: GetMetricHistory, who: Asker = ANONYMOUS) -> Iterator[list[Metric]]:
        """Every point of a metric in order, some thousands at a time; memory stays flat.

        Raises:
            PenstockError: as ``send`` would, at the first page.
        """
        check(who, type(op))
        with self._store.reading() as tx:
            yield from queries.history_pages(self._work(tx, who), op)

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
        self._together.close()
        self._store.close()

    # ---- inside

    def _work(self, tx: Tx, who: Asker) -> Work:
        return Work(tx, who, self.places)

    def _write(self, op: Operation[R], who: Asker, *, wait: bool) -> R:
        result = self._store.write(lambda tx: carry_out(self._work(tx, who), op), wait=wait)
        self._tell()
        return result

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def carry_out(work: Work, op: Operation[R]) -> R:
    """Follow the rule for an operation, in the transaction of ``work``."""
    check_required(op)
    return cast("R", RULES[type(op)](work, op))
