"""A journal: the file, mapped into memory, that holds what one process says about one run until a store has it.

Mapped, and not written with ``write``: a system call gives up the interpreter's lock, so that the sender's thread
could hold the training loop for a switch interval at every call. What is stored into the mapping is in the page cache
and outlives the process. Blocks are reserved ahead, so that a full disk is an error here and not a bus error there.

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
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import msgspec

from penstock.client.frames import records, walk
from penstock.entities.ids import RunId, WriterId
from penstock.entities.record import StatusChanged
from penstock.errors import InvalidParameter

SUFFIX: Final = ".journal"
FORMAT: Final = 1
FIRST_FRAME: Final = 4096
# A file this large is followed by another, so that what the store has can be deleted while the run goes on for days.
ROTATE_BYTES: Final = 64 << 20
MEMORY_BYTES: Final = 4 << 20
_FIRST_BYTES: Final = 256 << 10
_GROW_BYTES: Final = 1 << 20
# What is sent at once: about 13,000 points.
_BATCH_BYTES: Final = 512 << 10
_BATCH_RECORDS: Final = 16_384
# How often a writer without a disk comes by to look for one.
_MEMORY_STEP_BYTES: Final = 16 << 10

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


class Batch(msgspec.Struct, frozen=True):
    """Frames to be sent: ``count`` of them from ``first_seq`` on; they end at ``end`` in the journal."""

    first_seq: int
    count: int
    end: int
    frames: bytes

    def first(self, count: int) -> "Batch":
        """The first ``count`` frames of it alone."""
        if count >= self.count:
            return self
        size = next(islice(walk(self.frames, 0), count - 1, None))
        return Batch(self.first_seq, count, self.end - len(self.frames) + size, self.frames[:size])


class Journal:
    """One writer's records in order; see the module. ``lock`` guards ``end``, ``count`` and what lies in ``map``."""

    __slots__ = (
        "_allocated", "_fd", "_last", "_marks", "acked_end", "acked_seq", "count", "end", "header", "limit", "lock", "map",
        "path", "rewound", "sealed", "writer",
    )  # fmt: skip

    def __init__(self, header: Header, writer: WriterId, lock: threading.Lock) -> None:
        self.header = header
        self.writer = writer
        self.lock = lock
        self.path: Path | None = None
        self.map: Any
        self.count = 0
        self.end = FIRST_FRAME
        self.limit = FIRST_FRAME
        self.acked_seq = 0
        self.acked_end = FIRST_FRAME
        self.sealed = False
        self.rewound = False
        self._fd = -1
        self._allocated = 0
        self._marks: deque[tuple[int, int]] = deque()
        # Where the last frame begins, as far as is known.
        self._last = 0

    @classmethod
    def create(cls, folder: Path, header: Header, lock: threading.Lock) -> "Journal":
        """Make a new journal in ``folder``, which is made too.

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
            self._grow(_FIRST_BYTES)
            self._write_head()
            self.path = folder / f"{self.writer}{SUFFIX}"
            path.rename(self.path)
        except OSError:
            self.close()
            path.unlink(missing_ok=True)
            raise
        return self

    @classmethod
    def in_memory(cls, header: Header, lock: threading.Lock) -> "Journal":
        """Make a journal of fixed size that lies nowhere on disk, for when the disk is full."""
        self = cls(header, new_writer_id(), lock)
        self.map = mmap.mmap(-1, MEMORY_BYTES)
        self._allocated = MEMORY_BYTES
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
            self = cls(_read_head(fd, path), WriterId(path.stem), threading.Lock())
        except InvalidParameter:
            os.close(fd)
            raise
        self.path, self._fd = path, fd
        self.read_from(mmap.mmap(fd, os.fstat(fd).st_size))
        return self

    def read_from(self, content: mmap.mmap | bytes) -> None:
        """Find out what is in the content of a journal that somebody else has written."""
        self.map = content
        self._allocated = len(content)
        place = content[_DONE_AT : _DONE_AT + 16]
        seq, end, crc = _DONE.unpack(content[_DONE_AT : _DONE_AT + _DONE.size])
        # A place that was torn is no loss: what is sent twice is applied once.
        if crc == crc32(place) and FIRST_FRAME <= end <= self._allocated:
            self.acked_seq, self.acked_end = seq, end
        self.sealed = content[_SEALED_AT] == 1
        self._mark_all()
        self.limit = self.end

    @property
    def pending(self) -> int:
        """How many records the store does not have yet."""
        return self.count - self.acked_seq

    @property
    def is_done(self) -> bool:
        """Whether nothing more will come and the store has all of it."""
        return self.sealed and self.count == self.acked_seq

    @property
    def has_ended(self) -> bool:
        """Whether the last record that the store does not have yet says that the run has ended."""
        if not self._last:
            return False
        (last,) = records(1, self.map[self._last : self.end])
        return isinstance(last, StatusChanged) and bool(last.end_time)

    def make_room(self, size: int) -> None:
        """Let ``limit`` be at least ``size`` bytes from ``end``. The lock is held.

        Raises:
            OSError: no space is left.
        """
        if self.end > self.acked_end:
            self._marks.append((self.count, self.end))
        if self.end + size > self._allocated:
            self._grow(self._allocated + max(_GROW_BYTES, size))
        step = _BATCH_BYTES if self.path is not None else _MEMORY_STEP_BYTES
        self.limit = min(self._allocated, self.end + max(step, size))

    def put(self, frame: bytes) -> None:
        """Store a frame for which there is room. The lock is held."""
        end = self.end + len(frame)
        self.map[self.end : end] = frame
        self.end = end
        self.count += 1

    def next_batch(self) -> Batch | None:
        """What is to be sent next, or None."""
        with self.lock:
            while self._marks and self._marks[0][0] <= self.acked_seq:
                self._marks.popleft()
            count, end = self._marks[0] if self._marks else (self.count, self.end)
            if count == self.acked_seq:
                return None
            return Batch(self.acked_seq, count - self.acked_seq, end, self.map[self.acked_end : end])

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
            self._mark_all()

    def seal(self) -> None:
        """Note that nothing more will come, and give back the space reserved for it. The lock is held."""
        if self.sealed:
            return
        self.sealed = True
        self.limit = -1
        if self.path is not None:
            self.map[_SEALED_AT] = 1
            os.ftruncate(self._fd, self.end)
            # To touch what lies mapped behind the end of a file is a bus error.
            self.map = mmap.mmap(self._fd, self.end)

    def drop(self) -> int:
        """Give up what the store does not have, and say how many records that is. The lock is held."""
        lost = self.pending
        self.acked_seq, self.acked_end = self.count, self.end
        return lost

    def close(self) -> None:
        """Let go of the file and its lock; it stays, and is an orphan if the store does not have all of it."""
        if hasattr(self, "map"):
            self.map.close()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self.limit = -1

    def delete(self) -> None:
        """Delete the file, then let go of it: nobody adopts it in between."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        self.close()

    def _grow(self, size: int) -> None:
        if self._fd < 0:
            raise OSError(errno.ENOSPC, "a journal in memory does not grow")
        _reserve(self._fd, self._allocated, size - self._allocated)
        self.map = mmap.mmap(self._fd, size)
        self._allocated = size

    def _write_head(self) -> None:
        head = msgspec.msgpack.encode(self.header)
        if _HEADER_AT + len(head) > FIRST_FRAME:
            raise OSError(errno.ENAMETOOLONG, f"the address of the store is too long: {self.header.uri[:80]}...")
        self.map[0 : _HEAD.size] = _HEAD.pack(_MAGIC, FORMAT, len(head))
        self.map[_HEADER_AT : _HEADER_AT + len(head)] = head

    def _mark_all(self) -> None:
        self._marks.clear()
        self.count, self.end = count, last = self.acked_seq, self.acked_end
        for end in walk(self.map, self.acked_end):
            count += 1
            self._last, self.count, self.end = self.end, count, end
            if end - last >= _BATCH_BYTES or count % _BATCH_RECORDS == 0:
                self._marks.append((count, end))
                last = end


class Peek(msgspec.Struct, frozen=True):
    """What can be seen of a journal without touching it; ``is_held``: its writer or sender is alive."""

    header: Header
    pending: int
    is_held: bool


def peek(path: Path) -> Peek | None:
    """Look into a journal; None if it is gone.

    Raises:
        InvalidParameter: the file is no journal, or one of a newer release.
        OSError: it cannot be read.
    """
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        found = Journal(_read_head(fd, path), WriterId(path.stem), threading.Lock())
        # Read and not mapped: its owner may cut it short at any time.
        found.read_from(path.read_bytes())
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return Peek(found.header, found.pending, is_held=True)
        return Peek(found.header, found.pending, is_held=False)
    except FileNotFoundError:
        return None
    finally:
        os.close(fd)


def new_writer_id() -> WriterId:
    """Mint a writer id: 24 random hexadecimal digits."""
    return WriterId(secrets.token_hex(12))


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


def _read_head(fd: int, path: Path) -> Header:
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


def _reserve(fd: int, start: int, size: int) -> None:
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
