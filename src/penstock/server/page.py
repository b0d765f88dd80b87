"""The web page: one document for every address that is not the API's, and the files it is made of."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from penstock.artifacts.base import Opened
from penstock.artifacts.local import LocalArtifacts
from penstock.artifacts.path import ArtifactPath, artifact_path
from penstock.errors import InvalidParameter, NotFound
from penstock.server.exchange import TEXT_HEADERS, Exchange, Headers
from penstock.server.security import PAGE_POLICY
from penstock.server.threads import stepped
from penstock.server.transfer import content_type

FILES: Final = "/static-files/"
BUILT_PAGE: Final = Path(__file__).with_name("static")
# The build puts a digest of the content into the names of all files but the document.
_FOREVER: Final = (b"cache-control", b"public, max-age=31536000, immutable")
_ASK_AGAIN: Final = (b"cache-control", b"no-cache")
_HTML: Final[Headers] = ((b"content-type", b"text/html; charset=utf-8"),)
_NOT_BUILT: Final = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Penstock</title>
<h1>Penstock is running</h1>
<p>Its web page has not been built. In the folder of the sources, run <code>make ui</code>, then load this page again.</p>
<p>The API works without it.</p>
</html>
"""


class Page:
    """Serves the page from a folder that the UI's build fills.

    Args:
        pool: threads that read.
        folder: where the built files lie.
    """

    def __init__(self, pool: ThreadPoolExecutor, folder: Path) -> None:
        self._pool: Final = pool
        self._files: Final = LocalArtifacts(folder)

    async def document(self, exchange: Exchange) -> None:
        """The page itself; which part of it is shown, it reads from its address."""
        if "." in exchange.path.rpartition("/")[2]:
            await exchange.answer(404, b"There is no such file.", TEXT_HEADERS)
            return
        try:
            await self._send(exchange, artifact_path("index.html"), _ASK_AGAIN)
        except NotFound:
            await exchange.answer(200, _NOT_BUILT, (*_HTML, _ASK_AGAIN, PAGE_POLICY))

    async def file(self, exchange: Exchange, rest: str) -> None:
        """One of the files that the page is made of."""
        try:
            await self._send(exchange, artifact_path(unquote(rest)), _FOREVER)
        except (NotFound, InvalidParameter):
            await exchange.answer(404, b"There is no such file.", TEXT_HEADERS)

    async def _send(self, exchange: Exchange, path: ArtifactPath, caching: tuple[bytes, bytes]) -> None:
        opened, zipped = await self._open(path, zipped="gzip" in exchange.header(b"accept-encoding"))
        encoding = ((b"content-encoding", b"gzip"),) if zipped else ()
        headers = (
            (b"content-type", content_type(path.name).encode()),
            (b"content-length", b"%d" % opened.size),
            (b"vary", b"accept-encoding"),
            caching,
            PAGE_POLICY,
            *encoding,
        )
        await exchange.stream(200, headers, stepped(opened.chunks, self._pool))

    async def _open(self, path: ArtifactPath, *, zipped: bool) -> tuple[Opened, bool]:
        """The file, or its packed twin if the client takes that and the build made one."""
        loop = asyncio.get_running_loop()
        if zipped:
            try:
                return await loop.run_in_executor(self._pool, self._files.open, artifact_path(f"{path}.gz")), True
            except NotFound:
                pass
        return await loop.run_in_executor(self._pool, self._files.open, path), False
