"""From a tracking URI to a store: the only place of the client that knows what a store is made of."""

import threading
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from penstock.artifacts.base import ArtifactStore
from penstock.artifacts.path import ArtifactPath, artifact_path
from penstock.client.batch import Batch
from penstock.client.foreign import Foreign, is_foreign
from penstock.client.transport import Http, Local
from penstock.errors import InvalidParameter, Unsupported
from penstock.operations.base import Operation, Transport
from penstock.operations.records import AppendRecords, RecordsAppended
from penstock.operations.runs import GetRun
from penstock.settings import Settings

if TYPE_CHECKING:
    from penstock.service.handle import Service

R = TypeVar("R")

HOME: Final = ".penstock"
_SQLITE: Final = "sqlite:///"
_DATABASE: Final = "penstock.db"
_BESIDE: Final = "beside:"
_PROXIED: Final = "mlflow-artifacts:/"
# How long a start waits for a server before it goes on without.
_QUICK_SECONDS: Final = 5.0


class Connection(ABC):
    """A store, and where journals for it wait.

    Attributes:
        uri: the store, without credentials.
        journals: the folder of its journals.
        journal_uri: how journals name the store; one beside them is named in a way that moves with it.
        is_local: whether the store is in this process.
        busy: held while modules are loaded or a database is used. A fork waits for it: the child would have half of a
            module for ever, or a lock of SQLite that nobody gives back.
    """

    uri: str
    journals: Path
    journal_uri: str
    is_local = False
    busy: threading.RLock

    @property
    def exists(self) -> bool:
        """Whether there is a store already, as far as can be told without asking it."""
        return True

    @property
    @abstractmethod
    def transport(self) -> Transport:
        """The way in, opened when first asked for.

        Raises:
            Unavailable: the store cannot be opened.
        """

    @abstractmethod
    def quick(self, op: Operation[R]) -> R:
        """Carry out ``op`` in one try that takes a few seconds at most.

        Raises:
            PenstockError: what the store answered, or ``Unavailable``.
        """

    @abstractmethod
    def append(self, run_id: str, writer: str, batch: Batch) -> RecordsAppended:
        """Bring a batch of a journal to the store, in one try.

        Raises:
            PenstockError: what the store answered, or ``Unavailable``.
        """

    @abstractmethod
    def foreign(self) -> Foreign | None:
        """The translator, if the store is a server that is not ours.

        Raises:
            PenstockError: the server is away, or is no tracking server.
        """

    @abstractmethod
    def place(self, artifact_uri: str) -> tuple[ArtifactStore, ArtifactPath]:
        """Where the artifacts of a run or experiment lie.

        Raises:
            Unsupported: they cannot be reached from here.
        """

    def rest(self, seconds: float) -> bool:
        """Before a fork: hold ``busy`` if it can be had in time, which is returned, with nothing open."""
        return self.busy.acquire(timeout=seconds)

    def forget(self) -> None:
        """In a forked child: leave the parent's connections and locks alone."""
        self.busy = threading.RLock()

    @abstractmethod
    def close(self) -> None:
        """Close what is open; using it afterwards opens it anew."""

    def run_place(self, run_id: str) -> tuple[ArtifactStore, ArtifactPath]:
        """Where the artifacts of a run lie.

        Raises:
            NotFound: the store does not know the run.
            Unsupported: they cannot be reached from here.
        """
        foreign = self.foreign()
        known = foreign.their_id(run_id) if foreign else run_id
        return self.place(self.quick(GetRun(run_id=known)).run.info.artifact_uri)


class LocalConnection(Connection):
    """A store in a folder of this machine."""

    is_local = True

    def __init__(self, uri: str, journals: Path | None) -> None:
        self.uri = uri
        self.journals = journals or journal_folder(uri)
        self.journal_uri = _BESIDE + Path(uri.removeprefix(_SQLITE)).name if uri.startswith(_SQLITE) else ""
        self._service: Service | None = None
        self.busy = threading.RLock()

    @property
    def exists(self) -> bool:
        """Whether there is a store already: opening it makes one."""
        database = Path(self.uri.removeprefix(_SQLITE)) if self.uri.startswith(_SQLITE) else Path(self.uri) / _DATABASE
        return database.exists()

    @property
    def service(self) -> "Service":
        """The store's service, opened when first asked for."""
        with self.busy:
            if self._service is None:
                # SQLAlchemy and all: a process that only logs to a server never loads it.
                from penstock.service.opening import open_service

                self._service = open_service(self.uri, open_to_paths=True)
            return self._service

    @property
    def transport(self) -> Transport:
        """The way in (see ``Connection``)."""
        return Local(self)

    def send(self, op: Operation[R]) -> R:
        """Carry out ``op``, while no fork comes between."""
        with self.busy:
            return self.service.send(op)

    def quick(self, op: Operation[R]) -> R:
        """Carry out ``op`` (see ``Connection``)."""
        return self.send(op)

    def append(self, run_id: str, writer: str, batch: Batch) -> RecordsAppended:
        """Bring a batch to the store (see ``Connection``)."""
        op = AppendRecords(run_id=run_id, writer=writer, first_seq=batch.first_seq, records=batch.records())
        return self.send(op)

    def foreign(self) -> Foreign | None:
        """Never: this is our own store."""
        return None

    def place(self, artifact_uri: str) -> tuple[ArtifactStore, ArtifactPath]:
        """Where artifacts lie (see ``Connection``)."""
        return self.service.places.resolve(artifact_uri)

    def rest(self, seconds: float) -> bool:
        """Before a fork: close the store too (see ``Connection``).

        SQLite keeps account of its locks by process: a child that opened a file which its parent has open would
        believe that it holds what the parent holds.
        """
        held = super().rest(seconds)
        if held:
            self.close()
        return held

    def close(self) -> None:
        """Close the store."""
        with self.busy:
            service, self._service = self._service, None
        if service is not None:
            service.close()


