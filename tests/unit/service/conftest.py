"""A service over an empty store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.service.handle import Service
from penstock.service.opening import open_service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = open_service(str(tmp_path / "store"))
    yield service
    service.close()
