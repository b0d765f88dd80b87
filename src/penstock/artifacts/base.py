"""The contract of an artifact store. Every implementation and every wrapper passes ``testing/artifact_suite.py``."""

from collections.abc import Generator, Iterable
from typing import Protocol

from msgspec import Struct

from penstock.artifacts.path import ArtifactPath
from penstock.entities.artifact import FileInfo


class Stored(Struct, frozen=True):
    """What was written: ``size`` in bytes and the SHA-256 of the content in hexadecimal."""

    size: int
    sha256: str


class Opened(Struct, frozen=True):
    """A file being read: its whole ``size``, when it was last changed (seconds since 1970) and its bytes in chunks.

    Whoever opened it reads ``chunks`` to the end or calls their ``close()``.
    """

    size: int
    modified: float
    chunks: Generator[bytes, None, None]


class Listing(Struct, frozen=True, omit_defaults=True):
    """A directory as the proxy of a server writes it; there, the paths are bare names."""

    files: list[FileInfo] = []


class ArtifactStore(Protocol):
    """Keeps files under paths. A file is visible whole or not at all; nothing is held whole in memory."""

    def put(self, path: ArtifactPath, chunks: Iterable[bytes]) -> Stored:
        """Write a file, over what was there: temporary name, sync, rename.

        Raises:
            InvalidParameter: the path names a directory, or goes through a file or a link.
            StorageFull: no space is left; what was there before is still there.
        """
        ...

    def open(self, path: ArtifactPath, start: int = 0, end: int | None = None) -> Opened:
        """Read a file, from byte ``start`` up to but without ``end``.

        Raises:
            NotFound: there is no such file.
            InvalidParameter: it is a directory, a link or something else that is not a file.
        """
        ...

    def list(self, path: ArtifactPath) -> list[FileInfo]:
        """What is in a directory, by path; nothing for a file or for what is not there.

        The paths in the answer are relative to this store's root.
        """
        ...

    def delete(self, path: ArtifactPath) -> None:
        """Take away a file, or a directory with all that is in it; nothing happens if it is not there.

        Raises:
            InvalidParameter: the path is the root.
        """
        ...