class HttpConnection(Connection):
    """A store behind a server."""

    def __init__(self, uri: str, settings: Settings, journals: Path | None) -> None:
        self.http = Http(uri, settings)
        self.uri = self.journal_uri = self.http.url
        self.journals = journals or Path(settings.text("PENSTOCK_JOURNAL_DIR") or f"{HOME}/journal").absolute()
        self.busy = threading.RLock()
        self._foreign: Foreign | None = None
        self._known = False

    @property
    def transport(self) -> Transport:
        """The way in (see ``Connection``)."""
        return self.http

    def quick(self, op: Operation[R]) -> R:
        """Carry out ``op`` (see ``Connection``)."""
        self._load()
        return self.http.send_once(op, _QUICK_SECONDS)

    def append(self, run_id: str, writer: str, batch: Batch) -> RecordsAppended:
        """Bring a batch to the store (see ``Connection``)."""
        self._load()
        foreign = self.foreign()
        if foreign is not None:
            return foreign.append(run_id, batch)
        return self.http.append(run_id, writer, batch.first_seq, batch.raw_records())

    def foreign(self) -> Foreign | None:
        """The translator for a server that is not ours (see ``Connection``); the server is asked once."""
        self._load()
        if not self._known:
            self._foreign = Foreign(self.http, self.journals) if is_foreign(self.http, _QUICK_SECONDS) else None
            self._known = True
        return self._foreign

    def place(self, artifact_uri: str) -> tuple[ArtifactStore, ArtifactPath]:
        """Where artifacts lie (see ``Connection``)."""
        with self.busy:
            from penstock.artifacts.http import HttpArtifacts
            from penstock.artifacts.local import LocalArtifacts
        if artifact_uri.startswith(_PROXIED):
            path = artifact_uri.removeprefix(_PROXIED).strip("/")
            return HttpArtifacts(self.uri, self.http.pool, self.http.headers), artifact_path(path)
        local = artifact_uri.removeprefix("file://")
        if local.startswith("/"):
            return LocalArtifacts(local), artifact_path("")
        raise Unsupported(
            f"Artifacts at '{artifact_uri}' cannot be reached from here: start the server with --serve-artifacts."
        )

    def _load(self) -> None:
        with self.busy:
            assert self.http.pool

    def forget(self) -> None:
        """Leave the parent's connections alone (see ``Connection``)."""
        super().forget()
        self.http.forget()

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


def connect(uri: str, settings: Settings, journals: Path | None = None) -> Connection:
    """Make the connection to a store; nothing is opened before it is used.

    Args:
        uri: a folder, ``sqlite:///FILE`` or ``http(s)://HOST``; empty for ``.penstock`` in the working directory.
        settings: of this process.
        journals: another folder of journals than the one that goes with the store.

    Raises:
        InvalidParameter: it is another kind of URI.
    """
    if uri.startswith(("http://", "https://")):
        return HttpConnection(uri, settings, journals)
    return LocalConnection(local_uri(uri), journals)


def folder_of(path: Path) -> Path:
    """The folder of journals that ``path`` means: itself, or the one in it."""
    inside = path / "journal"
    return (inside if inside.is_dir() else path).absolute()


def store_of(journals: Path, journal_uri: str) -> str:
    """The URI of the store that a journal in a folder is for."""
    if not journal_uri:
        return str(journals.parent)
    if journal_uri.startswith(_BESIDE):
        return _SQLITE + str(journals.parent / journal_uri.removeprefix(_BESIDE))
    return journal_uri


def local_uri(uri: str) -> str:
    """The URI of an embedded store with its path made absolute, so that it stays the same when the process moves.

    Raises:
        InvalidParameter: it is another kind of URI.
    """
    if uri.startswith(_SQLITE):
        return _SQLITE + str(Path(uri.removeprefix(_SQLITE)).absolute())
    path = uri.removeprefix("file://") or HOME
    if "://" in path:
        raise InvalidParameter(
            f"'{uri}' is no tracking URI: give a folder, sqlite:///FILE, or the http(s):// address of a server."
        )
    return str(Path(path).absolute())


def journal_folder(uri: str) -> Path:
    """Where the journals of an embedded store wait: beside its database."""
    if uri.startswith(_SQLITE):
        return Path(uri.removeprefix(_SQLITE)).with_suffix(".journal")
    return Path(uri) / "journal"
