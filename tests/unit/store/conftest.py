"""A store in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.store import runs
from penstock.store.engine import Store
from penstock.store.migrate import migrate

NOW = 1_700_000_000_000
NEW_RUN = runs.NewRun("a" * 32, 0, "mlflow-artifacts:/0", "name", "me", NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "penstock.db", lambda: NOW)
    migrate(store, "mlflow-artifacts:/0")
    yield store
    store.close()


@pytest.fixture
def run(store: Store) -> int:
    return store.write(lambda tx: runs.create(tx, NEW_RUN).id)
