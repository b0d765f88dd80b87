import enum
import resource
import threading
from pathlib import Path

import numpy as np
import pytest

from penstock.client.journal import SUFFIX, Journal
from penstock.client.writer import Writer
from penstock.entities.ids import RunId
from penstock.entities.record import MetricLogged, Record, RunStarted, StatusChanged, TagSet
from penstock.errors import InvalidParameter


class Collector:
    """An outbox that keeps what it is told."""

    def __init__(self) -> None:
        self.journals: list[Journal] = []
        self.failures: list[OSError] = []
        self.lost_count = 0

    def opened(self, journal: Journal) -> None:
        self.journals.append(journal)

    def disk_failed(self, error: OSError) -> None:
        self.failures.append(error)

    def lost(self, count: int) -> None:
        self.lost_count += count

    def records(self) -> list[Record]:
        found: list[Record] = []
        for journal in self.journals:
            while (batch := journal.next_batch()) is not None:
                found += batch.records()
                journal.ack(batch.next_seq, batch.end)
        return found


START = RunStarted(1, experiment_id="0", run_name="first", tags={"a": "b"})


@pytest.fixture
def outbox() -> Collector:
    return Collector()


@pytest.fixture
def writer(tmp_path: Path, outbox: Collector) -> Writer:
    return Writer(tmp_path / "journal", RunId("r"), "u", START, outbox)


def test_records_come_in_the_order_they_were_written(writer: Writer, outbox: Collector) -> None:
    writer.append_metric("loss", 0.5, 3, 7)
    writer.append(TagSet("k", "v"))
    assert outbox.records() == [START, MetricLogged("loss", 0.5, 7, 3), TagSet("k", "v")]


def test_many_threads_lose_nothing_and_mix_nothing_up(writer: Writer, outbox: Collector) -> None:
    def write(name: str) -> None:
        for step in range(20_000):
            writer.append_metric(name, 1.0, step, 7)

    threads = [threading.Thread(target=write, args=(f"m{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    points = [one for one in outbox.records() if isinstance(one, MetricLogged)]
    for number in range(4):
        assert [point.step for point in points if point.key == f"m{number}"] == list(range(20_000))


def test_a_frame_larger_than_any_step_finds_room(writer: Writer, outbox: Collector) -> None:
    big = TagSet("big", "x" * 3_000_000)
    writer.append(big)
    writer.append(TagSet("small", "y"))
    assert outbox.records()[1:] == [big, TagSet("small", "y")]


def test_a_long_journal_is_followed_by_another_that_tells_how_the_run_began(writer: Writer, outbox: Collector) -> None:
    for number in range(70):
        writer.append(TagSet(str(number), "x" * 1_000_000))
    first, second = outbox.journals
    assert first.sealed
    assert not second.sealed
    assert {first.header.owner, second.header.owner} == {True}
    batch = second.next_batch()
    assert batch is not None
    assert batch.records()[0] == RunStarted(1, experiment_id="0")


def test_after_the_end_a_record_begins_another_journal(writer: Writer, outbox: Collector) -> None:
    writer.end(StatusChanged("FINISHED", 9))
    writer.append_metric("late", 1.0, 0, 10)
    first, second = outbox.journals
    assert first.sealed
    assert not second.header.owner
    assert outbox.records()[-1] == MetricLogged("late", 1.0, 10, 0)


def test_a_writer_that_forgets_leaves_its_journal_alone(writer: Writer, outbox: Collector) -> None:
    writer.append_metric("before", 1.0, 10, 0)
    writer.forget()
    writer.append_metric("after", 1.0, 10, 0)
    first, second = outbox.journals
    assert (first.sealed, second.header.owner) == (False, False)
    assert first.pending() == second.pending() == 2


@pytest.mark.parametrize("key", ["", "a//b", "../a", "/a", "a\nb", "x" * 251, 7, None, ["a"], b"a"])
def test_a_key_that_is_not_allowed_raises_at_the_call(writer: Writer, outbox: Collector, key: str) -> None:
    with pytest.raises(InvalidParameter):
        writer.append_metric(key, 1.0, 1, 1)
    assert outbox.records() == [START]


@pytest.mark.parametrize(("timestamp", "step"), [(-1, 0), (2**63, 0), (0, 2**63), (0, -(2**63) - 1)])
def test_a_step_or_time_out_of_range_raises_at_the_call(writer: Writer, timestamp: int, step: int) -> None:
    with pytest.raises(InvalidParameter, match="out of range"):
        writer.append_metric("m", 1.0, step, timestamp)


def test_keys_of_other_text_types_are_text(writer: Writer, outbox: Collector) -> None:
    class Name(enum.StrEnum):
        LOSS = "loss"

    for key in ("loss", np.str_("loss"), Name.LOSS):
        writer.append_metric(key, 1.0, 1, 1)
    assert outbox.records()[1:] == [MetricLogged("loss", 1.0, 1, 1)] * 3


def test_where_no_file_can_be_written_memory_keeps_the_records(tmp_path: Path, outbox: Collector) -> None:
    (tmp_path / "file").write_text("")
    writer = Writer(tmp_path / "file" / "journal", RunId("r"), "u", START, outbox)
    for step in range(5000):
        writer.append_metric("m", 1.0, step, 1)
    assert len(outbox.failures) == 1
    points = [one.step for one in outbox.records() if isinstance(one, MetricLogged)]
    assert points == list(range(5000))


def test_what_memory_cannot_hold_is_counted(tmp_path: Path, outbox: Collector) -> None:
    (tmp_path / "file").write_text("")
    writer = Writer(tmp_path / "file" / "journal", RunId("r"), "u", START, outbox)
    for step in range(150_000):
        writer.append_metric("m", 1.0, step, 1)
    kept = sum(isinstance(one, MetricLogged) for one in outbox.records())
    assert kept > 80_000
    # The starts that head each journal were lost with them.
    assert 0 <= outbox.lost_count - (150_000 - kept) < 200


def test_a_full_disk_is_noticed_and_left_behind_when_there_is_room_again(tmp_path: Path, outbox: Collector) -> None:
    writer = Writer(tmp_path / "journal", RunId("r"), "u", START, outbox)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A limit on the size of files fails in the same way as a full disk; its signal is ignored by Python.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100 << 10, limits[1]))
    try:
        for step in range(20_000):
            writer.append_metric("m", 1.0, step, 1)
        on_disk_then = outbox.journals[-1].path
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert on_disk_then is None
    assert outbox.failures
    writer._next_try = 0.0
    for step in range(20_000, 30_000):
        writer.append_metric("m", 1.0, step, 1)
    last = outbox.journals[-1].path
    assert last is not None
    assert last.suffix == SUFFIX
    assert [one.step for one in outbox.records() if isinstance(one, MetricLogged)] == list(range(30_000))
