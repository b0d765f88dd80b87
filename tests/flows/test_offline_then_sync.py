"""The server is absent, goes away, is overloaded or hangs: scripts end well, and every point is stored once afterwards."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import penstock
from penstock.cli.port import free_port
from tests.conftest import StartServer

TRAIN = """
import penstock
penstock.set_experiment("far away")
with penstock.start_run(run_name="alone") as run:
    print(run.info.run_id)
    penstock.log_param("rate", 0.1)
    for step in range(2000): penstock.log_metric("m", step * 0.5, step=step)
    penstock.log_text("kept", "notes/a.txt")
"""

Train = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def train(tmp_path: Path) -> Train:
    """Runs a script in a folder of its own, with the server at ``url``."""

    def run_script(url: str, script: str = TRAIN, **settings: str) -> subprocess.CompletedProcess[str]:
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PENSTOCK_TRACKING_URI": url, **settings}
        return subprocess.run(
            [sys.executable, "-c", script], cwd=folder, env=environment, text=True, capture_output=True, check=False,
            timeout=90,
        )  # fmt: skip

    return run_script


def sync(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "penstock", "sync", ".penstock", *options]
    return subprocess.run(command, cwd=tmp_path / "work", text=True, capture_output=True, check=False, timeout=60)


def assert_stored(url: str, run_id: str) -> None:
    client = penstock.Client(url)
    run = client.get_run(run_id)
    points = client.get_metric_history(run_id, "m")
    assert [(point.step, point.value) for point in points] == [(step, step * 0.5) for step in range(2000)]
    assert (run.info.status, run.info.run_name, run.data.params) == ("FINISHED", "alone", {"rate": "0.1"})
    assert client.get_experiment(run.info.experiment_id).name == "far away"
    assert Path(client.download_artifacts(run_id, "notes/a.txt")).read_text() == "kept"


def waiting(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "work" / ".penstock" / "journal").iterdir())


def test_a_server_that_is_there_gets_everything(train: Train, tmp_path: Path, start_server: StartServer) -> None:
    server = start_server()
    done = train(server.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert_stored(server.url, done.stdout.strip())
    assert waiting(tmp_path) == []


def test_without_a_server_the_script_ends_well_and_sync_brings_it_all(
    train: Train, tmp_path: Path, start_server: StartServer
) -> None:
    port = free_port()
    begin = time.monotonic()
    done = train(f"http://127.0.0.1:{port}")
    assert done.returncode == 0
    assert time.monotonic() - begin < 20
    away, left = done.stderr.splitlines()
    assert "cannot be reached" in away
    assert "penstock sync" in left
    server = start_server(port=port)
    brought = sync(tmp_path)
    assert brought.returncode == 0, brought.stderr
    assert_stored(server.url, done.stdout.strip())
    assert waiting(tmp_path) == []
    assert sync(tmp_path).stdout.startswith("Nothing waits")


def test_the_next_script_brings_what_an_earlier_one_could_not(
    train: Train, tmp_path: Path, start_server: StartServer
) -> None:
    port = free_port()
    first = train(f"http://127.0.0.1:{port}", PENSTOCK_FLUSH_TIMEOUT="0.5")
    server = start_server(port=port)
    second = train(server.url)
    assert second.stderr == ""
    assert_stored(server.url, first.stdout.strip())
    assert_stored(server.url, second.stdout.strip())
    assert waiting(tmp_path) == []


def test_a_sync_that_is_repeated_changes_nothing(train: Train, tmp_path: Path, start_server: StartServer) -> None:
    port = free_port()
    done = train(f"http://127.0.0.1:{port}", PENSTOCK_FLUSH_TIMEOUT="0.5")
    journals = {path: path.read_bytes() for path in waiting(tmp_path) if path.is_file()}
    server = start_server(port=port)
    sync(tmp_path)
    for path, content in journals.items():
        path.write_bytes(content)
    assert sync(tmp_path).returncode == 0
    assert_stored(server.url, done.stdout.strip())


def test_what_was_meant_for_one_store_can_go_to_another(train: Train, tmp_path: Path) -> None:
    done = train(f"http://127.0.0.1:{free_port()}", PENSTOCK_FLUSH_TIMEOUT="0.5")
    target = tmp_path / "elsewhere"
    assert sync(tmp_path, "--to", str(target)).returncode == 0
    assert_stored(str(target), done.stdout.strip())


def test_the_doctor_says_what_waits(train: Train, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = train(url, PENSTOCK_FLUSH_TIMEOUT="0.5")
    command = [sys.executable, "-m", "penstock", "doctor", ".penstock"]
    said = subprocess.run(command, cwd=tmp_path / "work", text=True, capture_output=True, check=False, timeout=60)
    assert said.returncode == 1
    assert done.stdout.strip() in said.stdout
    assert f"1 files for {url}" in said.stdout
    assert "cannot be reached" in said.stdout


class Stand(BaseHTTPRequestHandler):
    """Stands before a real server, and answers in its place while ``trouble`` says so."""

    trouble: Callable[[], str]
    upstream: str
    protocol_version = "HTTP/1.1"

    def log_message(self, *_words: object) -> None:
        pass

    def do_GET(self) -> None:
        self._pass_on(b"")

    def do_PUT(self) -> None:
        self._pass_on(self._body())

    def do_POST(self) -> None:
        self._pass_on(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _pass_on(self, body: bytes) -> None:
        trouble = type(self).trouble()
        if trouble == "hang":
            time.sleep(60)
        if trouble == "lost":
            self._ask(body)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif trouble:
            self._answer(int(trouble), {}, json.dumps({"error_code": "", "message": "trouble"}).encode())
        else:
            self._answer(*self._ask(body))

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        import urllib3

        kept = {
            name: value for name, value in self.headers.items() if name.lower() not in {"host", "transfer-encoding"}
        }
        answer = urllib3.request(self.command, self.upstream + self.path, body=body or None, headers=kept)
        return answer.status, {"X-Penstock-Version": answer.headers.get("X-Penstock-Version", "")}, answer.data

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def stand(start_server: StartServer) -> Iterator[Callable[[Callable[[], str]], tuple[str, str]]]:
    """Puts a stand before a server: gives the addresses of both."""
    upstream = start_server().url
    standing: list[ThreadingHTTPServer] = []

    def put(trouble: Callable[[], str]) -> tuple[str, str]:
        handler = type("Handler", (Stand,), {"trouble": staticmethod(trouble), "upstream": upstream})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        standing.append(server)
        return f"http://127.0.0.1:{server.server_port}", upstream

    yield put
    for server in standing:
        server.shutdown()
        server.socket.close()


PutStand = Callable[[Callable[[], str]], tuple[str, str]]


@pytest.mark.parametrize("trouble", ["500", "429", "503", "502", "lost"])
def test_a_server_in_trouble_for_a_while_has_everything_once_in_the_end(
    train: Train, tmp_path: Path, stand: PutStand, trouble: str
) -> None:
    calls = iter(range(1_000_000))
    # The first calls choose the experiment, the next are in the middle of the run.
    url, upstream = stand(lambda: trouble if 3 <= next(calls) < 7 else "")
    done = train(url)
    assert done.returncode == 0
    assert_stored(upstream, done.stdout.strip())
    assert waiting(tmp_path) == []


def test_a_server_that_hangs_holds_nothing_up_for_long(train: Train, tmp_path: Path, stand: PutStand) -> None:
    hanging = [True]
    url, upstream = stand(lambda: "hang" if hanging[0] else "")
    begin = time.monotonic()
    done = train(url, PENSTOCK_FLUSH_TIMEOUT="1")
    assert done.returncode == 0
    assert time.monotonic() - begin < 25
    hanging[0] = False
    assert sync(tmp_path).returncode == 0
    assert_stored(upstream, done.stdout.strip())
