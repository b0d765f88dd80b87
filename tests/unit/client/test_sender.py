import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from penstock.client.batch import Batch
from penstock.client.journal import SUFFIX
from penstock.client.lane import Lane
from penstock.client.sender import Sender
from penstock.client.writer import Writer
from penstock.entities.ids import RunId
from penstock.entities.record import MetricLogged, RunStarted, StatusChanged
from penstock.errors import Busy, Internal, InvalidParameter, NotFound, PenstockError, TooLarge, Unavailable
from tests.unit.client.memory_store import MemoryConnection

START = RunStarted(1, experiment_id="0")


@pytest.fixture
def sender() -> Iterator[Sender]:
    fresh = Sender()
    yield fresh
    fresh.stop(5)


def writer_of(sender: Sender, memory: MemoryConnection, run_id: str = "r") -> Writer:
    return Writer(memory.journals, RunId(run_id), memory.journal_uri, START, sender.lane(memory))


def steps(memory: MemoryConnection, run_id: str = "r") -> list[int]:
    return [one.step for one in memory.runs[run_id] if isinstance(one, MetricLogged)]


def failing(times: int, error: PenstockError) -> Callable[[Batch], PenstockError | None]:
    left = [times]

    def fault(_batch: Batch) -> PenstockError | None:
        left[0] -= 1
        return error if left[0] >= 0 else None

    return fault


def files(memory: MemoryConnection) -> list[str]:
    return [path.name for path in memory.journals.iterdir()]


def test_what_was_logged_arrives_while_the_run_goes_on(sender: Sender, memory: MemoryConnection) -> None:
    writer = writer_of(sender, memory)
    writer.append_metric("m", 1.0, 1, 1)
    deadline = time.monotonic() + 5
    while not steps(memory) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert steps(memory) == [1]


def test_a_flush_waits_for_all_of_it(sender: Sender, memory: MemoryConnection) -> None:
    writer = writer_of(sender, memory)
    for step in range(50_000):
        writer.append_metric("m", 1.0, step, 1)
    assert sender.flush(20)
    assert steps(memory) == list(range(50_000))


def test_a_journal_is_deleted_when_its_run_is_over_and_the_store_has_it(
    sender: Sender, memory: MemoryConnection
) -> None:
    writer = writer_of(sender, memory)
    assert sender.flush(5)
    assert len(files(memory)) == 1
    writer.end(StatusChanged("FINISHED", 2))
    assert sender.flush(5)
    assert files(memory) == []


@pytest.mark.parametrize("error", [Unavailable("away"), Busy("busy"), Internal("oops")])
def test_a_store_that_is_away_for_a_while_gets_everything_once(
    sender: Sender, memory: MemoryConnection, error: PenstockError
) -> None:
    memory.fault = failing(2, error)
    writer = writer_of(sender, memory)
    for step in range(100):
        writer.append_metric("m", 1.0, step, 1)
    assert sender.flush(20)
    assert steps(memory) == list(range(100))


def test_an_answer_that_was_lost_changes_nothing(sender: Sender, memory: MemoryConnection) -> None:
    def lost_answer(batch: Batch) -> PenstockError | None:
        memory.fault = lambda _batch: None
        memory.append("r", files(memory)[0].removesuffix(SUFFIX), batch)
        return Unavailable("the answer was lost")

    writer = writer_of(sender, memory)
    assert sender.flush(5)
    memory.fault = lost_answer
    writer.append_metric("m", 1.0, 1, 1)
    assert sender.flush(10)
    assert steps(memory) == [1]


def test_one_warning_when_it_goes_and_one_when_it_is_back(
    sender: Sender, memory: MemoryConnection, caplog: pytest.LogCaptureFixture
) -> None:
    memory.fault = failing(4, Unavailable("The store is away."))
    writer = writer_of(sender, memory)
    writer.append_metric("m", 1.0, 1, 1)
    with caplog.at_level(logging.WARNING, "penstock"):
        assert sender.flush(20)
    assert [message.split(";")[0] for message in caplog.messages] == [
        f"The store is away. Your code goes on; what it logs is kept in {memory.journals} and sent later.".split(";")[
            0
        ],
        "memory is back",
    ]


def test_a_fault_in_the_store_does_not_end_the_sender(sender: Sender, memory: MemoryConnection) -> None:
    def broken(_batch: Batch) -> PenstockError | None:
        memory.fault = lambda _batch: None
        raise ZeroDivisionError

    memory.fault = broken
    writer = writer_of(sender, memory)
    writer.append_metric("m", 1.0, 1, 1)
    assert sender.flush(10)
    assert steps(memory) == [1]


def test_what_is_refused_is_told_once_and_kept_on_disk(
    sender: Sender, memory: MemoryConnection, caplog: pytest.LogCaptureFixture
) -> None:
    memory.fault = lambda _batch: NotFound("No such thing.")
    writer = writer_of(sender, memory)
    writer.append_metric("m", 1.0, 1, 1)
    assert sender.flush(10)
    writer.end(StatusChanged("FINISHED", 2))
    assert sender.flush(10)
    calls = memory.calls
    time.sleep(0.5)
    assert memory.calls == calls
    assert len(files(memory)) == 1
    assert [message for message in caplog.messages if "No such thing." in message and "penstock sync" in message]
    assert len(caplog.messages) == 1


