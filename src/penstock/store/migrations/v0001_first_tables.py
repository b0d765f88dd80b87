"""Version 1: the first tables, the clock, and the default experiment."""

from sqlalchemy import Connection, insert

from penstock.store import tables


def upgrade(connection: Connection, now: int, default_artifact_location: str) -> None:
    """Make the tables of version 1 in an empty database."""
    tables.METADATA.create_all(connection)
    connection.execute(insert(tables.clock).values(id=1, revision=1))
    connection.execute(
        insert(tables.experiments).values(
            id=0,
            name="Default",
            artifact_location=default_artifact_location,
            lifecycle_stage="active",
            creation_time=now,
            last_update_time=now,
            revision=1,
        )
    )
