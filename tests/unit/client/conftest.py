"""Fixtures of the client: a session of its own over an empty store, and a store in memory that can be away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.client import active
from penstock.client.session import Session
from penstock.settings import Settings
from tests.unit.client.memory_store import MemoryConnection


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """What this process has going, over an empty store, until the test is over."""
    fresh = Session(
        Settings(
            {
                "PENSTOCK_TRACKING_URI": str(tmp_path / "store"),
                "PENSTOCK_CAPTURE_PACKAGES": "false",
                "PENSTOCK_FLUSH_TIMEOUT": "20",
            }
        )
    )
    before = active.use(fresh)
    yield fresh
    fresh.close()
    active.use(before)


@pytest.fixture
def memory(tmp_path: Path) -> MemoryConnection:
    """A store in memory."""
    return MemoryConnection(tmp_path / "journal")
