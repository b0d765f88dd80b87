"""An open transaction: what store functions take first, and never commit."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Executable, bindparam, insert, select, update
from sqlalchemy.engine import Dialect

from penstock.store import tables


class Memory:
    """What outlives transactions because it never changes once committed: key ids, and compiled statements."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.compiled: dict[int, Compiled] = {}

    def learn(self, keys: Mapping[str, int]) -> None:
        """Remember key ids that are committed now."""
        self.keys.update(keys)


class Compiled:
    """A statement made ready for a driver: its text, and the order its parameters go in."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        # Held so that the statement's id, by which this is looked up, is not given to another one.
        self.statement = statement
        self.text: Final = str(compiled)
        self.names: Final[Sequence[str] | None] = compiled.positiontup
        self.fixed: Final[Mapping[str, Any]] = {k: v for k, v in compiled.params.items() if v is not None}

    def arguments(self, given: Mapping[str, Any]) -> Any:
        """``given`` as the driver wants it."""
        if self.names is None:
            return {**self.fixed, **given}
        if not self.fixed:
            return tuple([given[name] for name in self.names])
        return tuple([given[name] if name in given else self.fixed[name] for name in self.names])


class Tx:
    """One transaction. ``sql`` is SQLAlchemy's connection; ``now`` is its time in milliseconds since 1970 (UTC)."""

    def __init__(self, sql: Connection, memory: Memory, now: int) -> None:
        self.sql: Final = sql
        self.now: Final = now
        self.keys: dict[str, int] = {}
        self._memory = memory
        # Straight to the driver: SQLAlchemy's own path costs ten times as much for these small statements.
        self._cursor = sql.connection.cursor()
        self._events: list[dict[str, Any]] = []
        self._runs: set[int] = set()
        self._experiments: set[int] = set()

    # ---- statements on the hot path: compiled once, then straight to the driver

    def run(self, statement: Executable, given: Mapping[str, Any]) -> None:
        """Execute a statement that lives as long as its module, with parameters by name."""
        compiled = self._compiled(statement)
        self._cursor.execute(compiled.text, compiled.arguments(given))

    def run_many(self, statement: Executable, given: Sequence[Mapping[str, Any]]) -> None:
        """Execute such a statement once for each of ``given``."""
        if given:
            compiled = self._compiled(statement)
            self._cursor.executemany(compiled.text, [compiled.arguments(one) for one in given])

    def first(self, statement: Executable, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row that such a statement finds or returns."""
        self.run(statement, given)
        rows = list(self._cursor.fetchall())
        return rows[0] if rows else None

    def all(self, statement: Executable, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Every row that such a statement finds."""
        self.run(statement, given)
        return list(self._cursor.fetchall())

    def _compiled(self, statement: Executable) -> Compiled:
        found = self._memory.compiled.get(id(statement))
        if found is None:
            found = self._memory.compiled[id(statement)] = Compiled(statement, self.sql.dialect)
        return found

    # ---- names that stand once

    def find_key(self, name: str) -> int | None:
        """The id of a metric's, param's or tag's name, if anything has it."""
        known = self._memory.keys.get(name) or self.keys.get(name)
        if known is None:
            row = self.first(_FIND_KEY, {"wanted": name})
            if row is None:
                return None
            known = self.keys[name] = row[0]
        return known

    def key(self, name: str) -> int:
        """The id of a name, given to it now if it has none."""
        known = self.find_key(name)
        if known is None:
            row = self.first(_ADD_KEY, {"name": name})
            assert row is not None  # an INSERT ... RETURNING returns the row it made
            known = self.keys[name] = row[0]
        return known

    # ---- what changed

    def touch_run(self, row: int) -> None:
        """Say that a run is not what it was: readers of the live stream look at it again."""
        self._runs.add(row)

    def touch_experiment(self, row: int) -> None:
        """Say that an experiment is not what it was."""
        self._experiments.add(row)

    def tell(self, kind: str, subject: str, user_id: str = "", **detail: str) -> None:
        """Put an event into the outbox."""
        text = msgspec.json.encode(detail).decode()
        self._events.append({"time": self.now, "kind": kind, "subject": subject, "user_id": user_id, "detail": text})

    def mark(self) -> int:
        """Begin a part that may be undone alone; give the result to ``undo`` or ``keep``."""
        self._cursor.execute("SAVEPOINT part")
        return len(self._events)

    def keep(self) -> None:
        """The part stands."""
        self._cursor.execute("RELEASE part")

    def undo(self, mark: int) -> None:
        """The part never was."""
        self._cursor.execute("ROLLBACK TO part")
        self._cursor.execute("RELEASE part")
        del self._events[mark:]
        # Ids of names added in that part are void; the rest are looked up again.
        self.keys.clear()

    def settle(self) -> None:
        """Write events and revisions; the engine calls it just before the commit."""
        self.run_many(_ADD_EVENT, self._events)
        if not (self._runs or self._experiments):
            return
        self.run(_TICK, {})
        row = self.first(_REVISION, {})
        revision = row[0] if row else 0
        self.run_many(_MARK_RUN, [{"row": run, "revision": revision} for run in self._runs])
        self.run_many(_MARK_EXPERIMENT, [{"row": one, "revision": revision} for one in self._experiments])


_FIND_KEY: Final = select(tables.keys.c.id).where(tables.keys.c.name == bindparam("wanted"))
_ADD_KEY: Final = insert(tables.keys).values(name=bindparam("name")).returning(tables.keys.c.id)
_ADD_EVENT: Final = insert(tables.events).values(
    {n: bindparam(n) for n in ("time", "kind", "subject", "user_id", "detail")}
)
_TICK: Final = update(tables.clock).values(revision=tables.clock.c.revision + 1)
_REVISION: Final = select(tables.clock.c.revision)
_MARK_RUN: Final = (
    update(tables.runs).where(tables.runs.c.id == bindparam("row")).values(revision=bindparam("revision"))
)
_MARK_EXPERIMENT: Final = (
    update(tables.experiments).where(tables.experiments.c.id == bindparam("row")).values(revision=bindparam("revision"))
)
