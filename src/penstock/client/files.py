"""Where the files of a run are put: straight into the store, or into the spool on the way to it."""

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from penstock.artifacts.base import ArtifactStore
from penstock.artifacts.path import ArtifactPath, artifact_path
from penstock.client.connect import Connection
from penstock.client.journal import new_writer_id
from penstock.client.notices import warn
from penstock.client.spool import keep, spool_folder
from penstock.client.transport import may_pass
from penstock.client.writer import Writer
from penstock.entities.ids import RunId
from penstock.entities.record import ArtifactLogged, TagSet
from penstock.errors import InvalidParameter, NotFound, PenstockError
from penstock.operations.records import AppendRecords
from penstock.operations.runs import GetRun, SetTag

Bytes = Callable[[], Iterable[bytes]]
"""Opens a file anew: a store that fails half-way may be followed by another."""


class Files(Protocol):
    """The files of one run."""

    def put(self, path: str, content: Bytes) -> None:
        """Keep a file as the artifact ``path``.

        Raises:
            InvalidParameter: the path is not allowed.
        """
        ...

    def put_small(self, path: str, content: bytes) -> None:
        """Keep a file that is in memory, and that may be read and grow."""
        ...

    def read(self, path: str) -> bytes | None:
        """A small artifact, or None if there is none."""
        ...

    def set_tag(self, key: str, value: str) -> None:
        """Set a tag of the run."""
        ...

    def tag(self, key: str) -> str:
        """A tag of the run; empty if it has none."""
        ...


class RunFiles:
    """The files of a run that this process writes to: what cannot be stored now waits in the spool.

    Args:
        connection: the store.
        writer: the run's.
        run_id: the run.
        is_new: whether the run was begun by this handle, so that all it has is known here.
        flush: brings what was logged to the store, and says whether it is there.
    """

    def __init__(
        self, connection: Connection, writer: Writer, run_id: RunId, *, is_new: bool, flush: Callable[[], bool]
    ) -> None:
        self._connection = connection
        self._writer = writer
        self._run_id = run_id
        self._is_new = is_new
        self._flush = flush
        self._place: tuple[ArtifactStore, ArtifactPath] | None = None
        self._tags: dict[str, str] = {}
        self._small: dict[str, bytes] = {}

    def put(self, path: str, content: Bytes) -> None:
        """Keep a file (see ``Files``)."""
        checked = file_path(path)
        if not (self._connection.is_local and self._put_now(checked, content)):
            self._put_later(checked, content)

    def put_small(self, path: str, content: bytes) -> None:
        """Keep a file and remember what is in it, for the next time that it grows."""
        self._small[path] = content
        self.put(path, lambda: [content])

    def read(self, path: str) -> bytes | None:
        """A small artifact (see ``Files``).

        Raises:
            Unavailable: the run was begun elsewhere and its store is away.
        """
        if path in self._small or self._is_new:
            return self._small.get(path)
        self._flush()
        return read_whole(self._connection.run_place(self._run_id), path)

    def set_tag(self, key: str, value: str) -> None:
        """Set a tag of the run (see ``Files``)."""
        self._tags[key] = value
        self._writer.append(TagSet(key, value))

    def tag(self, key: str) -> str:
        """A tag of the run (see ``Files``).

        Raises:
            Unavailable: the run was begun elsewhere and its store is away.
        """
        if key in self._tags or self._is_new:
            return self._tags.get(key, "")
        self._flush()
        return self._connection.quick(GetRun(run_id=self._run_id)).run.data.tags.get(key, "")

    def _put_now(self, path: ArtifactPath, content: Bytes) -> bool:
        try:
            if self._place is None:
                self._flush()
                self._place = self._connection.run_place(self._run_id)
            store, root = self._place
            stored = store.put(root.join(path), content())
        except PenstockError as error:
            if may_pass(error) or isinstance(error, NotFound):
                return False
            raise
        self._writer.append(ArtifactLogged(str(path), stored.size, stored.sha256))
        return True

    def _put_later(self, path: ArtifactPath, content: Bytes) -> None:
        folder = spool_folder(self._connection.journals, self._run_id)
        try:
            artifact = keep(folder, str(path), content())
        except OSError as error:
            warn(f"The artifact '{path}' of run {self._run_id} could not be kept in {folder}: {error}.")
            return
        self._writer.append(artifact)


class StoreFiles:
    """The files of any run, written to the store at once."""

    def __init__(self, connection: Connection, run_id: str) -> None:
        self._connection = connection
        self._run_id = run_id
        self._place: Final = connection.run_place(run_id)

    def put(self, path: str, content: Bytes) -> None:
        """Keep a file (see ``Files``).

        Raises:
            PenstockError: what the store answered.
        """
        store, root = self._place
        checked = file_path(path)
        stored = store.put(root.join(checked), content())
        if self._connection.foreign() is None:
            logged = ArtifactLogged(str(checked), stored.size, stored.sha256)
            op = AppendRecords(run_id=self._run_id, writer=new_writer_id(), first_seq=0, records=[logged])
            self._connection.transport.send(op)

    def put_small(self, path: str, content: bytes) -> None:
        """Keep a file that is in memory."""
        self.put(path, lambda: [content])

    def read(self, path: str) -> bytes | None:
        """A small artifact (see ``Files``)."""
        return read_whole(self._place, path)

    def set_tag(self, key: str, value: str) -> None:
        """Set a tag of the run (see ``Files``)."""
        self._connection.transport.send(SetTag(run_id=self._run_id, key=key, value=value))

    def tag(self, key: str) -> str:
        """A tag of the run (see ``Files``)."""
        return self._connection.transport.send(GetRun(run_id=self._run_id)).run.data.tags.get(key, "")


def file_path(path: str) -> ArtifactPath:
    """Check the path of a file.

    Raises:
        InvalidParameter: it is not allowed, or is the root.
    """
    checked = artifact_path(path)
    if checked.is_root:
        raise InvalidParameter("The artifact's path is empty: name a file, such as 'plots/loss.png'.")
    return checked


def read_whole(place: tuple[ArtifactStore, ArtifactPath], path: str) -> bytes | None:
    """A small file, or None if there is none."""
    store, root = place
    try:
        return b"".join(store.open(root.join(file_path(path))).chunks)
    except NotFound:
        return None
