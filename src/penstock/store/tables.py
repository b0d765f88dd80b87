"""The tables. Rows join on integer keys; ids and names that people see stand once.

Times are milliseconds since 1970 (UTC). In ``series``, ``tail`` and ``segments`` a NULL number is NaN.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA: Final = MetaData()

# SQLite numbers rows only in columns declared INTEGER; PostgreSQL needs eight bytes.
_Id = BigInteger().with_variant(Integer(), "sqlite")

schema_version = Table(
    "schema_version",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", BigInteger, nullable=False),
)

clock = Table(
    "clock",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # Grows by one with each transaction that changed something; rows carry the value of their last change.
    Column("revision", BigInteger, nullable=False),
)

experiments = Table(
    "experiments",
    METADATA,
    Column("id", _Id, primary_key=True),
    Column("name", String(500), nullable=False, unique=True),
    Column("artifact_location", Text, nullable=False),
    Column("lifecycle_stage", String(8), nullable=False),
    Column("creation_time", BigInteger, nullable=False),
    Column("last_update_time", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False, index=True),
)

experiment_tags = Table(
    "experiment_tags",
    METADATA,
    Column("experiment", _Id, ForeignKey("experiments.id"), primary_key=True, autoincrement=False),
    Column("key", String(250), primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

runs = Table(
    "runs",
    METADATA,
    Column("id", _Id, primary_key=True),
    Column("run_id", String(256), nullable=False, unique=True),
    Column("experiment", _Id, ForeignKey("experiments.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("start_time", BigInteger, nullable=False),
    # NULL while the run goes on.
    Column("end_time", BigInteger),
    Column("deleted_time", BigInteger),
    Column("lifecycle_stage", String(8), nullable=False),
    Column("artifact_uri", Text, nullable=False),
    Column("revision", BigInteger, nullable=False, index=True),
    Index("runs_by_start", "experiment", "lifecycle_stage", "start_time"),
)

# The names of metrics, params and run tags, each once.
keys = Table(
    "keys",
    METADATA,
    Column("id", _Id, primary_key=True),
    Column("name", String(250), nullable=False, unique=True),
)

params = Table(
    "params",
    METADATA,
    Column("run", _Id, ForeignKey("runs.id"), primary_key=True, autoincrement=False),
    Column("key", _Id, ForeignKey("keys.id"), primary_key=True, autoincrement=False),
    Column("value", Text, nullable=False),
    # Which params the runs of an experiment have is asked by name.
    Index("params_by_key", "key", "run"),
    sqlite_with_rowid=False,
)

tags = Table(
    "tags",
    METADATA,
    Column("run", _Id, ForeignKey("runs.id"), primary_key=True, autoincrement=False),
    Column("key", _Id, ForeignKey("keys.id"), primary_key=True, autoincrement=False),
    Column("value", Text, nullable=False),
    # The parent's children, and the run of a name, are looked up by a tag.
    Index("tags_by_key", "key", "run"),
    sqlite_with_rowid=False,
)

# One row a (run, metric): what searches and tables need without touching points.
series = Table(
    "series",
    METADATA,
    Column("id", _Id, primary_key=True),
    Column("run", _Id, ForeignKey("runs.id"), nullable=False),
    Column("key", _Id, ForeignKey("keys.id"), nullable=False),
    Column("count", BigInteger, nullable=False),
    # The point with the greatest (step, timestamp, value), and the one with the least.
    Column("last_value", Double),
    Column("last_step", BigInteger, nullable=False),
    Column("last_timestamp", BigInteger, nullable=False),
    Column("first_value", Double),
    Column("first_step", BigInteger, nullable=False),
    Column("first_timestamp", BigInteger, nullable=False),
    # NULL while every point is NaN.
    Column("min_value", Double),
    Column("min_step", BigInteger),
    Column("max_value", Double),
    Column("max_step", BigInteger),
    Column("max_timestamp", BigInteger, nullable=False),
    # Points in the tail, not yet packed; and the place of the next block or segment.
    Column("tail_count", BigInteger, nullable=False),
    # Blocks of the tail with so few points that they are merged when there are many of them.
    Column("loose_blocks", BigInteger, nullable=False, default=0),
    Column("next_seq", BigInteger, nullable=False),
    Index("series_by_run", "run", "key", unique=True),
    Index("series_by_value", "key", "last_value", "run"),
)

# What was appended lately: its points as they came (little-endian int64 steps, int64 ms, float64). Bounds as below.
tail = Table(
    "tail",
    METADATA,
    Column("series", _Id, ForeignKey("series.id"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Column("min_step", BigInteger, nullable=False),
    Column("max_step", BigInteger, nullable=False),
    Column("min_timestamp", BigInteger, nullable=False),
    Column("max_timestamp", BigInteger, nullable=False),
    Column("points", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Up to 8,192 points a row, in columns, compressed (store/segments.py). Bounds let a reader pass a segment over.
segments = Table(
    "segments",
    METADATA,
    Column("id", _Id, primary_key=True),
    Column("series", _Id, ForeignKey("series.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("min_step", BigInteger, nullable=False),
    Column("max_step", BigInteger, nullable=False),
    Column("min_timestamp", BigInteger, nullable=False),
    Column("max_timestamp", BigInteger, nullable=False),
    # The least and greatest point of each of its stretches: enough for a chart of the whole series.
    Column("outline", LargeBinary, nullable=False),
    Column("points", LargeBinary, nullable=False),
    Index("segments_by_series", "series", "seq", unique=True),
)

artifacts = Table(
    "artifacts",
    METADATA,
    Column("run", _Id, ForeignKey("runs.id"), primary_key=True, autoincrement=False),
    Column("path", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    sqlite_with_rowid=False,
)

# How far each journal has been applied.
writers = Table(
    "writers",
    METADATA,
    Column("writer", String(250), primary_key=True),
    Column("next_seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# The outbox: written with the change, read by streams and whoever sends news.
events = Table(
    "events",
    METADATA,
    Column("id", _Id, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
