"""Opens the database, and is the only place where a transaction begins and ends.

SQLite gets one writer: a write holds a thread lock, then an ``flock`` on ``<file>.lock`` across processes, from before
BEGIN until after COMMIT. So nobody meets "database is locked", and commits and checkpoints never overlap, which in
write-ahead-log mode corrupts databases of SQLite before 3.51.3. Readers open the file read-only: they can neither
write nor checkpoint. See docs/decisions/0005.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from penstock.errors import Internal, InvalidParameter, StorageFull, Unavailable
from penstock.store.transaction import Memory, Tx

T = TypeVar("T")

_READERS: Final = 8
# Kept small: the page cache of the operating system does the rest, and many processes may hold the store open.
_CACHE_KIB: Final = 16_384


class Occupied(Exception):
    """Somebody else is writing. Never leaves the service: whoever asks not to wait gets it, and waits elsewhere."""


class Store:
    """A database of runs: ``write`` and ``read`` run a function in a transaction.

    Safe to use from any thread, and after a fork: connections are never carried into a child.
    """

    def __init__(self, path: Path, now: Callable[[], int]) -> None:
        """Open the SQLite file at ``path``; it and its folder are made if missing.

        Args:
            path: where the database is.
            now: tells the time in milliseconds since 1970 (UTC).

        Raises:
            Unavailable: the file cannot be opened or is no database.
        """
        self.path = path
        self._now = now
        self._open()

    def _open(self) -> None:
        self._pid = os.getpid()
        self._write_lock = threading.Lock()
        self._memory = Memory()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock_file = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise Unavailable(f"The store at {self.path} cannot be opened: {error.strerror}.") from error
        self._writer = _engine(lambda: _connect_writer(self.path), StaticPool)
        self._reader = _engine(lambda: _connect_reader(self.path), QueuePool)
        # Checked out for good: a write is short, and taking it from the pool each time would be a tenth of it.
        self._connection: Connection | None = None

    def close(self) -> None:
        """Close every connection; the store cannot be used afterwards."""
        if self._pid != os.getpid():
            return
        self._reader.dispose()
        with self._write_lock, _locked(self._lock_file, wait=True):
            if self._connection is not None:
                self._connection.close()
            self._writer.dispose()
        os.close(self._lock_file)

    def write(self, job: Callable[[Tx], T], *, wait: bool = True) -> T:
        """Run ``job`` in a transaction of its own; it is on disk when this returns, and undone if it raises.

        Args:
            job: what to do.
            wait: whether to wait while somebody else writes.

        Raises:
            Occupied: somebody else writes, and ``wait`` is false; nothing was done.
            StorageFull: the disk is full.
            Unavailable: the database cannot be written.
            Exception: whatever ``job`` raised.
        """
        with self.writing(wait=wait) as tx:
            return job(tx)

    @contextmanager
    def writing(self, *, wait: bool = True) -> Iterator[Tx]:
        """A transaction to write in: committed at the end of the block, undone if the block raises."""
        self._after_fork()
        with _taken(self._write_lock, wait=wait), _locked(self._lock_file, wait=wait), _translated():
            connection = self._connection = self._connection or self._writer.connect()
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                tx = Tx(connection, self._memory, self._now())
                yield tx
                tx.settle()
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            self._memory.learn(tx.keys)

    def read(self, job: Callable[[Tx], T]) -> T:
        """Run ``job`` on one snapshot of the data; it cannot change anything.

        Raises:
            Unavailable: the database cannot be read.
            Exception: whatever ``job`` raised.
        """
        with self.reading() as tx:
            return job(tx)

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """One snapshot of the data to read from, for as long as the block lasts."""
        self._after_fork()
        with _translated(), self._reader.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield Tx(connection, self._memory, self._now())
            finally:
                connection.rollback()

    def _after_fork(self) -> None:
        if self._pid != os.getpid():
            # The parent's connections are left as they are: closing them here would disturb the parent's locks.
            self._left_behind = (self._writer, self._reader, self._connection)
            self._open()


def _engine(connect: Callable[[], sqlite3.Connection], pool: type[StaticPool] | type[QueuePool]) -> Engine:
    sizes = {"pool_size": _READERS, "max_overflow": 32} if pool is QueuePool else {}
    return create_engine("sqlite://", creator=connect, poolclass=pool, **sizes)


def _connect_writer(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
    connection.execute("PRAGMA journal_mode = WAL")
    # An answered write survives a power cut, not only a crash of the process.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


def _connect_reader(path: Path) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None, timeout=30)
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


@contextmanager
def _taken(lock: threading.Lock, *, wait: bool) -> Iterator[None]:
    if not lock.acquire(blocking=wait):
        raise Occupied
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _locked(lock_file: int, *, wait: bool) -> Iterator[None]:
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Occupied from None
    try:
        yield
    finally:
        fcntl.flock(lock_file, fcntl.LOCK_UN)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a driver's errors into ours; their text may hold SQL and paths, so it stays in the cause, for the log."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        text = str(getattr(error, "orig", error)).lower()
        if "full" in text:
            raise StorageFull(
                "The disk under the store is full; nothing was written. Free space and try again."
            ) from error
        if any(sign in text for sign in ("locked", "i/o", "unable to open", "readonly", "not a database", "malformed")):
            raise Unavailable("The store cannot be reached or written; the server's log says why.") from error
        if "too large" in text or "overflow" in text:
            raise InvalidParameter("A value is too large for the store.") from error
        raise Internal("The store refused a statement; the log says why.") from error
