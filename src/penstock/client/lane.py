"""A lane: the journals of one store on their way there. One thread drives it."""

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from penstock.client.connect import Connection
from penstock.client.delivery import deliver
from penstock.client.journal import Journal
from penstock.client.notices import warn
from penstock.client.orphans import Orphans
from penstock.client.spool import clear, spool_folder
from penstock.client.transport import may_pass, pause
from penstock.errors import PenstockError

# How often somebody may have left an orphan, and how many are taken at once: each holds a file open.
_LOOK_SECONDS: Final = 10.0
_MOST_ADOPTED: Final = 64
# Somebody waits for the end: the store is asked again sooner than politeness says.
_HURRIED_SECONDS: Final = 1.0
# The first failure may be a hiccup; after so many the user is told.
_FAILURES_TO_TELL: Final = 2
_MOST_HELD: Final = 16
_MOST_TOLD: Final = 100


class Lane:
    """What waits for one store, and what is known of the store. It is the ``Outbox`` of that store's writers.

    Args:
        connection: the store.
        wake: called when there is something to do.
    """

    def __init__(self, connection: Connection, wake: Callable[[], None]) -> None:
        self.connection = connection
        self._wake = wake
        self._reset()

    def _reset(self) -> None:
        self.journals: list[Journal] = []
        # Journals come in under the lock of a writer, which must never wait for this lane.
        self._inbox: deque[Journal] = deque()
        self._orphans = Orphans(self.connection)
        self.failures = 0
        self.trouble = ""
        self.lost_count = 0
        # File names of what this process let go of while the store was away, and of what the store will not have.
        self.released: set[str] = set()
        self.refused: set[str] = set()
        self._failed_at = self._next_try = self._next_look = 0.0
        self._told_away = self._told_disk = False
        self._told: set[str] = set()

    # ---- called by writers, in any thread

    def opened(self, journal: Journal) -> None:
        """A journal has been begun (see ``Outbox``)."""
        self._inbox.append(journal)
        self._wake()

    def disk_failed(self, error: OSError) -> None:
        """Say once that journals cannot be written (see ``Outbox``)."""
        if not self._told_disk:
            self._told_disk = True
            reason = error.strerror or str(error)
            warn(
                f"Penstock cannot write to {self.connection.journals} ({reason}). Your code goes on; what it logs is "
                "kept in memory and sent from there, and is lost if the process ends first. Free some space."
            )

    def lost(self, count: int) -> None:
        """Count what could be kept nowhere (see ``Outbox``)."""
        self.lost_count += count

    # ---- called by anyone

    def tell_away(self, reason: str) -> None:
        """Say once that the store is away: somebody else than the sender has met it so."""
        self._fail(reason, told_after=1)

    def seal(self) -> None:
        """Nothing more will be written to any journal by this process."""
        for journal in [*self.journals, *self._inbox]:
            with journal.lock:
                journal.seal()

    def left_over(self) -> tuple[int, int]:
        """How many journals wait on disk still, and how many records are to be found nowhere once the process ends."""
        waiting = [journal for journal in [*self.journals, *self._inbox] if journal.is_behind]
        on_disk = {journal.path.name for journal in waiting if journal.path}
        unsaved = sum(journal.pending() for journal in waiting if not journal.path)
        return len(on_disk | self.released | self.refused), self.lost_count + unsaved

    # ---- called by the sender's thread

    @property
    def is_away(self) -> bool:
        """Whether the last try to reach the store failed."""
        return self.failures > 0

    @property
    def is_busy(self) -> bool:
        """Whether there is anything to look after."""
        return bool(self.journals or self._inbox or self.released)

    def snapshot(self) -> list[tuple[Journal, int]]:
        """Which journals hold something that the store does not have, and up to where."""
        marks = []
        for journal in [*self.journals, *self._inbox]:
            with journal.lock:
                if journal.end > journal.acked_end:
                    marks.append((journal, journal.end))
        return marks

    @property
    def is_locked(self) -> bool:
        """Whether any journal is being changed at this moment."""
        return any(journal.lock.locked() for journal in [*self.journals, *self._inbox])

    def has_sent(self, marks: list[tuple[Journal, int]]) -> bool:
        """Whether the store has everything up to the marks of a snapshot, apart from what it refused."""
        held = {*self.journals, *list(self._inbox)}
        return not self.released and all(journal.acked_end >= end or journal not in held for journal, end in marks)

    def look_now(self) -> None:
        """Look for orphans at the next pass."""
        self._next_look = 0.0

    def go(self, *, hurry: bool) -> None:
        """Bring to the store what can be brought now."""
        self._take_in()
        earliest = min(self._next_try, self._failed_at + _HURRIED_SECONDS) if hurry else self._next_try
        if time.monotonic() < earliest:
            return
        try:
            for journal in list(self.journals):
                self._bring(journal)
        except PenstockError as error:
            self._fail(error.message)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a store, training goes on and data wait
            self._fail(f"{type(error).__name__}: {error}")

    def forget(self) -> None:
        """In a forked child: let go of the parent's journals, so that their locks end with the parent."""
        self.let_go()
        self._reset()

    def let_go(self) -> None:
        """Close the journals; what the store does not have stays in them."""
        for journal in [*self.journals, *self._inbox]:
            journal.close()

    # ---- inside

    def _take_in(self) -> None:
        # One is enough to find out whether the store is back.
        most = _MOST_ADOPTED if not self.is_away else 1 - len(self.journals)
        if most > 0 and time.monotonic() >= self._next_look:
            found = self._orphans.adopt(skip=self.refused, most=most)
            self._next_look = 0.0 if len(found) == most else time.monotonic() + _LOOK_SECONDS
            # Before what this process says of a run comes what a dead one said.
            self.journals[:0] = found
            self.released = {name for name in self.released if (self.connection.journals / name).exists()}
        while self._inbox:
            self.journals.append(self._inbox.popleft())

    def _bring(self, journal: Journal) -> None:
        try:
            while (batch := journal.next_batch()) is not None:
                for line in deliver(self.connection, journal, batch):
                    self._tell_refusal(journal, line)
                self._reached()
        except PenstockError as error:
            if may_pass(error):
                raise
            self._refuse(journal, error)
            return
        if journal.is_done:
            self.journals.remove(journal)
            journal.delete()
            if journal.path:
                self.released.discard(journal.path.name)
            clear(spool_folder(self.connection.journals, journal.header.run_id))

    def _reached(self) -> None:
        if self._told_away:
            warn(f"{self.connection.uri} is back; what was logged meanwhile is being sent.")
        if self.failures:
            self.look_now()
        self.failures = 0
        self.trouble = ""
        self._told_away = False

    def _fail(self, reason: str, told_after: int = _FAILURES_TO_TELL) -> None:
        self.trouble = reason
        self._failed_at = time.monotonic()
        self._next_try = self._failed_at + pause(self.failures)
        self.failures += 1
        if self.failures >= told_after and not self._told_away:
            self._told_away = True
            warn(f"{reason} Your code goes on; what it logs is kept in {self.connection.journals} and sent later.")
        if len(self.journals) > _MOST_HELD and told_after == _FAILURES_TO_TELL:
            self._release()

    def _release(self) -> None:
        """Let go of journals that are complete: each holds a file open, and there may be thousands of runs."""
        for journal in [each for each in self.journals if each.sealed and each.path]:
            assert journal.path
            self.released.add(journal.path.name)
            self.journals.remove(journal)
            journal.close()

    def _refuse(self, journal: Journal, error: PenstockError) -> None:
        self.journals.remove(journal)
        place = "memory, and ends with this process"
        if journal.path:
            self.refused.add(journal.path.name)
            place = f"{journal.path}; send it with `penstock sync` when that is put right"
        if error.message not in self._told:
            self._told.add(error.message)
            run_id = journal.header.run_id
            warn(f"{self.connection.uri} refuses run {run_id}: {error.message} What was logged waits in {place}.")
        if journal.sealed:
            journal.close()

    def _tell_refusal(self, journal: Journal, line: str) -> None:
        if line not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(line)
            warn(f"Run {journal.header.run_id}: {line}")
