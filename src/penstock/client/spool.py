"""Files on their way to a server: copied beside the journal, so that the user's file may change or vanish."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from penstock.artifacts.base import Stored
from penstock.entities.record import ArtifactLogged

_CHUNK: Final = 256 << 10


def spool_folder(journals: Path, run_id: str) -> Path:
    """Where the files of a run wait."""
    return journals / f"{run_id}.spool"


def spool_file(folder: Path, artifact: ArtifactLogged) -> Path:
    """Where the file of an artifact waits, if it does: the same file under the same path waits once."""
    place = hashlib.sha256(artifact.path.encode()).hexdigest()
    return folder / f"{artifact.sha256[:32]}-{place[:32]}"


def keep(folder: Path, path: str, chunks: Iterable[bytes]) -> ArtifactLogged:
    """Copy a file to wait as the artifact ``path``, and make the record that names it.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{secrets.token_hex(12)}.new"
    try:
        stored = _write(fresh, chunks)
        artifact = ArtifactLogged(path, stored.size, stored.sha256)
        fresh.replace(spool_file(folder, artifact))
    finally:
        fresh.unlink(missing_ok=True)
    return artifact


def read_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, some at a time."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def discard(folder: Path, artifact: ArtifactLogged) -> None:
    """Delete a file that has arrived."""
    spool_file(folder, artifact).unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Delete the folder of a run that is over, unless something waits in it still."""
    with suppress(OSError):
        folder.rmdir()


def _write(path: Path, chunks: Iterable[bytes]) -> Stored:
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        # The record that names it must not outlive it in a power cut any more than in a kill.
        os.fsync(file.fileno())
    return Stored(size, digest.hexdigest())
