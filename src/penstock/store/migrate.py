"""Brings a store's tables up to date, at every start, under the writer's lock: whoever comes first does it."""

from typing import Final, Protocol

from sqlalchemy import Connection, insert, inspect, select

from penstock.errors import Unavailable
from penstock.store import tables
from penstock.store.engine import Store
from penstock.store.migrations import v0001_first_tables
from penstock.store.transaction import Tx


class Step(Protocol):
    """A module of ``migrations/``."""

    def upgrade(self, connection: Connection, now: int, default_artifact_location: str) -> None:
        """Bring the tables from the version before to this step's."""
        ...


STEPS: Final[tuple[Step, ...]] = (v0001_first_tables,)
"""Version n of the store is made by the n-th step."""


def migrate(store: Store, default_artifact_location: str) -> None:
    """Take the steps that a store lacks, all in one transaction: afterwards it is up to date, or as it was.

    Args:
        store: the store; an empty one gets every step.
        default_artifact_location: where the runs of the default experiment keep their artifacts.

    Raises:
        Unavailable: the store was made by a newer Penstock.
    """

    def steps(tx: Tx) -> None:
        version = _version(tx.sql)
        if version > len(STEPS):
            raise Unavailable(
                f"The store at {store.path} is of version {version}; this Penstock knows versions up to {len(STEPS)}. "
                "Install the Penstock that made it, or a newer one."
            )
        for number, step in enumerate(STEPS[version:], start=version + 1):
            step.upgrade(tx.sql, tx.now, default_artifact_location)
            tx.sql.execute(insert(tables.schema_version).values(version=number, applied_at=tx.now))

    store.write(steps)


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(tables.schema_version.name):
        return 0
    return max(connection.execute(select(tables.schema_version.c.version)).scalars(), default=0)
