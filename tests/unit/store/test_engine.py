"""One writer at a time, across threads and processes; nothing half-written; nothing carried over a fork."""

import multiprocessing
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from penstock.errors import NotFound, StorageFull, Unavailable
from penstock.store import experiments, tables
from penstock.store.engine import Store
from penstock.store.migrate import STEPS, migrate
from penstock.store.transaction import Tx

ROOT = "mlflow-artifacts:/"


def names(store: Store) -> list[str]:
    return store.read(lambda tx: sorted(tx.sql.execute(select(tables.experiments.c.name)).scalars()))


def create(store: Store, name: str) -> None:
    store.write(lambda tx: experiments.create(tx, name, ROOT))


def test_what_a_failed_job_wrote_is_gone(store: Store) -> None:
    def job(tx: Tx) -> None:
        experiments.create(tx, "half", ROOT)
        tx.key("half")
        raise NotFound("on purpose")

    with pytest.raises(NotFound):
        store.write(job)
    assert names(store) == ["Default"]
    assert store.read(lambda tx: tx.find_key("half")) is None


def test_a_part_is_undone_alone(store: Store) -> None:
    with store.writing() as tx:
        experiments.create(tx, "before", ROOT)
        mark = tx.mark()
        experiments.create(tx, "undone", ROOT)
        tx.key("undone")
        tx.tell("experiment.created", "9")
        tx.undo(mark)
        mark = tx.mark()
        tx.key("kept")
        tx.keep()
    assert names(store) == ["Default", "before"]
    assert store.read(lambda tx: (tx.find_key("undone"), tx.find_key("kept") is not None)) == (None, True)
    assert store.read(lambda tx: tx.sql.execute(select(tables.events)).all()) == []


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(Unavailable):
        store.read(lambda tx: tx.key("new"))


def test_a_reader_sees_one_snapshot(store: Store) -> None:
    with store.reading() as tx:
        query = select(tables.experiments.c.name)
        assert len(tx.sql.execute(query).all()) == 1
        create(store, "later")
        assert len(tx.sql.execute(query).all()) == 1
    assert names(store) == ["Default", "later"]


def test_threads_take_turns(store: Store) -> None:
    def write(worker: int) -> None:
        for i in range(20):
            create(store, f"{worker}-{i}")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(store)) == 161


def _write_from_elsewhere(path: Path, worker: int) -> None:
    store = Store(path, lambda: 0)
    migrate(store, f"{ROOT}0")
    for i in range(20):
        create(store, f"{worker}-{i}")
    store.close()


def test_processes_take_turns_from_the_very_first_start(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "penstock.db"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_from_elsewhere, args=(path, n)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    store = Store(path, lambda: 0)
    assert len(names(store)) == 81
    assert store.read(lambda tx: tx.sql.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"
    store.close()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_opens_its_own(store: Store) -> None:
    create(store, "parent")
    child = os.fork()
    if child == 0:
        try:
            create(store, "child")
            os._exit(0 if names(store) == ["Default", "child", "parent"] else 3)
        finally:
            os._exit(4)
    assert os.waitpid(child, 0)[1] == 0
    create(store, "again")
    assert names(store) == ["Default", "again", "child", "parent"]


def test_a_store_of_a_newer_release_is_refused(store: Store) -> None:
    newer = insert(tables.schema_version).values(version=len(STEPS) + 1, applied_at=0)
    store.write(lambda tx: tx.sql.execute(newer))
    with pytest.raises(Unavailable, match="newer one"):
        migrate(store, f"{ROOT}0")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    path.write_bytes(b"hello, this is not a database" * 100)
    store = Store(path, lambda: 0)
    with pytest.raises(Unavailable):
        migrate(store, f"{ROOT}0")


def test_a_full_disk_is_said_so_and_nothing_is_half_written(store: Store) -> None:
    with store.writing() as tx:
        size = tx.sql.exec_driver_sql("PRAGMA page_count").scalar()
        tx.sql.exec_driver_sql(f"PRAGMA max_page_count = {size}")
    with pytest.raises(StorageFull):
        store.write(lambda tx: [experiments.create(tx, f"{i}-{'x' * 400}", ROOT) for i in range(200)])
    assert names(store) == ["Default"]
    with store.writing() as tx:
        tx.sql.exec_driver_sql("PRAGMA max_page_count = 1000000")
    create(store, "room again")
    assert names(store) == ["Default", "room again"]


def test_the_database_file_is_sound_for_anybody(store: Store) -> None:
    create(store, "x")
    with sqlite3.connect(store.path) as other:
        assert other.execute("SELECT count(*) FROM experiments").fetchone() == (2,)
