"""A writer: what a run's handle calls. It does not fail because of a disk, and works on in a forked child."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from time import time_ns
from typing import Any, Final, Protocol
from zlib import crc32

from msgspec import structs

from penstock.client.frames import MARK, encode_record, frame_of, pack_sum
from penstock.client.journal import ROTATE_BYTES, Header, Journal
from penstock.client.values import as_integer, as_number, as_time, now_ms
from penstock.entities.ids import RunId
from penstock.entities.record import Record, RunStarted, StatusChanged
from penstock.entities.rules import check_key

_RETRY_SECONDS: Final = 1.0
_INT64: Final = 2**63
# Without a disk, this many small journals wait in memory: about 100,000 points.
_MOST_IN_MEMORY: Final = 68


class Outbox(Protocol):
    """Who sends what is written."""

    def opened(self, journal: Journal) -> None:
        """A journal has been begun."""
        ...

    def disk_failed(self, error: OSError) -> None:
        """No journal can be written to disk at present; records are kept in memory."""
        ...

    def lost(self, count: int) -> None:
        """So many records could be kept nowhere."""
        ...


class Writer:
    """Writes the records of one run, from any thread; when a call returns, the record outlives the process.

    Args:
        folder: where journals are.
        run_id: whose records these are.
        uri: the store, as journals name it.
        start: how the run began: each further journal begins with it, so that it may arrive before the first. None for
            a run that was started elsewhere, which then does not end with this writer.
        outbox: is told of each journal.
    """

    def __init__(self, folder: Path, run_id: RunId, uri: str, start: RunStarted | None, outbox: Outbox) -> None:
        self._folder = folder
        self._run_id = run_id
        self._uri = uri
        self._outbox = outbox
        self._metric_keys: set[str] = set()
        self._prelude = b""
        self.forget()
        self._owner = start is not None
        if start is not None:
            self.append(start)
            # Its name and tags may have changed by then: they stand in the first journal alone.
            again = structs.replace(start, run_name="", tags={}, resumed=False)
            self._prelude = frame_of(encode_record(again))

    def forget(self) -> None:
        """Leave the present journal and its lock alone (a forked child must) and begin another when asked to write."""
        self.lock = threading.Lock()
        self._write: Callable[[bytes], object] = _no_room
        self._owner = False
        self._journal: Journal | None = None
        self._in_memory: deque[Journal] = deque()
        self._next_try = 0.0

    def append_metric(self, key: str, value: Any, step: int | None = None, timestamp: int | None = None) -> None:
        """Write a point (see ``ActiveRun.log_metric``). This is the hottest path of all: about a microsecond.

        Raises:
            InvalidParameter: an argument is wrong.
        """
        if type(value) is not float:
            value = as_number(value, key)
        if step is None:
            step = 0
        elif type(step) is not int or not -_INT64 <= step < _INT64:
            step = as_integer(step, "step")
        timestamp = time_ns() // 1_000_000 if timestamp is None else as_time(timestamp)
        try:
            if key not in self._metric_keys:
                self._metric_keys.add(check_key(key, "metric name"))
            # A plain tuple in the form of MetricLogged: making the struct would cost as much again.
            payload = encode_record(("m", key, value, timestamp, step))
        except TypeError:
            # No text at all, or a text of another type, such as NumPy's or a member of an enumeration.
            self.append_metric(str.__str__(check_key(key, "metric name")), value, step, timestamp)
            return
        frame = MARK + pack_sum(crc32(payload), len(payload)) + payload
        try:
            self._write(frame)
        except ValueError:
            self._write_in_new_room(frame)

    def append_metrics(self, metrics: Mapping[str, Any], step: int | None, timestamp: int | None) -> None:
        """Write a point of each of several metrics (see ``ActiveRun.log_metrics``), all of them by one step.

        Raises:
            InvalidParameter: an argument is wrong; nothing is written.
        """
        at = time_ns() // 1_000_000 if timestamp is None else as_time(timestamp)
        step = 0 if step is None else as_integer(step, "step")
        frames = []
        for key, value in metrics.items():
            if type(value) is not float:
                value = as_number(value, key)
            if key not in self._metric_keys:
                self._metric_keys.add(check_key(key, "metric name"))
            plain = key if type(key) is str else str.__str__(key)
            frames.append(frame_of(encode_record(("m", plain, value, at, step))))
        if frames:
            self._append_frames(b"".join(frames))

    def append(self, record: Record) -> None:
        """Write any record."""
        self._append_frames(frame_of(encode_record(record)))

    def _append_frames(self, frames: bytes) -> None:
        try:
            self._write(frames)
        except ValueError:
            self._write_in_new_room(frames)

    def end(self, last: StatusChanged) -> None:
        """Write the end of the run. A record that comes all the same begins another journal."""
        self.append(last)
        self.close()

    def close(self) -> None:
        """Nothing more is to come from here; the run itself may go on."""
        with self.lock:
            self._write = _no_room
            if self._journal is not None:
                self._journal.seal()
            self._journal = None
            self._owner = False

    def _write_in_new_room(self, frame: bytes) -> None:
        with self.lock:
            try:
                # Another thread may have made room meanwhile.
                self._write(frame)
            except ValueError:
                # Stored before others learn of the room, or they might fill it first.
                room = self._with_room(len(frame)).map
                room.write(frame)
                self._write = room.write

    def _with_room(self, size: int) -> Journal:
        journal = self._journal
        if journal is None or journal.sealed or journal.map.closed or journal.end >= ROTATE_BYTES:
            return self._begin(size)
        try:
            journal.make_room(size)
        except OSError as error:
            if journal.path is not None:
                self._outbox.disk_failed(error)
            return self._begin(size)
        return journal

    def _begin(self, size: int) -> Journal:
        """Begin a journal after the present one, with room for ``size`` bytes: on disk if it can be, else in memory."""
        if self._journal is not None and not self._journal.map.closed:
            self._journal.seal()
        room = size + len(self._prelude)
        journal = self._begin_on_disk(room) or self._begin_in_memory(room)
        if self._prelude:
            journal.map.write(self._prelude)
        self._journal = journal
        self._outbox.opened(journal)
        return journal

    def _begin_on_disk(self, room: int) -> Journal | None:
        if time.monotonic() < self._next_try:
            return None
        try:
            return Journal.create(self._folder, self._header(), self.lock, room)
        except OSError as error:
            self._outbox.disk_failed(error)
            self._next_try = time.monotonic() + _RETRY_SECONDS
            return None

    def _begin_in_memory(self, room: int) -> Journal:
        waiting = deque(journal for journal in self._in_memory if journal.end > journal.acked_end)
        while len(waiting) >= _MOST_IN_MEMORY:
            self._outbox.lost(waiting.popleft().drop())
        journal = Journal.in_memory(self._header(), self.lock, room)
        waiting.append(journal)
        self._in_memory = waiting
        return journal

    def _header(self) -> Header:
        return Header(run_id=self._run_id, uri=self._uri, pid=os.getpid(), created=now_ms(), owner=self._owner)


def _no_room(_frame: bytes) -> None:
    raise ValueError
