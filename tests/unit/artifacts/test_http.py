import shutil
import socket
import threading
from collections.abc import Iterator

import pytest
import urllib3

from penstock.artifacts.base import ArtifactStore
from penstock.artifacts.http import HttpArtifacts
from penstock.artifacts.path import artifact_path
from penstock.errors import PenstockError, TooLarge, Unavailable
from penstock.testing.artifact_suite import ArtifactSuite, get, listed, put
from tests.unit.server.running import Site, serving


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("site"), PENSTOCK_MAX_UPLOAD_BYTES=str(2**21)) as running:
        yield running


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(timeout=10) as pool:
        yield pool


class TestHttpArtifacts(ArtifactSuite):
    @pytest.fixture
    def store(self, site: Site, http: urllib3.PoolManager) -> Iterator[ArtifactStore]:
        yield HttpArtifacts(site.url, http, {})
        shutil.rmtree(site.folder / "artifacts", ignore_errors=True)


def test_a_refusal_is_the_same_error_here(site: Site, http: urllib3.PoolManager) -> None:
    with pytest.raises(TooLarge, match="PENSTOCK_MAX_UPLOAD_BYTES"):
        HttpArtifacts(site.url, http, {}).put(artifact_path("big"), (b"x" * 2**16 for _ in range(40)))
    assert listed(HttpArtifacts(site.url, http, {})) == []


def test_connections_are_used_again(site: Site, http: urllib3.PoolManager) -> None:
    store = HttpArtifacts(site.url, http, {})
    for _ in range(5):
        put(store, "again/a.txt", b"a")
        assert get(store, "again/a.txt") == b"a"
        assert len(listed(store, "again")) == 1
        store.delete(artifact_path("again"))
    pool = http.connection_from_url(site.url)
    assert pool.num_connections == 1


def test_a_server_that_is_away_is_unavailable(http: urllib3.PoolManager) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        store = HttpArtifacts(f"http://127.0.0.1:{unused.getsockname()[1]}", http, {})
        for attempt in (lambda: put(store, "a", b"a"), lambda: get(store, "a"), lambda: listed(store)):
            with pytest.raises(Unavailable):
                attempt()


class Scripted:
    """A server that gives one answer, word for word, to each connection, and keeps what it was sent."""

    def __init__(self, *answers: bytes) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, args=(answers,))
        self._thread.start()

    def _serve(self, answers: tuple[bytes, ...]) -> None:
        for answer in answers:
            connection, _ = self._listener.accept()
            with connection:
                self.requests.append(connection.recv(65536))
                connection.sendall(answer)

    def close(self) -> None:
        self._thread.join(10)
        self._listener.close()


def test_headers_go_with_every_request(http: urllib3.PoolManager) -> None:
    server = Scripted(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    listed(HttpArtifacts(server.url, http, {"Authorization": "Bearer word"}))
    server.close()
    assert b"Authorization: Bearer word" in server.requests[0]


def test_a_server_that_gives_no_ranges_is_read_in_part(http: urllib3.PoolManager) -> None:
    server = Scripted(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")
    assert get(HttpArtifacts(server.url, http, {}), "a", 3, 6) == b"345"
    server.close()


def test_a_server_that_does_not_tell_the_size_is_asked_for_the_list(http: urllib3.PoolManager) -> None:
    server = Scripted(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b'HTTP/1.1 200 OK\r\nContent-Length: 57\r\n\r\n{"files":[{"path":"a","is_dir":false,"file_size":"3"}]}  ',
    )
    opened = HttpArtifacts(server.url, http, {}).open(artifact_path("d/a"))
    assert (opened.size, b"".join(opened.chunks)) == (3, b"abc")
    server.close()


def test_an_answer_that_breaks_off_is_not_taken_for_the_file(http: urllib3.PoolManager) -> None:
    server = Scripted(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
    with pytest.raises(Unavailable):
        get(HttpArtifacts(server.url, http, {}), "a")
    server.close()


def test_an_answer_of_something_else_is_an_error(http: urllib3.PoolManager) -> None:
    server = Scripted(
        b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n<html>a proxy.",
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    )
    store = HttpArtifacts(server.url, http, {})
    for _ in range(2):
        with pytest.raises(PenstockError):
            listed(store)
    server.close()


def test_a_put_is_never_sent_twice(http: urllib3.PoolManager) -> None:
    server = Scripted(b"")
    with pytest.raises(Unavailable):
        put(HttpArtifacts(server.url, http, {}), "a", b"a")
    server.close()
    assert len(server.requests) == 1
