"""The two sides: how to run a probe in each one's environment, and how to start and stop its server."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from benchmarks import processes

PROBES = Path(__file__).parent / "probes"
_READY_SECONDS = 120.0
_STOP_SECONDS = 15.0
# Nothing of the caller's settings reaches either side. MLflow runs as lean as it can: no jobs, no telemetry.
_LEAN = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


class Failed(Exception):
    """A probe or a server did not do its work, so there is no figure; the message says what it wrote."""


@dataclass(frozen=True)
class Server:
    """A running server: its address, its first process, and the seconds from start to the first good answer."""

    url: str
    pid: int
    ready_seconds: float


@dataclass(frozen=True)
class Side:
    """One of the two, in its own environment."""

    name: Literal["penstock", "mlflow"]
    python: Path

    def local_uri(self, folder: Path) -> str:
        """The tracking URI of an embedded store in a folder."""
        return str(folder) if self.name == "penstock" else f"sqlite:///{folder}/mlflow.db"

    def command(self, name: str) -> Path:
        """A command of the environment."""
        return self.python.parent / name

    def probe(self, script: str, *arguments: object) -> dict[str, Any]:
        """Run ``probes/<script>.py`` with this side's Python in an empty folder; its last line is its JSON result."""
        line = [str(self.python), str(PROBES / f"{script}.py"), *map(str, arguments)]
        with TemporaryDirectory(prefix="bench-") as folder:
            done = subprocess.run(line, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
        if done.returncode or not done.stdout.strip():
            raise Failed(f"{script} with {self.name} exited {done.returncode}: {done.stderr.strip()[-2000:]}")
        result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return result

    @contextmanager
    def server(self, folder: Path) -> Iterator[Server]:
        """This side's server, one worker, on the embedded store in ``folder``."""
        port = free_port()
        where = ["--backend-store-uri", self.local_uri(folder), "--host", "127.0.0.1", "--port", str(port)]
        if self.name == "penstock":
            line = [str(self.python), "-m", "penstock", "server", *where]
        else:
            artifacts = str(folder / "artifacts")
            line = [
                str(self.command("mlflow")),
                "server",
                "--workers",
                "1",
                "--artifacts-destination",
                artifacts,
                *where,
            ]
        with started(line, port, folder) as server:
            yield server

    @contextmanager
    def new_server(self) -> Iterator[Server]:
        """This side's server on a new, empty store that goes away with it."""
        with TemporaryDirectory(prefix="bench-") as folder, self.server(Path(folder)) as server:
            yield server


@contextmanager
def started(line: list[str], port: int, folder: Path) -> Iterator[Server]:
    """A server process that answers ``/health`` on ``port``; stopped with all its children at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    with log.open("w") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            line, cwd=folder, env=environment(), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        while not _healthy(port):
            if process.poll() is not None or time.perf_counter() - start > _READY_SECONDS:
                raise Failed(f"{' '.join(line)} did not get ready: {log.read_text()[-2000:]}")
            time.sleep(0.005)
        yield Server(f"http://127.0.0.1:{port}", process.pid, time.perf_counter() - start)
    finally:
        _stop(process)


def environment() -> dict[str, str]:
    """What both sides find in their environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | _LEAN


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _healthy(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
            wire.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return b" 200 " in wire.recv(1000).split(b"\r\n")[0]
    except OSError:
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    members = processes.of_session(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in members:
        # Workers that outlived their parent; the session tells that they are ours.
        if pid in processes.of_session(process.pid):
            os.kill(pid, signal.SIGKILL)
