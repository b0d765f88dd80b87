"""The artifact proxy (REST surface, artifact proxy), and the files of a run for the page.

The path is decoded once, from the request's own text, and then goes through the gate of ``artifacts/path.py``: no
handler gets at a store in another way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar, TypeVarTuple
from urllib.parse import unquote_to_bytes

import msgspec

from penstock.artifacts.base import Listing
from penstock.artifacts.path import ArtifactPath, artifact_path
from penstock.entities.artifact import FileInfo
from penstock.errors import InvalidParameter, Unsupported
from penstock.operations.runs import GetRun
from penstock.server.exchange import TEXT_HEADERS, Exchange
from penstock.server.transfer import receive_file, send_file
from penstock.service.access import ANONYMOUS
from penstock.service.handle import Service

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
PathHandler = Callable[[Exchange, str], Awaitable[None]]

PREFIXES: Final = ("/api/2.0/mlflow-artifacts/", "/ajax-api/2.0/mlflow-artifacts/")
RUN_FILE: Final = "/get-artifact"
_UPLOADS: Final = 16


class ArtifactProxy:
    """Serves the artifacts that are kept behind the server.

    Args:
        service: knows where artifacts lie.
        pool: threads that read.
        max_upload: the largest file that is taken, in bytes; 0 for no limit.
        open_to_clients: whether artifacts go through this server at all.
    """

    def __init__(self, service: Service, pool: ThreadPoolExecutor, *, max_upload: int, open_to_clients: bool) -> None:
        self._service: Final = service
        self._pool: Final = pool
        # Their own threads: an upload keeps one for as long as it takes, and questions must not wait for that.
        self._uploads: Final = ThreadPoolExecutor(_UPLOADS, "penstock-upload")
        self._max_upload: Final = max_upload
        self._open: Final = open_to_clients

    def below(self) -> Mapping[str, Mapping[str, PathHandler]]:
        """Handlers by what the path begins with, then by method; they are given the rest of the path, undecoded."""
        files: dict[str, PathHandler] = {"GET": self._get, "PUT": self._put, "DELETE": self._delete}
        return {
            "artifacts/": files,
            "mpu/create/": {"POST": self._refuse},
            "mpu/complete/": {"POST": self._refuse},
            "mpu/abort/": {"POST": self._refuse},
            "presigned/": {"GET": self._refuse},
        }

    async def list(self, exchange: Exchange) -> None:
        """What is in a directory, by name."""
        if await self._is_closed(exchange):
            return
        path = artifact_path(dict(exchange.query()).get("path", ""))
        found = await self._in_thread(self._service.places.behind.list, path)
        names = [FileInfo(file.path.rpartition("/")[2], file.is_dir, file.file_size) for file in found]
        await exchange.answer(200, msgspec.json.encode(Listing(names)))

    async def run_file(self, exchange: Exchange) -> None:
        """A file of a run, by run id and the path below the run's root."""
        if await self._is_closed(exchange):
            return
        fields = dict(exchange.query())
        run_id = fields.get("run_id") or fields.get("run_uuid")
        below = artifact_path(fields.get("path", ""))
        if not run_id or below.is_root:
            raise InvalidParameter("Say which file of which run: /get-artifact?run_id=...&path=...")
        found = await self._in_thread(self._service.send, GetRun(run_id=run_id), ANONYMOUS)
        store, root = self._service.places.resolve(found.run.info.artifact_uri)
        await send_file(exchange, store, root.join(below), self._pool)

    def close(self) -> None:
        """Let the threads go."""
        self._uploads.shutdown(wait=False, cancel_futures=True)

    async def _get(self, exchange: Exchange, rest: str) -> None:
        if not await self._is_closed(exchange):
            await send_file(exchange, self._service.places.behind, _path(rest), self._pool)

    async def _put(self, exchange: Exchange, rest: str) -> None:
        if await self._is_closed(exchange):
            return
        await receive_file(exchange, self._service.places.behind, _path(rest), self._max_upload, self._uploads)
        await exchange.answer(200, b"{}")

    async def _delete(self, exchange: Exchange, rest: str) -> None:
        if await self._is_closed(exchange):
            return
        await self._in_thread(self._service.places.behind.delete, _path(rest))
        await exchange.answer(200, b"{}")

    async def _refuse(self, _: Exchange, rest: str) -> None:
        _path(rest)
        raise Unsupported(
            "This server takes and gives files whole: PUT and GET them below mlflow-artifacts/artifacts/."
        )

    async def _is_closed(self, exchange: Exchange) -> bool:
        """Whether the request was turned away because artifacts do not go through this server."""
        if not self._open:
            text = f"{exchange.path[:200]} is switched off: this server was started with --no-serve-artifacts."
            await exchange.answer(503, text.encode(errors="replace"), TEXT_HEADERS)
        return not self._open

    async def _in_thread(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)


def _path(raw: str) -> ArtifactPath:
    """The path in the text of a request, decoded exactly once.

    Raises:
        InvalidParameter: it is not one that is allowed.
    """
    try:
        return artifact_path(unquote_to_bytes(raw).decode())
    except UnicodeDecodeError:
        raise InvalidParameter("Invalid path: it is not valid Unicode text.") from None
