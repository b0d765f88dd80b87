import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from penstock.errors import InvalidParameter, Unavailable
from penstock.server.run import bind, is_loopback

REPOSITORY = Path(__file__).parents[3]


@contextmanager
def command(folder: Path, *arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """The command line in a process of its own, in ``folder``."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-m", "penstock", *arguments], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**kept, "PYTHONPATH": str(REPOSITORY / "src"), **environ},
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def announced(process: subprocess.Popen[str]) -> int:
    """The port, once the server says that it is ready."""
    assert process.stdout
    line = process.stdout.readline()
    found = re.fullmatch(r"Penstock is ready at http://[\d.]+:(\d+) \(Ctrl\+C stops it\)\n", line)
    assert found, line + (process.stderr.read() if process.stderr else "")
    return int(found[1])


def ask(port: int, method: str, target: str, fields: object = None) -> tuple[int, bytes]:
    """The status and body of an answer."""
    body = None if fields is None else json.dumps(fields)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, target, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_time_with_streams_and_uploads_open(tmp_path: Path, number: signal.Signals) -> None:
    with command(tmp_path, "server", "--port", "0") as process:
        port = announced(process)
        assert ask(port, "POST", "/api/2.0/mlflow/experiments/create", {"name": "kept"})[0] == 200
        where = ("127.0.0.1", port)
        with socket.create_connection(where) as stream, socket.create_connection(where) as upload:
            stream.sendall(b"GET /api/penstock/v1/changes HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200 OK" in stream.recv(65536)
            upload.sendall(
                b"PUT /api/2.0/mlflow-artifacts/artifacts/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc"
            )
            time.sleep(0.2)
            began = time.monotonic()
            process.send_signal(number)
            assert process.wait(10) == 0
            assert time.monotonic() - began < 4
    assert not list((tmp_path / ".penstock" / "artifacts").iterdir())
    with command(tmp_path, "server", "--port", "0") as process:
        target = "/api/2.0/mlflow/experiments/get-by-name?experiment_name=kept"
        assert ask(announced(process), "GET", target)[0] == 200


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with command(tmp_path, "server", "--port", str(port)) as process:
            out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert err.count("\n") == 1
    assert str(port) in err
    assert "--port" in err
    assert not (tmp_path / ".penstock").exists()


def test_listening_to_everybody_warns(tmp_path: Path) -> None:
    with command(tmp_path, "server", "--host", "0.0.0.0", "--port", "0") as process:
        port = announced(process)
        assert ask(port, "GET", "/")[0] == 200
        process.terminate()
        assert "no login yet" in process.communicate(timeout=10)[1]


def test_settings_come_from_the_environment_of_either_name(tmp_path: Path) -> None:
    environ = {"MLFLOW_BACKEND_STORE_URI": f"sqlite:///{tmp_path}/mine.db", "PENSTOCK_PORT": "0"}
    with command(tmp_path, "server", "--artifacts-destination", str(tmp_path / "files"), **environ) as process:
        port = announced(process)
        assert ask(port, "PUT", "/api/2.0/mlflow-artifacts/artifacts/a", 1)[0] == 200
    assert (tmp_path / "mine.db").exists()
    assert (tmp_path / "files" / "a").read_bytes() == b"1"
    assert not (tmp_path / ".penstock").exists()


def test_artifacts_that_do_not_pass_through_lie_where_clients_reach_them(tmp_path: Path) -> None:
    with command(tmp_path, "server", "--no-serve-artifacts", "--port", "0") as process:
        port = announced(process)
        run = json.loads(ask(port, "POST", "/api/2.0/mlflow/runs/create", {"experiment_id": "0"})[1])["run"]
        assert run["info"]["artifact_uri"].startswith(str(tmp_path / ".penstock" / "artifacts"))
        assert ask(port, "GET", "/api/2.0/mlflow-artifacts/artifacts")[0] == 503


def test_ui_shows_what_this_folder_or_the_tracking_uri_holds(tmp_path: Path) -> None:
    with command(tmp_path, "ui", "--port", "0", PENSTOCK_TRACKING_URI=str(tmp_path / "elsewhere")) as process:
        assert ask(announced(process), "GET", "/")[0] == 200
    assert (tmp_path / "elsewhere" / "penstock.db").exists()
    with command(tmp_path, "ui", MLFLOW_TRACKING_URI="http://tracking.example.com") as process:
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "http://tracking.example.com" in err


@pytest.mark.parametrize(
    "arguments",
    [("--port", "99999"), ("--host", "no.such.host.invalid"), ("--backend-store-uri", "oracle://x"), ("--allowed-hosts", "*")],
)  # fmt: skip
def test_a_wrong_option_is_no_traceback(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with command(tmp_path, "server", "--port", "0", *arguments) as process:
        _, err = process.communicate(timeout=20)
    assert process.returncode in {1, 2}
    assert "Traceback" not in err
    assert err


def test_the_socket_is_refused_in_our_words() -> None:
    with bind("127.0.0.1", 0) as listener, pytest.raises(Unavailable, match="--port"):
        bind("127.0.0.1", listener.getsockname()[1])
    with pytest.raises(InvalidParameter):
        bind("127.0.0.1", 70_000)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.0.1", False),
        ("box", False),
    ],
)
def test_which_addresses_are_this_machines_own(host: str, own: bool) -> None:
    assert is_loopback(host) is own
