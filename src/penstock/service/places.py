"""Where artifacts lie: from the URI on a run to a store and a path in it (rule PATH-3).

A run's URI is ``mlflow-artifacts:/...`` (behind this store), or lies below a root that the operator named. Other
places are taken only from this process itself, never over the wire.
"""

from pathlib import Path
from typing import Final

from penstock.artifacts.base import ArtifactStore
from penstock.artifacts.local import LocalArtifacts
from penstock.artifacts.path import ArtifactPath, artifact_path
from penstock.entities.rules import MAX_ARTIFACT_LOCATION_LENGTH
from penstock.errors import InvalidParameter, Unsupported

PROXIED: Final = "mlflow-artifacts:/"


class Places:
    """Resolves artifact URIs. ``root`` is where new experiments keep theirs; ``behind`` holds what is proxied."""

    def __init__(self, root: str, behind: ArtifactStore, *, open_to_paths: bool) -> None:
        """Keep where things lie.

        Args:
            root: an ``mlflow-artifacts:/`` URI or the path of a local folder.
            behind: the store behind ``mlflow-artifacts:/``.
            open_to_paths: whether an experiment may name any local folder: only where the asker is this process.
        """
        self.root = root
        self.behind = behind
        self._open_to_paths = open_to_paths

    def resolve(self, uri: str) -> tuple[ArtifactStore, ArtifactPath]:
        """The store that a URI means, and the path in it.

        Raises:
            InvalidParameter: the path is not allowed.
            Unsupported: the place cannot be reached from here.
        """
        if uri.startswith(PROXIED):
            return self.behind, artifact_path(uri.removeprefix(PROXIED).strip("/"))
        local = uri.removeprefix("file://")
        if not local.startswith("/"):
            raise Unsupported(f"Artifacts at '{uri}' cannot be reached from here; ask the store directly.")
        below = self._below_root(local)
        if below is not None:
            return LocalArtifacts(Path(self.root.removeprefix("file://"))), below
        if not self._open_to_paths:
            raise Unsupported("Artifacts outside the server's own folders are not served.")
        return LocalArtifacts(Path(local)), artifact_path("")

    def check_location(self, location: str) -> str:
        """Return a location that an experiment asked for, if it may have it.

        Raises:
            InvalidParameter: it may not; the message says which it may.
        """
        if len(location) > MAX_ARTIFACT_LOCATION_LENGTH:
            raise InvalidParameter(f"The artifact location is longer than {MAX_ARTIFACT_LOCATION_LENGTH} characters.")
        if any(char in location for char in "?#\\;%") or any(char.isspace() or ord(char) < 32 for char in location):
            raise InvalidParameter(
                "The artifact location must not hold a query, a fragment, a backslash, '%' or blanks."
            )
        if location.startswith(PROXIED) and not location.startswith(f"{PROXIED}/"):
            artifact_path(location.removeprefix(PROXIED).strip("/"))
            return location.rstrip("/")
        local = location.removeprefix("file://")
        if local.startswith("/"):
            artifact_path(local.strip("/"))
            if self._open_to_paths or self._below_root(local) is not None:
                return location.rstrip("/")
        raise InvalidParameter(
            f"The artifact location '{location[:200]}' is not allowed here: leave it out, or name a place below '{self.root}'."
        )

    def _below_root(self, local: str) -> ArtifactPath | None:
        root = self.root.removeprefix("file://").rstrip("/")
        if not root.startswith("/") or not (local == root or local.startswith(f"{root}/")):
            return None
        return artifact_path(local.removeprefix(root).strip("/"))
