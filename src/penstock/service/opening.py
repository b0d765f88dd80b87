"""From a URI to a service: the store, its tables brought up to date, and where its artifacts lie."""

import time
from pathlib import Path
from typing import NamedTuple

from penstock.artifacts.local import LocalArtifacts
from penstock.errors import InvalidParameter
from penstock.service.handle import Service
from penstock.service.places import PROXIED, Places
from penstock.store.engine import Store
from penstock.store.migrate import migrate
from penstock.version import VERSION

_SQLITE = "sqlite:///"


class Layout(NamedTuple):
    """Where the parts of an embedded store lie: the database, the artifacts, and the journals waiting for it."""

    database: Path
    artifacts: Path
    journals: Path


def layout(backend_uri: str) -> Layout:
    """The files and folders of an embedded store.

    Args:
        backend_uri: a folder, or ``sqlite:///FILE`` (four slashes for an absolute path), with its folders beside it.

    Raises:
        InvalidParameter: it is another kind of URI.
    """
    if backend_uri.startswith(_SQLITE):
        database = Path(backend_uri.removeprefix(_SQLITE)).absolute()
        return Layout(database, database.with_suffix(".artifacts"), database.with_suffix(".journal"))
    path = backend_uri.removeprefix("file://")
    if "://" in path or not path:
        raise InvalidParameter(
            f"'{backend_uri}' cannot be opened as a store: give a folder or sqlite:///FILE (a server is reached by http://)."
        )
    folder = Path(path).absolute()
    return Layout(folder / "penstock.db", folder / "artifacts", folder / "journal")


def open_service(
    backend_uri: str,
    *,
    artifact_root: str = PROXIED,
    destination: str = "",
    serves_artifacts: bool = True,
    open_to_paths: bool = False,
) -> Service:
    """Open the store at ``backend_uri``, made if it is missing.

    Args:
        backend_uri: a folder, or ``sqlite:///FILE``.
        artifact_root: where new experiments keep artifacts: ``mlflow-artifacts:/`` or a local folder.
        destination: the local folder behind ``mlflow-artifacts:/``; empty for the one beside the database.
        serves_artifacts: whether a server in front passes artifacts through.
        open_to_paths: whether experiments may name any local folder; for stores used by this process alone.

    Raises:
        InvalidParameter: a URI is not one that can be opened.
        Unavailable: the store cannot be opened, or was made by a newer Penstock.
    """
    places = layout(backend_uri)
    root = artifact_root if artifact_root.startswith(PROXIED) else _folder(artifact_root)
    behind = LocalArtifacts(Path(_folder(destination)) if destination else places.artifacts)
    store = Store(places.database, lambda: time.time_ns() // 1_000_000)
    migrate(store, f"{root.rstrip('/')}/0")
    return Service(
        store, Places(root, behind, open_to_paths=open_to_paths), version=VERSION, serves_artifacts=serves_artifacts
    )


def _folder(uri: str) -> str:
    path = uri.removeprefix("file://")
    if "://" in path:
        raise InvalidParameter(f"Artifacts cannot be kept at '{uri}' yet: name a local folder.")
    return str(Path(path).absolute())
