"""Orphans: journals whose process is gone. Whoever uses the folder next takes them over and sends them."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from penstock.client.connect import Connection
from penstock.client.frames import encode_record, frame_of
from penstock.client.journal import SUFFIX, Journal
from penstock.client.notices import warn
from penstock.entities.record import StatusChanged
from penstock.entities.run import RunStatus
from penstock.errors import InvalidParameter


class Orphans:
    """Finds the orphans of one store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # Names that are not for us: of other stores, or damaged.
        self._passed_over: set[str] = set()

    def adopt(self, skip: Collection[str], most: int) -> list[Journal]:
        """Take over at most so many that nobody holds, oldest first, apart from the file names in ``skip``."""
        found: list[Journal] = []
        for path in journal_files(self._connection.journals):
            if len(found) >= most:
                break
            if path.name in self._passed_over or path.name in skip:
                continue
            journal = self._adopt_one(path)
            if journal is not None:
                found.append(journal)
        return sorted(found, key=lambda journal: journal.header.created)

    def _adopt_one(self, path: Path) -> Journal | None:
        try:
            journal = Journal.adopt(path)
        except (InvalidParameter, OSError) as error:
            self._passed_over.add(path.name)
            warn(str(error))
            return None
        if journal is None:
            return None
        if journal.header.uri != self._connection.journal_uri:
            self._passed_over.add(path.name)
            journal.close()
            return None
        if journal.is_empty:
            journal.delete()
            return None
        finish(journal)
        return journal


def journal_files(folder: Path) -> list[Path]:
    """The journals in a folder, whoever holds them."""
    return sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []


def finish(journal: Journal) -> None:
    """Write the end of a journal whose process did not.

    The run was killed: nothing in the process was able to say anything else, neither "finished" nor "failed". It ended
    when its journal was last touched.
    """
    if journal.sealed:
        return
    with journal.lock:
        if journal.header.owner and not journal.has_ended:
            assert journal.path is not None
            ended = int(journal.path.stat().st_mtime * 1000)
            frame = frame_of(encode_record(StatusChanged(RunStatus.KILLED.value, ended)))
            # On a full disk what was logged counts more than how it ended.
            with suppress(OSError):
                journal.make_room(len(frame))
                journal.map.write(frame)
        journal.seal()
