"""Artifacts in a folder of this machine.

Every path is walked from a descriptor of the root, one part at a time and never through a link, and what is done is
done on the descriptor: a folder that is swapped for a link meanwhile leads nowhere.
"""

import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from errno import EDQUOT, EFBIG, ELOOP, ENOSPC
from pathlib import Path
from typing import Final

from penstock.artifacts.base import Opened, Stored
from penstock.artifacts.path import ArtifactPath
from penstock.entities.artifact import FileInfo
from penstock.errors import InvalidParameter, NotFound, StorageFull, Unavailable

CHUNK: Final = 256 * 1024
_LEFTOVER_AGE: Final = 24 * 3600.0
_TEMPORARY: Final = re.compile(r"\.part-[0-9a-f]{32}")
# No room on the disk, in somebody's quota, or under a limit on the size of files.
_FULL: Final = frozenset({ENOSPC, EDQUOT, EFBIG})
_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a named pipe would wait for its writer.
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class LocalArtifacts:
    """The artifact store in a folder; the folder is made when the first file is put.

    Args:
        root: the folder. It may itself be a link; nothing below it is followed.
        clock: the time in seconds since 1970, by which leftovers of broken writes are old enough to go.
    """

    def __init__(self, root: str | Path, clock: Callable[[], float] = time.time) -> None:
        self._root: Final = Path(root)
        self._clock: Final = clock

    def put(self, path: ArtifactPath, chunks: Iterable[bytes]) -> Stored:
        """Write a file (see ``ArtifactStore.put``)."""
        _refuse_unusable(path)
        try:
            with self._directory(path.parts[:-1], path, create=True) as parent:
                return _put(parent, path, chunks)
        except _GoneError:
            raise Unavailable(f"The directory of '{path}' was deleted while it was written. Try again.") from None

    def open(self, path: ArtifactPath, start: int = 0, end: int | None = None) -> Opened:
        """Read a file (see ``ArtifactStore.open``)."""
        _refuse_unusable(path)
        try:
            with self._directory(path.parts[:-1], path) as parent, _told(path):
                descriptor = os.open(path.name, _READ, dir_fd=parent)
        except _GoneError:
            raise NotFound(f"There is no artifact '{path}'.") from None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise InvalidParameter(f"'{path}' is {_kind(status.st_mode)}, not a file.")
        chunks = _read(descriptor, start, status.st_size if end is None else min(end, status.st_size))
        # Its first step is taken here, or closing it before it is read would leave the file open.
        next(chunks)
        return Opened(status.st_size, status.st_mtime, chunks)

    def list(self, path: ArtifactPath) -> list[FileInfo]:
        """What is in a directory (see ``ArtifactStore.list``)."""
        try:
            with self._directory(path.parts, path) as directory, _told(path):
                return sorted(self._entries(directory, path), key=lambda file: file.path)
        except _GoneError:
            return []

    def delete(self, path: ArtifactPath) -> None:
        """Take away a file or a directory (see ``ArtifactStore.delete``)."""
        _refuse_unusable(path)
        with suppress(_GoneError), self._directory(path.parts[:-1], path) as parent, _told(path):
            _remove(parent, _hidden(parent, path.name))
            os.fsync(parent)

    @contextmanager
    def _directory(self, parts: tuple[str, ...], path: ArtifactPath, *, create: bool = False) -> Iterator[int]:
        """A descriptor of the directory at ``parts``, closed afterwards."""
        with _told(path):
            descriptor = self._descend(parts, path, create=create)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _descend(self, parts: tuple[str, ...], path: ArtifactPath, *, create: bool) -> int:
        if create:
            self._root.mkdir(parents=True, exist_ok=True)
        current = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in parts:
            try:
                if create:
                    _make(current, part)
                below = os.open(part, _DIRECTORY, dir_fd=current)
            except NotADirectoryError:
                if create:
                    raise InvalidParameter(f"'{path}' goes through a file or a link.") from None
                raise
            finally:
                os.close(current)
            current = below
        return current

    def _entries(self, directory: int, path: ArtifactPath) -> Iterator[FileInfo]:
        prefix = "" if path.is_root else f"{path}/"
        with os.scandir(directory) as entries:
            for entry in entries:
                if _TEMPORARY.fullmatch(entry.name):
                    self._sweep(directory, entry.name)
                elif not _is_text(entry.name):
                    continue
                elif entry.is_dir(follow_symlinks=False):
                    yield FileInfo(path=prefix + entry.name, is_dir=True)
                elif entry.is_file(follow_symlinks=False):
                    size = entry.stat(follow_symlinks=False).st_size
                    yield FileInfo(path=prefix + entry.name, is_dir=False, file_size=size)

    def _sweep(self, directory: int, name: str) -> None:
        """Remove what a write or delete of another day left behind."""
        with suppress(OSError):
            changed = os.stat(name, dir_fd=directory, follow_symlinks=False).st_ctime
            if self._clock() - changed > _LEFTOVER_AGE:
                _remove(directory, name)


