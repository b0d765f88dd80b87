"""The end of a process, however it comes: its runs get their status, and its journals their time to be sent."""

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Final

from penstock.client import active
from penstock.client.notices import warn
from penstock.entities.run import RunStatus

if TYPE_CHECKING:
    from penstock.client.connect import Connection
    from penstock.client.session import Session

# Whoever sends SIGTERM often kills ten seconds later.
_TERMINATED_SECONDS: Final = 5.0
# A store that does not answer is given this long at the end, unless PENSTOCK_FLUSH_TIMEOUT says otherwise.
_AWAY_SECONDS: Final = 5.0
_HURRIED_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 2.0
_REST_SECONDS: Final = 5.0


class Lifecycle:
    """Sees to it that runs end with their process. Installed with the first run.

    Args:
        session: what is to be ended.
    """

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._installed = False
        self._status = RunStatus.FINISHED
        self._threads: list[threading.Thread] = []
        self._resting: list[Connection] = []

    def install(self) -> None:
        """Hook into the end of the process; once."""
        if self._installed:
            return
        self._installed = True
        atexit.register(self.finish)
        self._watch_exceptions()
        self._watch_termination()
        # It takes a lock before a fork too. Being loaded first it does so last, after those who may need it are waited for.
        import logging  # noqa: F401

        os.register_at_fork(
            before=self._before_fork, after_in_parent=self._after_fork_in_parent, after_in_child=self._after_fork
        )

    def in_background(self, work: Callable[[], None]) -> None:
        """Do something that is not urgent in a thread; the end of the process waits for it a moment."""
        thread = threading.Thread(target=work, name="penstock-capture", daemon=True)
        self._threads.append(thread)
        thread.start()

    def finish(self) -> None:
        """End what is open and give the sender its time; then say what is left."""
        session = self._session
        for thread in self._threads:
            thread.join(_STOP_SECONDS)
        for run in reversed(session.open_runs):
            run.end(self._status.value)
        session.sender.seal()
        limit = session.settings.number("PENSTOCK_FLUSH_TIMEOUT")
        self._send_rest(limit, limit if session.settings.is_set("PENSTOCK_FLUSH_TIMEOUT") else _AWAY_SECONDS)
        session.sender.stop(_STOP_SECONDS)
        self._say_what_is_left()
        session.sender.let_go()
        session.disconnect()

    def _send_rest(self, seconds: float, while_away: float) -> bool:
        patience = time.monotonic() + while_away
        return self._session.sender.flush(seconds, patient=lambda: time.monotonic() < patience)

    def _say_what_is_left(self) -> None:
        for lane in self._session.sender.lanes:
            left, unsaved = lane.left_over()
            if left:
                why = f": {lane.trouble}" if lane.trouble else "."
                warn(
                    f"{left} journals still wait in {lane.connection.journals} for {lane.connection.uri}{why} "
                    "The next process here sends them, or `penstock sync`."
                )
            if unsaved:
                warn(f"{unsaved} records could be kept neither on disk nor in the store, and are lost.")

    def _watch_exceptions(self) -> None:
        before = sys.excepthook

        def note(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
            self._status = RunStatus.FAILED
            before(kind, error, traceback)

        sys.excepthook = note

    def _watch_termination(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self._terminated)

    def _terminated(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        session = self._session
        if session.sender.is_locked:
            # We may have interrupted the very call that holds it, which cannot go on before we return.
            threading.Timer(0.001, os.kill, (os.getpid(), number)).start()
            return
        for run in reversed(session.open_runs):
            run.end(RunStatus.KILLED.value)
        session.sender.seal()
        self._send_rest(_TERMINATED_SECONDS, _HURRIED_SECONDS)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _before_fork(self) -> None:
        """Wait while another thread does what a child must not find half-done (see ``Connection.busy``)."""
        self._resting = self._session.rest(_REST_SECONDS)

    def _after_fork_in_parent(self) -> None:
        for connection in self._resting:
            connection.busy.release()
        self._resting = []

    def _after_fork(self) -> None:
        self._threads = []
        self._resting = []
        self._status = RunStatus.FINISHED
        active.forget()
        self._session.forget()
        # A child of multiprocessing ends without what is registered at exit; it has a list of its own, which it clears
        # before it begins, and then does what was registered for after a fork.
        if "multiprocessing.util" in sys.modules:
            multiprocessing: Any = sys.modules["multiprocessing.util"]
            multiprocessing.register_after_fork(
                self, lambda ours: multiprocessing.Finalize(None, ours.finish_child, exitpriority=0)
            )

    def finish_child(self) -> None:
        """The end of a child of multiprocessing: what it logged is sent; the runs of the parent go on."""
        for run in reversed(self._session.open_runs):
            run.end(self._status.value)
        self._session.sender.seal()
        self._send_rest(_TERMINATED_SECONDS, _HURRIED_SECONDS)
