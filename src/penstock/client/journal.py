"""A journal: the file, mapped into memory, that holds what one process says about one run until a store has it.

Mapped, and not written with ``write``: a system call gives up the interpreter's lock, so that the sender's thread
could hold the training loop for a switch interval at every call. What is stored into the mapping is in the page cache
and outlives the process. Blocks are reserved ahead, so that a full disk is an error here and not a bus error there.

A frame is added by one call, ``map.write``, which finds its place, stores and moves on as one step of the interpreter:
threads need no lock between them, and a signal handler may add a frame in the middle of anything. The map ends where
the next batch begins; a write that does not fit raises ``ValueError`` and its writer makes room, under the lock.

Layout: a page with the head (magic, version, ``Header``), the place up to which the store has it, and whether more
may come; then frames (``frames.py``). The name of the file is the writer id. Whoever writes it holds its lock: a file
whose lock can be taken is an orphan.
"""

import errno
import fcntl
import mmap
import os
import secrets
import struct
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Final
from zlib import crc32

import msgspec

from penstock.client.batch import Batch
from penstock.client.frames import MARK, records, walk
from penstock.entities.ids import RunId, WriterId
from penstock.entities.record import StatusChanged
from penstock.errors import InvalidParameter

SUFFIX: Final = ".journal"
FORMAT: Final = 1
FIRST_FRAME: Final = 4096
# A file this large is followed by another, so that what the store has can be deleted while the run goes on for days.
ROTATE_BYTES: Final = 64 << 20
_FIRST_BYTES: Final = 256 << 10
_RESERVE_BYTES: Final = 1 << 20
# What is sent at once: about 11,000 points.
_BATCH_BYTES: Final = 512 << 10
# Small, because a writer without a disk looks for one when a journal in memory is full.
_MEMORY_BYTES: Final = 64 << 10

# Of Linux since 5.14, and not among Python's names; elsewhere it is refused and nothing is lost but time.
_POPULATE_WRITE: Final = 23