class _GoneError(Exception):
    """The file or directory, or one on the way to it, is not there."""


def _refuse_unusable(path: ArtifactPath) -> None:
    if path.is_root:
        raise InvalidParameter("The path is empty: name a file or directory below the root.")
    if any(_TEMPORARY.fullmatch(part) for part in path.parts):
        raise InvalidParameter(f"Invalid path '{path}': names like .part-<32 digits> are kept for writes under way.")


def _put(parent: int, path: ArtifactPath, chunks: Iterable[bytes]) -> Stored:
    with _told(path):
        _refuse_replacing(parent, path)
        temporary = _temporary_name()
        descriptor = os.open(temporary, _CREATE, 0o666, dir_fd=parent)
    try:
        stored = _write(descriptor, path, chunks)
        with _told(path):
            os.rename(temporary, path.name, src_dir_fd=parent, dst_dir_fd=parent)
            os.fsync(parent)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=parent)
        raise
    return stored


def _refuse_replacing(parent: int, path: ArtifactPath) -> None:
    """Only a file is written over."""
    with suppress(FileNotFoundError):
        mode = os.stat(path.name, dir_fd=parent, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):
            raise InvalidParameter(f"'{path}' is {_kind(mode)}: it cannot be written over by a file.")


def _write(descriptor: int, path: ArtifactPath, chunks: Iterable[bytes]) -> Stored:
    """Write, sync and close. What ``chunks`` raises passes through as it is: it is not the store's fault."""
    digest = hashlib.sha256()
    size = 0
    try:
        for chunk in chunks:
            with _told(path):
                _write_all(descriptor, chunk)
            digest.update(chunk)
            size += len(chunk)
        with _told(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return Stored(size, digest.hexdigest())


def _write_all(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _read(descriptor: int, start: int, end: int) -> Generator[bytes, None, None]:
    try:
        yield b""
        while start < end and (chunk := os.pread(descriptor, min(CHUNK, end - start), start)):
            start += len(chunk)
            yield chunk
    finally:
        os.close(descriptor)


def _make(parent: int, name: str) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=parent)
        os.fsync(parent)


def _temporary_name() -> str:
    return f".part-{secrets.token_hex(16)}"


def _hidden(parent: int, name: str) -> str:
    """Rename so that it is gone at once, and whole, for everybody else; the new name."""
    hidden = _temporary_name()
    try:
        os.rename(name, hidden, src_dir_fd=parent, dst_dir_fd=parent)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        # A full disk may have no room for a longer name, and deleting is what helps it.
        return name
    return hidden


def _remove(parent: int, name: str) -> None:
    """Remove a file or a tree; what somebody else removes meanwhile is as good as removed."""
    with suppress(FileNotFoundError):
        if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            os.unlink(name, dir_fd=parent)
            return
        directory = os.open(name, _DIRECTORY, dir_fd=parent)
        try:
            for below in os.listdir(directory):  # noqa: PTH208 - a descriptor, not a path
                _remove(directory, below)
        finally:
            os.close(directory)
        os.rmdir(name, dir_fd=parent)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory"
    return "a link" if stat.S_ISLNK(mode) else "not a regular file"


def _is_text(name: str) -> bool:
    """Whether a path can name it: other bytes in file names reach Python as lone surrogates."""
    return not any("\ud800" <= char <= "\udfff" for char in name)


@contextmanager
def _told(path: ArtifactPath) -> Iterator[None]:
    """Say what the system refused in our errors, without the folder's place on this machine."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        # To the system, a link in place of a directory is no directory.
        raise _GoneError from None
    except OSError as error:
        if error.errno == ELOOP:
            raise InvalidParameter(f"'{path}' is a link, not a file.") from None
        if error.errno in _FULL:
            raise StorageFull(f"No space is left to store '{path}'. Free some and try again.") from error
        raise Unavailable(f"The artifact '{path}' is out of reach: {os.strerror(error.errno or 0)}.") from error