def test_a_refused_record_is_told_by_name(
    sender: Sender, memory: MemoryConnection, caplog: pytest.LogCaptureFixture
) -> None:
    memory.refused = ["The param 'a' is '1' already."]
    writer = writer_of(sender, memory)
    writer.append_metric("m", 1.0, 1, 1)
    assert sender.flush(10)
    assert caplog.messages == ["Run r: The param 'a' is '1' already."]


def test_a_batch_that_is_too_large_is_sent_in_parts(sender: Sender, memory: MemoryConnection) -> None:
    memory.fault = lambda batch: TooLarge("too large") if batch.count > 10 else None
    writer = writer_of(sender, memory)
    for step in range(100):
        writer.append_metric("m", 1.0, step, 1)
    assert sender.flush(10)
    assert steps(memory) == list(range(100))


def test_a_store_that_was_set_back_gets_all_that_the_journal_still_has(
    sender: Sender, memory: MemoryConnection
) -> None:
    writer = writer_of(sender, memory)
    for step in range(5):
        writer.append_metric("m", 1.0, step, 1)
    assert sender.flush(5)
    memory.runs.clear()
    memory.writers.clear()
    writer.append_metric("m", 1.0, 5, 1)
    assert sender.flush(5)
    assert steps(memory) == list(range(6))


def test_a_batch_that_is_always_refused_ends_the_tries(sender: Sender, memory: MemoryConnection) -> None:
    writer = writer_of(sender, memory)
    assert sender.flush(5)
    memory.fault = lambda _batch: InvalidParameter("Never.") if steps(memory) == [] and memory.calls > 1 else None
    writer.append_metric("m", 1.0, 1, 1)
    assert sender.flush(5)
    assert memory.calls < 10


def test_an_orphan_is_sent_before_what_follows_it_and_its_run_is_killed(
    sender: Sender, memory: MemoryConnection
) -> None:
    dead = Lane(memory, lambda: None)
    writer = Writer(memory.journals, RunId("r"), memory.journal_uri, START, dead)
    writer.append_metric("m", 1.0, 1, 1)
    for journal in dead._inbox:
        journal.close()
    resumed = RunStarted(2, experiment_id="0", resumed=True)
    living = Writer(memory.journals, RunId("r"), memory.journal_uri, resumed, sender.lane(memory))
    living.append_metric("m", 1.0, 2, 1)
    assert sender.flush(5)
    kinds = [one.status if isinstance(one, StatusChanged) else type(one).__name__ for one in memory.runs["r"]]
    assert kinds == ["RunStarted", "MetricLogged", "KILLED", "RunStarted", "MetricLogged"]


def test_an_orphan_for_another_store_is_left_alone(sender: Sender, memory: MemoryConnection) -> None:
    dead = Lane(memory, lambda: None)
    Writer(memory.journals, RunId("other"), "http://elsewhere", START, dead)
    for journal in dead._inbox:
        journal.close()
    writer_of(sender, memory)
    assert sender.flush(5)
    assert list(memory.runs) == ["r"]
    assert len(files(memory)) == 2


def test_a_damaged_file_is_told_once_and_stops_nothing(
    sender: Sender, memory: MemoryConnection, caplog: pytest.LogCaptureFixture
) -> None:
    memory.journals.mkdir(parents=True)
    (memory.journals / "bad.journal").write_bytes(b"rubbish")
    writer = writer_of(sender, memory)
    writer.append_metric("m", 1.0, 1, 1)
    assert sender.flush(5)
    assert sender.flush(5)
    assert steps(memory) == [1]
    assert len([message for message in caplog.messages if "bad.journal" in message]) == 1


def test_a_hundred_short_runs_while_the_store_is_away_hold_few_files(sender: Sender, memory: MemoryConnection) -> None:
    memory.fault = lambda _batch: Unavailable("away")
    for number in range(100):
        writer_of(sender, memory, f"run{number}").end(StatusChanged("FINISHED", 2))
        time.sleep(0.001)
    assert not sender.flush(1.5)
    held = [fd for fd in Path("/proc/self/fd").iterdir() if fd.exists() and fd.readlink().suffix == SUFFIX]
    assert len(held) < 50
    memory.fault = lambda _batch: None
    assert sender.flush(30)
    assert len(memory.runs) == 100
    assert files(memory) == []


def test_logging_goes_on_while_a_store_hangs(sender: Sender, memory: MemoryConnection) -> None:
    go_on = threading.Event()

    def hang(_batch: Batch) -> PenstockError | None:
        go_on.wait(10)
        return None

    memory.fault = hang
    writer = writer_of(sender, memory)
    begin = time.monotonic()
    for step in range(1000):
        writer.append_metric("m", 1.0, step, 1)
    assert time.monotonic() - begin < 1
    assert not sender.flush(0.3)
    go_on.set()
    assert sender.flush(10)
    assert steps(memory) == list(range(1000))
