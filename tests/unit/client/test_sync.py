import shutil
from pathlib import Path

import penstock
from penstock.client import active
from penstock.client.doctor import examine
from penstock.client.lane import Lane
from penstock.client.session import Session
from penstock.client.sync import sync
from penstock.client.writer import Writer
from penstock.entities.ids import RunId
from penstock.entities.record import RunStarted, TagSet
from penstock.settings import Settings

RUN = RunId("a" * 32)


def leave_an_orphan(session: Session) -> None:
    lane = Lane(session.connection(), lambda: None)
    writer = Writer(session.connection().journals, RUN, "", RunStarted(1, experiment_name="found"), lane)
    writer.append(TagSet("k", "v"))
    lane.let_go()


def test_orphans_are_sent_and_their_runs_are_killed(session: Session) -> None:
    leave_an_orphan(session)
    told: list[tuple[str, int, int]] = []
    report = sync(session.connection().journals, None, lambda *step: told.append(step))
    assert (report.sent, report.records, report.busy, report.left, report.refused) == (1, 3, 0, [], [])
    assert told == [(RUN, 0, 1), (RUN, 1, 1)]
    found = penstock.get_run(RUN)
    assert (found.info.status, found.data.tags["k"]) == ("KILLED", "v")
    assert list(session.connection().journals.iterdir()) == []


def test_a_folder_that_has_been_moved_goes_to_the_store_it_was_moved_with(session: Session, tmp_path: Path) -> None:
    leave_an_orphan(session)
    shutil.move(tmp_path / "store", tmp_path / "moved")
    assert sync(tmp_path / "moved").sent == 1
    assert penstock.Client(str(tmp_path / "moved")).get_run(RUN).info.status == "KILLED"


def test_who_reads_after_a_crash_sees_what_led_to_it(session: Session) -> None:
    leave_an_orphan(session)
    assert penstock.get_run(RUN).data.tags["k"] == "v"


def test_what_a_living_process_writes_is_left_to_it(session: Session) -> None:
    with penstock.start_run():
        report = sync(session.connection().journals)
        assert (report.sent, report.busy) == (0, 1)


def test_what_cannot_be_sent_is_named_and_stays(session: Session) -> None:
    leave_an_orphan(session)
    folder = session.connection().journals
    (folder / "bad.journal").write_bytes(b"rubbish")
    report = sync(folder, "http://127.0.0.1:9")
    assert report.sent == 0
    assert len(report.left) == 2
    assert sum(RUN in line and "cannot be reached" in line for line in report.left) == 1
    assert len(list(folder.glob("*.journal"))) == 2


def test_a_folder_without_journals_is_nothing_to_do(tmp_path: Path) -> None:
    assert sync(tmp_path / "nowhere").sent == 0


def test_the_doctor_sees_what_waits_and_changes_nothing(session: Session) -> None:
    leave_an_orphan(session)
    folder = session.connection().journals
    (folder / "bad.journal").write_bytes(b"rubbish")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    report = examine(folder, Settings({"PENSTOCK_TRACKING_URI": session.uri}))
    (waiting,) = report.waiting
    assert (waiting.run_id, waiting.records, waiting.store, waiting.is_held) == (
        RUN,
        2,
        session.connection().uri,
        False,
    )
    assert len(report.damaged) == 1
    assert [(store.kind, bool(store.trouble)) for store in report.stores] == [("embedded", True)]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_the_doctor_finds_nothing_wrong_with_a_store_that_answers(session: Session) -> None:
    with penstock.start_run():
        pass
    assert penstock.flush()
    report = examine(None, Settings({"PENSTOCK_TRACKING_URI": session.uri}))
    assert (report.waiting, report.damaged, [store.trouble for store in report.stores]) == ([], [], [""])
    assert active.session() is session
