"""Which run is active: the one place of the package that keeps changing state of its own.

The stack of runs lies in a context variable, so asyncio tasks are right by themselves. A thread begins without a
context, so ``Thread.start`` is wrapped, once, to hand it the stack of whoever started it (docs/decisions/0007). What
knows nothing of a stack (a pool made before the run, the next cell of a notebook) takes the process's only run.
"""

import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from penstock.errors import InvalidState

if TYPE_CHECKING:
    from penstock.client.run import ActiveRun
    from penstock.client.session import Session

Stack = tuple["ActiveRun", ...]

_STACK: Final[ContextVar[Stack | None]] = ContextVar("penstock_runs", default=None)
_HANDED: Final = "_penstock_runs"
_lock = threading.Lock()
_session: "Session | None" = None
_threads_inherit = False


def session() -> "Session":
    """What this process has going: made when first asked for."""
    global _session  # noqa: PLW0603 - see the module
    if _session is None:
        from penstock.client.session import Session

        with _lock:
            _session = _session or Session.of_process()
    return _session


def use(other: "Session | None") -> "Session | None":
    """Let another session take the place of this process's, and return the one before.

    For those who embed Penstock, or test it: nothing of the session before is ended.
    """
    global _session
    before, _session = _session, other
    _STACK.set(None)
    return before


def current() -> "ActiveRun | None":
    """The active run, seen from here; None if there is none, or if it cannot be told which of several is meant."""
    stack = _STACK.get()
    if stack:
        run = stack[-1]
        if run.is_open:
            return run
    return _search(stack)


def check_free() -> None:
    """Let a run be started here because something is logged and none is active.

    Raises:
        InvalidState: one is meant, but it is over or cannot be told from others.
    """
    runs = session().open_runs
    if runs:
        raise InvalidState(
            f"{len(runs)} runs are active in this process, and this thread was started in none of them: "
            "log through the handle that start_run returned, e.g. run.log_metric(...)."
        )
    thread = threading.current_thread()
    known = _STACK.get() or getattr(thread, _HANDED, None)
    if known and thread is not threading.main_thread():
        raise InvalidState(
            f"Run {known[-1].info.run_id}, in which this thread was started, is over. "
            "Log through the run's own handle, or start a run here."
        )


def stack_for(*, nested: bool) -> Stack:
    """The open runs that a run which starts here would be in, outermost first.

    A thread that was started before them, or beside them, is in them only if it says ``nested``.
    """
    run = current()
    if run is None:
        return ()
    thread = threading.current_thread()
    known: Stack = _STACK.get() or getattr(thread, _HANDED, None) or ()
    if nested or run in known or thread is threading.main_thread():
        return (*run.above, run)
    return ()


def push(run: "ActiveRun") -> None:
    """Make ``run`` the active one here, and in the threads that are started from here."""
    _inherit_in_threads()
    _STACK.set((*run.above, run))


def pop(run: "ActiveRun") -> None:
    """Take ``run`` off, if it is the active one here."""
    stack = _STACK.get()
    if stack and run in stack:
        _STACK.set(stack[: stack.index(run)])


def forget() -> None:
    """In a forked child: the parent may have held the lock."""
    global _lock  # noqa: PLW0603 - see the module
    _lock = threading.Lock()


def _search(stack: Stack | None) -> "ActiveRun | None":
    runs = session().open_runs
    known = stack or ()
    if stack is None:
        thread = threading.current_thread()
        known = getattr(thread, _HANDED, ())
        if known and _works_for_others(thread):
            # Whoever made a pool grow by this thread is not who gives it work: only what all have in common counts.
            known = tuple(run for run in known if all(each is run or run in each.above for each in runs))
        elif known and known[-1].is_open:
            _STACK.set(known)
    for run in reversed(known):
        if run.is_open:
            return run
    return _innermost(runs)


def _innermost(runs: "list[ActiveRun]") -> "ActiveRun | None":
    """The innermost of runs that are nested in each other; None if they are not."""
    if not runs:
        return None
    deepest = max(runs, key=lambda run: len(run.above))
    return deepest if all(run is deepest or run in deepest.above for run in runs) else None


def _works_for_others(thread: threading.Thread) -> bool:
    target = getattr(thread, "_target", None)
    return getattr(target, "__module__", "") == "concurrent.futures.thread"


def _inherit_in_threads() -> None:
    global _threads_inherit  # noqa: PLW0603 - see the module
    with _lock:
        if _threads_inherit:
            return
        _threads_inherit = True
        start = threading.Thread.start

        def start_in_run(self: threading.Thread) -> None:
            stack = _STACK.get() or getattr(threading.current_thread(), _HANDED, None)
            if stack:
                setattr(self, _HANDED, stack)
            start(self)

        replacement: Any = start_in_run
        threading.Thread.start = replacement  # type: ignore[method-assign]
