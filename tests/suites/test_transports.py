"""Every transport passes the shipped suite."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.client.transport import Http, Local
from penstock.operations.base import Transport
from penstock.service.opening import open_service
from penstock.settings import Settings
from penstock.testing.transport_suite import TransportSuite
from tests.conftest import StartServer


class TestLocal(TransportSuite):
    @pytest.fixture
    def transport(self, tmp_path: Path) -> Iterator[Transport]:
        service = open_service(str(tmp_path))
        yield Local(service)
        service.close()


class TestHttp(TransportSuite):
    @pytest.fixture
    def transport(self, start_server: StartServer) -> Iterator[Transport]:
        transport = Http(start_server().url, Settings({}))
        yield transport
        transport.close()


def test_no_behaviour_of_the_suite_hides_another() -> None:
    names = Counter(name for part in TransportSuite.__bases__ for name in vars(part) if name.startswith("test_"))
    assert [name for name, count in names.items() if count > 1] == []
