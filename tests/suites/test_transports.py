"""Every transport passes the shipped suite."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from penstock.cli.port import free_port
from penstock.client.transport import Http, Local
from penstock.operations.base import Transport
from penstock.server.app import create_app
from penstock.service.opening import open_service
from penstock.settings import Settings
from penstock.testing.transport_suite import TransportSuite


class TestLocal(TransportSuite):
    @pytest.fixture
    def transport(self, tmp_path: Path) -> Iterator[Transport]:
        service = open_service(str(tmp_path))
        yield Local(service)
        service.close()


class TestHttp(TransportSuite):
    """Over a real socket; the server runs in a thread, because a process for each test would take minutes."""

    @pytest.fixture
    def transport(self, tmp_path: Path) -> Iterator[Transport]:
        with _serving(tmp_path) as url:
            transport = Http(url, Settings({}))
            yield transport
            transport.close()


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    service = open_service(str(folder))
    app = create_app(service, Settings({}), version="test")
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
    service.close()


def test_no_behaviour_of_the_suite_hides_another() -> None:
    names = Counter(name for part in TransportSuite.__bases__ for name in vars(part) if name.startswith("test_"))
    assert [name for name, count in names.items() if count > 1] == []
