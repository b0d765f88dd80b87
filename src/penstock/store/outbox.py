"""Events, revisions and writers: what happened, and how far it was taken."""

from typing import Final

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert

from penstock.entities.event import Change, Event
from penstock.store import tables
from penstock.store.transaction import Tx

_events = tables.events
_runs = tables.runs
_experiments = tables.experiments
_writers = tables.writers
_REVISION: Final = select(tables.clock.c.revision)
_RUNS_SINCE: Final = select(_runs.c.run_id, _runs.c.experiment).where(_runs.c.revision > bindparam("since")).limit(1000)
_EXPERIMENTS_SINCE: Final = select(_experiments.c.id).where(_experiments.c.revision > bindparam("since")).limit(1000)
_EVENTS_AFTER: Final = (
    select(_events).where(_events.c.id > bindparam("after")).order_by(_events.c.id).limit(bindparam("count"))
)
_PROGRESS: Final = select(_writers.c.next_seq).where(_writers.c.writer == bindparam("wanted"))
_PUT_PROGRESS: Final = (
    upsert(_writers)
    .values(writer=bindparam("writer"), next_seq=bindparam("next_seq"))
    .on_conflict_do_update(index_elements=["writer"], set_={"next_seq": bindparam("next_seq")})
)


def revision(tx: Tx) -> int:
    """How many transactions have changed something."""
    row = tx.first(_REVISION, {})
    return row[0] if row else 0


def changes_since(tx: Tx, since: int) -> Change:
    """Which runs and experiments were changed after revision ``since``."""
    now = revision(tx)
    if now <= since:
        return Change(revision=now)
    changed = tx.all(_RUNS_SINCE, {"since": since})
    experiments = {row for _, row in changed} | {row for (row,) in tx.all(_EXPERIMENTS_SINCE, {"since": since})}
    return Change(
        revision=now,
        run_ids=[run_id for run_id, _ in changed],
        experiment_ids=[str(row) for row in sorted(experiments)],
    )


def events_after(tx: Tx, after: int, count: int) -> list[Event]:
    """Events in order, beginning after the event ``after``."""
    return [
        Event(event_id=row, time=time, kind=kind, subject=subject, user_id=user, detail=msgspec.json.decode(detail))
        for row, time, kind, subject, user, detail in tx.all(_EVENTS_AFTER, {"after": after, "count": count})
    ]


def next_seq(tx: Tx, writer: str) -> int:
    """How many records of a writer have been applied."""
    row = tx.first(_PROGRESS, {"wanted": writer})
    return row[0] if row else 0


def set_next_seq(tx: Tx, writer: str, seq: int) -> None:
    """Note how many records of a writer have been applied."""
    tx.run(_PUT_PROGRESS, {"writer": writer, "next_seq": seq})
