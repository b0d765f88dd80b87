"""A store in memory that keeps the promise of AppendRecords, and fails when told to."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from penstock.artifacts.base import ArtifactStore
from penstock.artifacts.local import LocalArtifacts
from penstock.artifacts.path import ArtifactPath, artifact_path
from penstock.client.batch import Batch
from penstock.client.connect import Connection
from penstock.entities.record import Record
from penstock.errors import InvalidParameter, PenstockError
from penstock.operations.base import Operation, Transport
from penstock.operations.records import RecordsAppended


class MemoryConnection(Connection):
    """``fault`` says, for each batch, which error to answer with, or None."""

    def __init__(self, journals: Path) -> None:
        self.uri = self.journal_uri = "memory"
        self.journals = journals
        self.runs: dict[str, list[Record]] = defaultdict(list)
        self.writers: dict[str, int] = defaultdict(int)
        self.calls = 0
        self.fault: Callable[[Batch], PenstockError | None] = lambda _batch: None
        self.refused: list[str] = []

    def append(self, run_id: str, writer: str, batch: Batch) -> RecordsAppended:
        self.calls += 1
        if error := self.fault(batch):
            raise error
        done = self.writers[writer]
        if batch.first_seq > done:
            raise InvalidParameter(f"The writer must go on at record {done}.")
        self.runs[run_id] += batch.records()[done - batch.first_seq :]
        self.writers[writer] = max(done, batch.next_seq)
        return RecordsAppended(self.writers[writer], "1", self.refused)

    def run_place(self, run_id: str) -> tuple[ArtifactStore, ArtifactPath]:
        return LocalArtifacts(self.journals.parent / "artifacts"), artifact_path(run_id)

    def foreign(self) -> None:
        return None

    @property
    def transport(self) -> Transport:
        raise NotImplementedError

    def quick(self, op: Operation[Any]) -> NoReturn:
        raise NotImplementedError

    def place(self, artifact_uri: str) -> NoReturn:
        raise NotImplementedError

    def forget(self) -> None:
        pass

    def close(self) -> None:
        pass
