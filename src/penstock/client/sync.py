"""Sends what journals in a folder still hold: what ``penstock sync`` does."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from penstock.client.connect import Connection, connect, folder_of, store_of
from penstock.client.delivery import deliver
from penstock.client.journal import Journal
from penstock.client.orphans import finish, journal_files
from penstock.client.spool import clear, spool_folder
from penstock.client.transport import may_pass, pause
from penstock.errors import InvalidParameter, PenstockError
from penstock.settings import Settings

Progress = Callable[[str, int, int], None]

_TRIES: Final = 3


class Report(Struct, frozen=True):
    """What came of it.

    ``sent`` journals holding ``records`` are with their stores now. ``busy`` ones belong to processes that are still
    writing, which send them. ``left`` has a line for each that could not be sent, and ``refused`` one for each record
    that its store will not have.
    """

    sent: int
    records: int
    busy: int
    left: list[str]
    refused: list[str]


def sync(folder: str | Path, uri: str | None = None, progress: Progress | None = None) -> Report:
    """Send every journal in a folder that no living process holds.

    Args:
        folder: a folder of journals, or one that has a folder ``journal``, such as ``.penstock``.
        uri: the store to send them to; each to the one it was written for if not given.
        progress: told a run id, how many journals are done and how many there are.

    Raises:
        InvalidParameter: ``uri`` is no tracking URI.
    """
    return _Sync(folder_of(Path(folder)), uri, progress or (lambda _run, _done, _of: None)).go()


class _Sync:
    def __init__(self, folder: Path, uri: str | None, progress: Progress) -> None:
        self._folder = folder
        self._uri = uri
        self._progress = progress
        self._settings = Settings.of_process()
        self._connections: dict[str, Connection] = {}
        # Stores that were found away: they are not waited for again.
        self._away: dict[str, str] = {}
        self._sent = self._records = self._busy = 0
        self._left: list[str] = []
        self._refused: list[str] = []

    def go(self) -> Report:
        journals = self._adopt()
        for done, journal in enumerate(journals):
            self._progress(journal.header.run_id, done, len(journals))
            self._bring(journal)
            journal.close()
        if journals:
            self._progress(journals[-1].header.run_id, len(journals), len(journals))
        for connection in self._connections.values():
            connection.close()
        return Report(self._sent, self._records, self._busy, self._left, self._refused)

    def _adopt(self) -> list[Journal]:
        """The journals nobody holds, oldest first: the start of a run comes before what was added to it."""
        found: list[Journal] = []
        for path in journal_files(self._folder):
            try:
                journal = Journal.adopt(path)
            except (InvalidParameter, OSError) as error:
                self._left.append(str(error))
                continue
            if journal is None:
                self._busy += 1
            elif journal.is_empty:
                journal.delete()
            else:
                finish(journal)
                found.append(journal)
        return sorted(found, key=lambda journal: journal.header.created)

    def _bring(self, journal: Journal) -> None:
        target = self._uri or store_of(self._folder, journal.header.uri)
        waiting = journal.pending()
        try:
            if target in self._away:
                raise InvalidParameter(self._away[target])
            self._deliver_all(self._connection(target), journal)
        except PenstockError as error:
            if may_pass(error):
                self._away[target] = error.message
            self._left.append(f"{journal.path} of run {journal.header.run_id}: {error.message}")
            return
        self._sent += 1
        self._records += waiting
        journal.delete()
        clear(spool_folder(self._folder, journal.header.run_id))

    def _deliver_all(self, connection: Connection, journal: Journal) -> None:
        failures = 0
        while (batch := journal.next_batch()) is not None:
            try:
                self._refused += deliver(connection, journal, batch)
                failures = 0
            except PenstockError as error:
                failures += 1
                if failures >= _TRIES or not may_pass(error):
                    raise
                time.sleep(pause(failures))

    def _connection(self, target: str) -> Connection:
        if target not in self._connections:
            # Files and notes wait beside these journals, wherever this process would put its own.
            self._connections[target] = connect(target, self._settings, journals=self._folder)
        return self._connections[target]
