"""A writer: what a run's handle calls. It does not fail because of a disk, and works on in a forked child."""

import os
import threading
import time
from collections import deque
from pathlib import Path
from typing import Final, Protocol
from zlib import crc32

from msgspec import structs

from penstock.client.frames import MARK, encode_record, frame_of, pack_head
from penstock.client.journal import ROTATE_BYTES, Header, Journal
from penstock.entities.ids import RunId
from penstock.entities.record import Record, RunStarted, StatusChanged
from penstock.entities.rules import check_key
from penstock.errors import InvalidParameter

_RETRY_SECONDS: Final = 1.0
_INT64: Final = 2**63
# Without a disk, this many journals of four megabytes wait in memory: about 400,000 points.
_MOST_IN_MEMORY: Final = 4


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
        self._owner = False
        self._journal: Journal | None = None
        self._in_memory: deque[Journal] = deque()
        self._next_try = 0.0

    def append_metric(self, key: str, value: float, timestamp: int, step: int) -> None:
        """Write a point. This is the hottest path of all: about a microsecond.

        Raises:
            InvalidParameter: the key is not allowed, or the step or the timestamp is out of range.
        """
        if key not in self._metric_keys:
            self._metric_keys.add(check_key(key, "metric name"))
        if not (-_INT64 <= step < _INT64 and 0 <= timestamp < _INT64):
            raise InvalidParameter(f"Step {step} or timestamp {timestamp} of metric '{key}' is out of range.")
        # A plain tuple in the form of MetricLogged: making the struct would cost as much again.
        payload = encode_record(("m", key, value, timestamp, step))
        frame = pack_head(MARK, crc32(payload), len(payload)) + payload
        with self.lock:
            journal = self._journal
            if journal is not None:
                start = journal.end
                end = start + len(frame)
                if end <= journal.limit:
                    journal.map[start:end] = frame
                    journal.end = end
                    journal.count += 1
                    return
            self._put(frame)

    def append(self, record: Record) -> None:
        """Write any record."""
        frame = frame_of(encode_record(record))
        with self.lock:
            self._put(frame)

    def end(self, last: StatusChanged) -> None:
        """Write the end of the run. A record that comes all the same begins another journal."""
        frame = frame_of(encode_record(last))
        # One critical section: whoever is killed after the last record has not left the run open.
        with self.lock:
            self._put(frame)
            self._seal()

    def close(self) -> None:
        """Nothing more is to come from here; the run itself may go on."""
        with self.lock:
            self._seal()

    def _seal(self) -> None:
        if self._journal is not None:
            self._journal.seal()
        self._journal = None
        self._owner = False

    def _put(self, frame: bytes) -> None:
        journal = self._journal
        if journal is None or journal.sealed:
            journal = self._begin()
        if journal.end + len(frame) > journal.limit:
            journal = self._with_room(journal, len(frame))
        journal.put(frame)

    def _with_room(self, journal: Journal, size: int) -> Journal:
        if journal.path is None:
            journal = self._back_on_disk(journal)
        elif journal.end >= ROTATE_BYTES:
            journal = self._begin()
        try:
            journal.make_room(size)
        except OSError as error:
            if journal.path is not None:
                self._outbox.disk_failed(error)
            journal = self._begin()
            journal.make_room(size)
        return journal

    def _begin(self) -> Journal:
        """Begin a journal after the present one: on disk if it can be, else in memory."""
        return self._begin_on_disk() or self._begin_in_memory()

    def _back_on_disk(self, journal: Journal) -> Journal:
        if time.monotonic() < self._next_try:
            return journal
        return self._begin_on_disk() or journal

    def _begin_on_disk(self) -> Journal | None:
        try:
            return self._take(Journal.create(self._folder, self._header(), self.lock))
        except OSError as error:
            self._outbox.disk_failed(error)
            self._next_try = time.monotonic() + _RETRY_SECONDS
            return None

    def _begin_in_memory(self) -> Journal:
        self._in_memory = deque(journal for journal in self._in_memory if journal.pending)
        if len(self._in_memory) >= _MOST_IN_MEMORY:
            self._outbox.lost(self._in_memory.popleft().drop())
        journal = Journal.in_memory(self._header(), self.lock)
        self._in_memory.append(journal)
        return self._take(journal)

    def _take(self, journal: Journal) -> Journal:
        if self._journal is not None:
            self._journal.seal()
        self._journal = journal
        if self._prelude:
            journal.make_room(len(self._prelude))
            journal.put(self._prelude)
        self._outbox.opened(journal)
        return journal

    def _header(self) -> Header:
        now = time.time_ns() // 1_000_000
        return Header(run_id=self._run_id, uri=self._uri, pid=os.getpid(), created=now, owner=self._owner)
