"""The sender: one thread a process that brings journals to their stores while the user's code goes on."""

import threading
import time
from collections.abc import Callable
from typing import Final

from penstock.client.connect import Connection
from penstock.client.journal import Journal
from penstock.client.lane import Lane

# How often journals that are being written are looked at.
_PERIOD_SECONDS: Final = 0.2


class Sender:
    """Drives a lane for each store. The thread begins with the first journal, and anew in a forked child."""

    def __init__(self) -> None:
        self._lanes: dict[Connection, Lane] = {}
        self.forget()

    def forget(self) -> None:
        """In a forked child: the thread has stayed with the parent, and so do its journals."""
        self._wake = threading.Event()
        self._starting = threading.Lock()
        self._progress = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._waiting = 0
        # Passes over the lanes: the number of the last one begun, and of the last one done.
        self._begun = self._done = 0
        for lane in self._lanes.values():
            lane.forget()

    def lane(self, connection: Connection) -> Lane:
        """The lane to a store."""
        lane = self._lanes.get(connection)
        if lane is None:
            lane = self._lanes.setdefault(connection, Lane(connection, self.nudge))
        return lane

    @property
    def lanes(self) -> list[Lane]:
        """Every lane there is."""
        return list(self._lanes.values())

    @property
    def is_locked(self) -> bool:
        """Whether any journal is being changed at this moment: whoever interrupts that must not wait for it."""
        return any(lane.is_locked for lane in self.lanes)

    def nudge(self) -> None:
        """Have the thread look at the journals now."""
        self._wake.set()
        # Whoever is starting the thread does it for us too.
        if self._thread is None and self._starting.acquire(blocking=False):
            try:
                if self._thread is None and not self._stopping:
                    self._start()
            finally:
                self._starting.release()

    def flush(self, seconds: float, *, patient: Callable[[], bool] = lambda: True) -> bool:
        """Wait until the stores have all that has been logged up to now.

        Args:
            seconds: how long to wait at most.
            patient: asked while a store is away, whether to wait on.

        Returns:
            Whether they have.
        """
        if self._thread is None and not any(lane.is_busy for lane in self.lanes):
            return True
        deadline = time.monotonic() + seconds
        wanted = [(lane, lane.snapshot()) for lane in self.lanes]
        for lane in self.lanes:
            # What forked children left behind is ours to bring.
            lane.look_now()
        with self._progress:
            self._waiting += 1
            try:
                return self._wait_for(wanted, deadline, patient)
            finally:
                self._waiting -= 1

    def seal(self) -> None:
        """Nothing more will be logged by this process."""
        for lane in self.lanes:
            lane.seal()

    def stop(self, seconds: float) -> None:
        """End the thread, which may take until its present request is answered."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def let_go(self) -> None:
        """After ``stop``: leave what has not been sent to whoever comes next."""
        for lane in self.lanes:
            lane.let_go()

    def _wait_for(
        self, wanted: list[tuple[Lane, list[tuple[Journal, int]]]], deadline: float, patient: Callable[[], bool]
    ) -> bool:
        before = self._begun
        while self._done <= before or not all(lane.has_sent(marks) for lane, marks in wanted):
            left = deadline - time.monotonic()
            if left <= 0 or (any(lane.is_away for lane in self.lanes) and not patient()):
                return False
            self.nudge()
            if self._thread is None:
                return False
            self._progress.wait(min(left, 0.1))
        return True

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name="penstock-sender", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # Too many threads, or the interpreter is ending: journals wait for the next process.
            return
        self._thread = thread

    def _work(self) -> None:
        while not self._stopping:
            self._wake.clear()
            self._begun += 1
            for lane in self.lanes:
                lane.go(hurry=self._waiting > 0)
            self._done = self._begun
            with self._progress:
                self._progress.notify_all()
            # In between, what is logged gathers: a batch costs a transaction, whatever is in it.
            self._wake.wait(_PERIOD_SECONDS if any(lane.is_busy for lane in self.lanes) else None)
