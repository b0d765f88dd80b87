"""Brings one batch of a journal to its store."""

from typing import Final

import msgspec

from penstock.artifacts.path import artifact_path
from penstock.client.batch import Batch
from penstock.client.connect import Connection
from penstock.client.frames import ARTIFACT_START, encode_record, frame_of
from penstock.client.journal import Journal
from penstock.client.spool import discard, read_chunks, spool_file, spool_folder
from penstock.client.transport import may_pass
from penstock.entities.record import ArtifactLogged, TagDeleted
from penstock.errors import InvalidParameter, PenstockError, TooLarge

# Takes the place of a record that cannot be sent, for places are counted: a tag that is not there is taken away.
_NOTHING: Final = frame_of(encode_record(TagDeleted("penstock.nothing")))


def deliver(connection: Connection, journal: Journal, batch: Batch) -> list[str]:
    """Send a batch, with the files that its records name before it, and note that it is there.

    Returns:
        A line for each record that the store refused.

    Raises:
        PenstockError: the batch has not arrived; ``may_pass`` says whether it may later.
    """
    try:
        return _deliver(connection, journal, batch)
    except msgspec.DecodeError:
        # What marks a frame stood by chance inside of one.
        return _deliver(connection, journal, batch.recounted())


def _deliver(connection: Connection, journal: Journal, batch: Batch) -> list[str]:
    waiting = _waiting_artifact(connection, journal, batch)
    if waiting is None:
        return _send(connection, journal, batch)
    place, artifact = waiting
    if place:
        # What comes first is sent first: it may be the start of the run, without which there is no place for files.
        return _send(connection, journal, batch.first(place))
    alone = batch.first(1)
    trouble = _upload(connection, journal, artifact)
    sent = Batch(alone.first_seq, 1, alone.end, _NOTHING) if trouble else alone
    refused = _send(connection, journal, sent)
    if not trouble:
        discard(spool_folder(connection.journals, journal.header.run_id), artifact)
    return trouble + refused


def _send(connection: Connection, journal: Journal, batch: Batch) -> list[str]:
    try:
        done = connection.append(journal.header.run_id, journal.writer, batch)
    except TooLarge:
        if batch.count == 1:
            raise
        return _send(connection, journal, batch.first(batch.count // 2))
    except InvalidParameter:
        if batch.first_seq == 0 or journal.rewound:
            raise
        # The store has less than it said, e.g. because it was restored from a copy: begin again from the first.
        journal.rewind()
        first = journal.next_batch()
        assert first is not None
        done, batch = connection.append(journal.header.run_id, journal.writer, first), first
    journal.ack(batch.next_seq, batch.end)
    return done.refused


def _waiting_artifact(connection: Connection, journal: Journal, batch: Batch) -> tuple[int, ArtifactLogged] | None:
    """The first record whose file waits here to be sent, and its place in the batch."""
    if ARTIFACT_START not in batch.frames:
        return None
    folder = spool_folder(connection.journals, journal.header.run_id)
    for place, one in enumerate(batch.records()):
        if isinstance(one, ArtifactLogged) and spool_file(folder, one).exists():
            return place, one
    return None


def _upload(connection: Connection, journal: Journal, artifact: ArtifactLogged) -> list[str]:
    """Bring a file to where the run's artifacts are; a line that says why, if it cannot be there."""
    file = spool_file(spool_folder(connection.journals, journal.header.run_id), artifact)
    try:
        store, root = connection.run_place(journal.header.run_id)
        store.put(root.join(artifact_path(artifact.path)), read_chunks(file))
    except PenstockError as error:
        if may_pass(error):
            raise
        return [f"The artifact '{artifact.path}' could not be stored: {error.message} It is kept as {file}."]
    return []
