"""Fixtures that more than one kind of test needs."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError

import pytest

from penstock.cli.port import free_port

REPOSITORY = Path(__file__).parents[1]


class RunningServer(NamedTuple):
    """A real `penstock server`: where it answers, the folder of its store, and its process."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]


StartServer = Callable[..., RunningServer]


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts servers: ``start_server(folder=..., port=..., options=[...])``; all are stopped after the test."""
    with ExitStack() as servers:

        def start(folder: Path | None = None, port: int = 0, options: tuple[str, ...] = ()) -> RunningServer:
            return servers.enter_context(_serving(folder or tmp_path / "server", port or free_port(), options))

        yield start


@pytest.fixture
def server(start_server: StartServer) -> RunningServer:
    """A server over an empty store."""
    return start_server()


@contextmanager
def _serving(folder: Path, port: int, options: tuple[str, ...]) -> Iterator[RunningServer]:
    folder.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "penstock", "server", "--backend-store-uri", str(folder), "--port", str(port)]
    log = folder / "server.log"
    with log.open("ab") as output, subprocess.Popen([*command, *options], stdout=output, stderr=output) as process:
        try:
            _wait_until_ready(url, process, log)
            yield RunningServer(url, folder, process)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=1).close()
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"The server did not start:\n{log.read_text()}")
