"""Says what waits to be sent, and why: what ``penstock doctor`` shows."""

import platform
import time
from pathlib import Path

from msgspec import Struct

from penstock.client.connect import connect, folder_of, store_of
from penstock.client.orphans import journal_files
from penstock.client.peek import Peek, peek
from penstock.client.spool import spool_folder
from penstock.errors import InvalidParameter, PenstockError
from penstock.operations.experiments import SearchExperiments
from penstock.settings import Settings
from penstock.version import VERSION


class Waiting(Struct, frozen=True):
    """One journal: ``records`` of ``run_id`` wait for ``store``, with ``files`` beside them, since ``age`` seconds.

    ``is_held``: the process ``pid`` is alive and sends it.
    """

    path: str
    run_id: str
    store: str
    records: int
    files: int
    age: float
    pid: int
    is_held: bool


class Store(Struct, frozen=True):
    """A store that journals are for, or that is set now. ``trouble`` is empty if it answers."""

    uri: str
    kind: str
    trouble: str


class Report(Struct, frozen=True):
    """The state of a folder of journals and of the stores behind them; ``damaged`` has a line for each bad file."""

    version: str
    python: str
    folder: str
    waiting: list[Waiting]
    damaged: list[str]
    stores: list[Store]


def examine(folder: str | Path | None = None, settings: Settings | None = None) -> Report:
    """Look at a folder of journals, without changing anything, and ask the stores whether they are there.

    Args:
        folder: a folder of journals, or one that has a folder ``journal``; that of the present store if not given.
        settings: of this process if not given.

    Raises:
        InvalidParameter: the tracking URI is none.
    """
    settings = settings or Settings.of_process()
    present = connect(settings.text("PENSTOCK_TRACKING_URI"), settings)
    place = folder_of(Path(folder)) if folder is not None else present.journals
    waiting: list[Waiting] = []
    damaged: list[str] = []
    for path in journal_files(place):
        try:
            found = peek(path)
        except (InvalidParameter, OSError) as error:
            damaged.append(str(error))
            continue
        if found is not None and found.pending:
            waiting.append(_waiting(place, path, found))
    uris = dict.fromkeys([*(each.store for each in waiting), present.uri])
    return Report(
        VERSION, platform.python_version(), str(place), waiting, damaged, [_store(uri, settings) for uri in uris]
    )


def _waiting(place: Path, path: Path, found: Peek) -> Waiting:
    header = found.header
    spool = spool_folder(place, header.run_id)
    return Waiting(
        path=str(path), run_id=header.run_id, store=store_of(place, header.uri), records=found.pending,
        files=sum(1 for _ in spool.iterdir()) if spool.is_dir() else 0,
        age=max(0.0, time.time() - header.created / 1000), pid=header.pid, is_held=found.is_held,
    )  # fmt: skip


def _store(uri: str, settings: Settings) -> Store:
    connection = connect(uri, settings)
    kind = "embedded" if connection.is_local else "server"
    try:
        if connection.is_local and not connection.exists:
            return Store(uri, kind, "It is not there yet; the first run makes it.")
        if connection.foreign() is not None:
            kind = "server of MLflow"
        connection.quick(SearchExperiments(max_results=1))
    except PenstockError as error:
        return Store(uri, kind, error.message)
    finally:
        connection.close()
    return Store(uri, kind, "")