_MAGIC: Final = b"PENSTOCK"
_HEAD: Final = struct.Struct("<8sHxxI")
_DONE: Final = struct.Struct("<qqI")
_DONE_AT: Final = 64
_SEALED_AT: Final = 96
_HEADER_AT: Final = 128


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Whose journal it is. ``uri`` is empty for the store beside the journal's folder, so that both can be moved.

    ``owner``: the writer started the run, so the run ends with it; a forked child only adds to it. ``created`` is in
    milliseconds since 1970 (UTC).
    """

    run_id: RunId
    uri: str
    pid: int
    created: int
    owner: bool


class Journal:
    """One writer's records in order; see the module. ``lock`` is held while the map is changed for another."""

    __slots__ = (
        "_fd", "_last", "_marks", "_reserved", "_stopped_at", "acked_end", "acked_seq", "header", "lock", "map", "path",
        "rewound", "sealed", "writer",
    )  # fmt: skip

    def __init__(self, header: Header, writer: WriterId, lock: threading.Lock) -> None:
        self.header = header
        self.writer = writer
        self.lock = lock
        self.path: Path | None = None
        self.map: mmap.mmap
        self.acked_seq = 0
        self.acked_end = FIRST_FRAME
        self.sealed = False
        self.rewound = False
        self._fd = -1
        self._reserved = 0
        # Where the frames end, while nobody may add any.
        self._stopped_at = FIRST_FRAME
        self._marks: deque[int] = deque()
        # Where the last frame begins, as far as is known.
        self._last = 0

    @classmethod
    def create(cls, folder: Path, header: Header, lock: threading.Lock, room: int = 0) -> "Journal":
        """Make a new journal in ``folder``, which is made too, with room for ``room`` bytes or more.

        Raises:
            OSError: it cannot be written there.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self = cls(header, new_writer_id(), lock)
        # Locked before it has its name: nobody who looks for orphans meets it unlocked.
        path = folder / f".{self.writer}.new"
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._reserve(max(_FIRST_BYTES, FIRST_FRAME + room))
            self._remap(self._reserved)
            self._write_head()
            self.path = folder / f"{self.writer}{SUFFIX}"
            path.rename(self.path)
        except OSError:
            self.close()
            path.unlink(missing_ok=True)
            raise
        return self

    @classmethod
    def in_memory(cls, header: Header, lock: threading.Lock, room: int = 0) -> "Journal":
        """Make a small journal that lies nowhere on disk, for when the disk is full."""
        self = cls(header, new_writer_id(), lock)
        self.map = mmap.mmap(-1, FIRST_FRAME + max(_MEMORY_BYTES, room))
        self.map.seek(FIRST_FRAME)
        self._stopped_at = -1
        return self

    @classmethod
    def adopt(cls, path: Path) -> "Journal | None":
        """Take over an orphan; None if somebody holds it, or it is gone.

        Raises:
            InvalidParameter: the file is no journal, or one of a newer release.
        """
        fd = _lock_orphan(path)
        if fd is None:
            return None
        try:
            self = cls(read_header(fd, path), WriterId(path.stem), threading.Lock())
        except InvalidParameter:
            os.close(fd)
            raise
        self.path, self._fd = path, fd
        self._reserved = os.fstat(fd).st_size
        self.map = mmap.mmap(fd, self._reserved)
        self._recover()
        return self

    @property
    def end(self) -> int:
        """Where the frames end. The lock is held, or nobody adds any."""
        return self.map.tell() if self._stopped_at < 0 else self._stopped_at

    @property
    def is_empty(self) -> bool:
        """Whether there is no record in it."""
        return self.end == FIRST_FRAME

    @property
    def is_behind(self) -> bool:
        """Whether the store does not have all of it."""
        with self.lock:
            return self.end > self.acked_end

    @property
    def is_done(self) -> bool:
        """Whether nothing more will come and the store has all of it."""
        return self.sealed and not self.is_behind

    @property
    def has_ended(self) -> bool:
        """Whether the last record that the store does not have yet says that the run has ended."""
        if not self._last:
            return False
        (last,) = records(1, self.map[self._last : self.end])
        return isinstance(last, StatusChanged) and bool(last.end_time)

    def pending(self) -> int:
        """How many records the store does not have yet; they are counted."""
        with self.lock:
            return self.map[self.acked_end : self.end].count(MARK)

    def make_room(self, size: int) -> None:
        """Map enough for another ``size`` bytes; until then nothing is added. The lock is held.

        Raises:
            OSError: no space is left.
        """
        self._stop()
        if self._stopped_at > self.acked_end:
            self._marks.append(self._stopped_at)
        needed = self._stopped_at + size
        if needed > self._reserved:
            self._reserve(self._reserved + max(_RESERVE_BYTES, size))
        self._remap(min(self._reserved, self._stopped_at + max(_BATCH_BYTES, size)))

    def next_batch(self) -> Batch | None:
        """What is to be sent next, or None."""
        with self.lock:
            while self._marks and self._marks[0] <= self.acked_end:
                self._marks.popleft()
            end = self._marks[0] if self._marks else self.end
            if end == self.acked_end:
                return None
            frames = self.map[self.acked_end : end]
        return Batch(self.acked_seq, frames.count(MARK), end, frames)

    def ack(self, seq: int, end: int) -> None:
        """Note that the store has everything before ``seq``, which ends at ``end``."""
        with self.lock:
            self.acked_seq, self.acked_end = seq, end
            if self.path is not None:
                place = struct.pack("<qq", seq, end)
                self.map[_DONE_AT : _DONE_AT + _DONE.size] = place + crc32(place).to_bytes(4, "little")

    def rewind(self) -> None:
        """Begin anew: the store has lost what it said it has."""
        self.rewound = True
        self.ack(0, FIRST_FRAME)
        with self.lock:
            self._mark(self.end)

    def seal(self) -> None:
        """Note that nothing more will come, and give back the space reserved for it. The lock is held."""
        if self.sealed:
            return
        self._stop()
        self.sealed = True
        if self.path is not None:
            self.map[_SEALED_AT] = 1
            with suppress(OSError):
                os.ftruncate(self._fd, self._stopped_at)
                # To touch what lies mapped behind the end of a file is a bus error.
                self.map = mmap.mmap(self._fd, self._stopped_at)

    def drop(self) -> int:
        """Give up what the store does not have, and say how many records that is. The lock is held."""
        lost = self.map[self.acked_end : self.end].count(MARK)
        self.acked_end = self.end
        return lost

    def close(self) -> None:
        """Let go of the file and its lock; it stays, and is an orphan if the store does not have all of it."""
        if hasattr(self, "map"):
            self.map.close()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def delete(self) -> None:
        """Delete the file, then let go of it: nobody adopts it in between."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        self.close()

    def _stop(self) -> None:
        """Take the map from its writers, and note where the frames end: in one step, so that none comes between."""
        if self._stopped_at < 0:
            self._stopped_at = len(self.map) - len(self.map.read())

    def _remap(self, size: int) -> None:
        fresh = mmap.mmap(self._fd, size)
        # One call now, instead of a page fault in each hundredth call that writes.
        with suppress(OSError):
            start = self._stopped_at // mmap.PAGESIZE * mmap.PAGESIZE
            fresh.madvise(_POPULATE_WRITE, start, size - start)
        fresh.seek(self._stopped_at)
        self.map = fresh
        self._stopped_at = -1

    def _reserve(self, size: int) -> None:
        if self._fd < 0:
            raise OSError(errno.ENOSPC, "a journal in memory does not grow")
        _reserve_blocks(self._fd, self._reserved, size - self._reserved)
        self._reserved = size

    def _write_head(self) -> None:
        head = msgspec.msgpack.encode(self.header)
        if _HEADER_AT + len(head) > FIRST_FRAME:
            raise OSError(errno.ENAMETOOLONG, f"the address of the store is too long: {self.header.uri[:80]}...")
        self.map[0 : _HEAD.size] = _HEAD.pack(_MAGIC, FORMAT, len(head))
        self.map[_HEADER_AT : _HEADER_AT + len(head)] = head

    def _recover(self) -> None:
        self.acked_seq, self.acked_end, self.sealed = read_state(self.map[:FIRST_FRAME], self._reserved)
        self._stopped_at = self._mark(self._reserved)

    def _mark(self, stop: int) -> int:
        """Divide what the store does not have into batches, and say where it ends."""
        self._marks.clear()
        found = last = self.acked_end
        for end in walk(self.map, self.acked_end):
            self._last, found = found, end
            if end - last >= _BATCH_BYTES:
                self._marks.append(end)
                last = end
            if end >= stop:
                break
        return found


