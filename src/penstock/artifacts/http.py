"""Artifacts behind a tracking server: the mlflow-artifacts proxy, ours or MLflow's (REST surface, artifact proxy)."""

import hashlib
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.utils import mktime_tz, parsedate_tz
from typing import Final
from urllib.parse import quote

from urllib3 import BaseHTTPResponse, PoolManager
from urllib3.exceptions import HTTPError

from penstock.artifacts.base import Listing, Opened, Stored
from penstock.artifacts.path import ArtifactPath, artifact_path
from penstock.entities.artifact import FileInfo
from penstock.errors import InvalidParameter, NotFound, Unavailable
from penstock.operations.codec import decode_error, decode_result

_NO_SUCH_RANGE: Final = 416
_CHUNK: Final = 256 * 1024
_PROXY: Final = "/api/2.0/mlflow-artifacts/artifacts"
_CONTENT_RANGE: Final = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")


class HttpArtifacts:
    """The artifact store behind a server; its root is what ``mlflow-artifacts:/`` stands for there.

    Args:
        base_url: the server's address, as in ``http://127.0.0.1:5000``.
        http: the connections to use; its timeouts apply.
        headers: sent with every request, e.g. ``Authorization``.
    """

    def __init__(self, base_url: str, http: PoolManager, headers: Mapping[str, str]) -> None:
        self._base: Final = base_url.rstrip("/") + _PROXY
        self._http: Final = http
        self._headers: Final = dict(headers)

    def put(self, path: ArtifactPath, chunks: Iterable[bytes]) -> Stored:
        """Write a file (see ``ArtifactStore.put``); the bytes are sent while they are read.

        Raises:
            Unavailable: the server is away. ``chunks`` is used up, so only the caller can try again.
        """
        body = _Counted(chunks)
        try:
            with self._exchange("PUT", self._url(path), body=body.pass_on()) as response:
                response.drain_conn()
        except Unavailable:
            # The connection takes trouble with the source for trouble of its own.
            if body.fault is not None:
                raise body.fault from None
            raise
        return Stored(body.size, body.digest.hexdigest())

    def open(self, path: ArtifactPath, start: int = 0, end: int | None = None) -> Opened:
        """Read a file (see ``ArtifactStore.open``)."""
        url = self._url(path)
        # HTTP has no empty range: one byte is asked for and none is given.
        last = "" if end is None else str(max(start, end - 1))
        headers = {"Range": f"bytes={start}-{last}"} if start or end is not None else {}
        response = self._send("GET", url, headers)
        try:
            if response.status != _NO_SUCH_RANGE:
                _raise_refusal(response)
            size, offset = _extent(response)
            if size is None:
                size = self._listed_size(path)
            chunks = _read(response, start - offset, size if end is None else min(end, size), start)
            # Its first step is taken here, or closing it before it is read would keep the connection.
            next(chunks)
        except BaseException:
            response.close()
            raise
        return Opened(size, _modified(response), chunks)

    def list(self, path: ArtifactPath) -> list[FileInfo]:
        """What is in a directory (see ``ArtifactStore.list``)."""
        url = self._base if path.is_root else f"{self._base}?path={quote(str(path), safe='')}"
        with self._exchange("GET", url) as response:
            listing = decode_result(Listing, response.read())
        prefix = "" if path.is_root else f"{path}/"
        files = [FileInfo(prefix + file.path, file.is_dir, file.file_size) for file in listing.files]
        return sorted(files, key=lambda file: file.path)

    def delete(self, path: ArtifactPath) -> None:
        """Take away a file or a directory (see ``ArtifactStore.delete``)."""
        # MLflow's proxy minds when there is nothing to delete; for a store, gone is gone.
        with suppress(NotFound), self._exchange("DELETE", self._url(path)) as response:
            response.drain_conn()

    def _url(self, path: ArtifactPath) -> str:
        if path.is_root:
            raise InvalidParameter("The path is empty: name a file or directory below the root.")
        return f"{self._base}/{quote(str(path))}"

    def _listed_size(self, path: ArtifactPath) -> int:
        """The size of a file of which a server did not say it: MLflow's proxy streams some without."""
        parent = artifact_path("/".join(path.parts[:-1]))
        sizes = {file.path: file.file_size for file in self.list(parent)}
        size = sizes.get(str(path))
        if not isinstance(size, int):
            raise NotFound(f"There is no artifact '{path}'.")
        return size

    @contextmanager
    def _exchange(self, method: str, url: str, body: Iterator[bytes] | None = None) -> Iterator[BaseHTTPResponse]:
        """The answer to a request, if it is not a refusal."""
        response = self._send(method, url, {"Content-Type": "application/octet-stream"} if body else {}, body)
        try:
            _raise_refusal(response)
            with _told():
                yield response
        finally:
            # What was read to its end has given its connection back already.
            response.close()

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: Iterator[bytes] | None = None
    ) -> BaseHTTPResponse:
        with _told():
            return self._http.request(
                method,
                url,
                body=body,
                headers={**self._headers, "Accept-Encoding": "identity", **headers},
                preload_content=False,
                redirect=False,
                # A body that is read once cannot be sent twice: the rest of it would be taken for all of it.
                retries=False if body is not None else None,
            )


class _Counted:
    """Passes chunks on, and keeps count of them and of what went wrong where they come from."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: Final = chunks
        self.digest: Final = hashlib.sha256()
        self.size = 0
        self.fault: Exception | None = None

    def pass_on(self) -> Iterator[bytes]:
        try:
            for chunk in self._chunks:
                self.digest.update(chunk)
                self.size += len(chunk)
                yield chunk
        except Exception as error:
            self.fault = error
            raise


def _raise_refusal(response: BaseHTTPResponse) -> None:
    if response.status not in {200, 204, 206}:
        with _told():
            body = response.read(64 * 1024)
        raise decode_error(response.status, body)


def _extent(response: BaseHTTPResponse) -> tuple[int | None, int]:
    """The size of the whole file, if it is known, and at which byte the answer begins."""
    if found := _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "")):
        first, size = found.groups()
        return int(size), int(first or size)
    length = response.headers.get("Content-Length")
    return (int(length) if length is not None else None), 0


def _modified(response: BaseHTTPResponse) -> float:
    parts = parsedate_tz(response.headers.get("Last-Modified", ""))
    return float(mktime_tz(parts)) if parts else 0.0


def _read(response: BaseHTTPResponse, skip: int, end: int, position: int) -> Generator[bytes, None, None]:
    """The bytes from ``position`` to ``end``, of which ``skip`` come before them because the server sent the whole."""
    try:
        yield b""
        with _told():
            while position < end and (chunk := response.read(min(_CHUNK, skip + end - position))):
                wanted = chunk[skip:]
                skip -= len(chunk) - len(wanted)
                position += len(wanted)
                yield wanted
        if position < end:
            raise Unavailable("The server broke off in the middle of a file. Try again.")
    finally:
        # A whole answer gives its connection back by itself; a rest of one would have to be read first.
        response.close()


@contextmanager
def _told() -> Iterator[None]:
    """Say that the network failed in our words."""
    try:
        yield
    except HTTPError as error:
        raise Unavailable(f"The artifact server could not be reached: {error}.") from error
