import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.server.protocol import BoundedProtocol
from tests.unit.server.running import API, Site, serving

PATIENCE = 0.4


class Impatient(BoundedProtocol):
    begin_seconds = PATIENCE


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that waits for the beginning of a request for less than a second."""
    with serving(tmp_path_factory.mktemp("site"), protocol=Impatient) as running:
        yield running


def exchange(site: Site, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send the parts, with pauses between them, and return all that comes back."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def test_headers_have_a_limit(site: Site) -> None:
    small = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + b"a" * 60_000 + b"\r\n\r\n"
    assert exchange(site, small).startswith(b"HTTP/1.1 200 ")
    large = b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"".join(
        b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(70)
    )
    assert exchange(site, large).startswith(b"HTTP/1.1 431 ")


def test_a_header_that_never_ends_is_cut_off(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        sent = 0
        # The kernel takes some of it whatever the server does.
        with contextlib.suppress(ConnectionError):
            while sent < 2**26:
                sent += connection.send(b"a" * 65536)
        assert sent < 2**25


def test_the_target_has_a_limit(site: Site) -> None:
    for size, status in ((8000, b"200"), (9000, b"414")):
        request = b"GET /?" + b"a" * size + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        assert exchange(site, request).split()[1] == status


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00" * 20,
    ],
)
def test_what_is_not_http_is_refused(site: Site, request_: bytes) -> None:
    answer = exchange(site, request_)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "beginning",
    [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: local", b"POST /api/2.0/mlflow/runs/create HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n"],
)  # fmt: skip
def test_a_request_that_does_not_come_is_not_waited_for(impatient: Site, beginning: bytes) -> None:
    began = time.monotonic()
    assert exchange(impatient, beginning) == b""
    assert PATIENCE * 0.5 < time.monotonic() - began < PATIENCE + 2


def test_a_request_that_comes_slowly_but_comes_is_answered(impatient: Site) -> None:
    body = b'{"experiment_id": "0"}'
    head = f"POST {API}runs/create HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    answer = exchange(impatient, head.encode() + body[:5], body[5:], pause=PATIENCE * 1.5)
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_connection_may_rest_between_requests(impatient: Site) -> None:
    request = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert exchange(impatient, request, last, pause=PATIENCE * 2).count(b"HTTP/1.1 200 ") == 2


def test_pipelined_requests_are_answered_in_order(site: Site, tmp_path: Path) -> None:
    request = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = exchange(site, request % b"version" + request % b"health" + last)
    assert answer.count(b"HTTP/1.1 200 ") == 3
    assert answer.index(b"2.22") < answer.index(b"\r\n\r\nOK")