def new_writer_id() -> WriterId:
    """Mint a writer id: 24 random hexadecimal digits."""
    return WriterId(secrets.token_hex(12))


def read_header(fd: int, path: Path) -> Header:
    """Whose journal a file is.

    Raises:
        InvalidParameter: it is no journal, or one of a newer release.
    """
    head = os.pread(fd, FIRST_FRAME, 0)
    try:
        magic, version, length = _HEAD.unpack_from(head)
        if magic != _MAGIC:
            raise InvalidParameter(f"{path} is no journal; if you did not put it there, move it away.")
        if version != FORMAT:
            raise InvalidParameter(f"{path} was written by a newer Penstock; send it with that one.")
        return msgspec.msgpack.decode(head[_HEADER_AT : _HEADER_AT + length], type=Header)
    except (struct.error, msgspec.DecodeError) as error:
        raise InvalidParameter(f"The head of {path} is damaged ({error}): nothing in it can be sent.") from None


def read_state(head: bytes, size: int) -> tuple[int, int, bool]:
    """From the first page of a journal: up to which record, and to where, the store has it; and whether it is sealed."""
    place = head[_DONE_AT : _DONE_AT + 16]
    seq, end, crc = _DONE.unpack(head[_DONE_AT : _DONE_AT + _DONE.size])
    sealed = head[_SEALED_AT] == 1
    # A place that was torn is no loss: what is sent twice is applied once.
    if crc == crc32(place) and FIRST_FRAME <= end <= size:
        return seq, end, sealed
    return 0, FIRST_FRAME, sealed


def _lock_orphan(path: Path) -> int | None:
    try:
        fd = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    if os.fstat(fd).st_nlink == 0:
        # Deleted by its owner between our opening it and locking it.
        os.close(fd)
        return None
    return fd


def _reserve_blocks(fd: int, start: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(fd, start, size)
        except OSError as error:
            if error.errno not in {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}:
                raise
        else:
            return
    zeros = bytes(64 << 10)
    for at in range(start, start + size, len(zeros)):
        os.pwrite(fd, zeros[: start + size - at], at)
