import threading
from pathlib import Path

import pytest

from penstock.client.frames import encode_record, frame_of
from penstock.client.journal import FIRST_FRAME, Header, Journal
from penstock.client.peek import peek
from penstock.entities.ids import RunId
from penstock.entities.record import TagSet
from penstock.errors import InvalidParameter

HEADER = Header(run_id=RunId("r1"), uri="http://host", pid=1, created=5, owner=True)


def frame(number: int, size: int = 10) -> bytes:
    return frame_of(encode_record(TagSet(str(number), "x" * size)))


def new_journal(folder: Path) -> Journal:
    return Journal.create(folder, HEADER, threading.Lock())


def keys(journal: Journal) -> list[str]:
    found: list[str] = []
    while (batch := journal.next_batch()) is not None:
        found += [one.key for one in batch.records() if isinstance(one, TagSet)]
        journal.ack(batch.next_seq, batch.end)
    return found


def test_what_is_written_is_read_in_order(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    for number in range(5):
        journal.map.write(frame(number))
    assert journal.pending() == 5
    assert keys(journal) == ["0", "1", "2", "3", "4"]
    assert not journal.is_behind


def test_a_full_map_takes_nothing_until_there_is_room(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    with pytest.raises(ValueError, match="range"):
        while True:
            journal.map.write(frame(0, 5000))
    before = journal.pending()
    journal.make_room(6000)
    journal.map.write(frame(1, 5000))
    assert journal.pending() == before + 1


def test_a_map_that_was_exchanged_takes_nothing(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    old = journal.map.write
    journal.make_room(10)
    with pytest.raises(ValueError, match="range"):
        old(frame(0))
    assert journal.is_empty


def test_long_journals_are_sent_in_batches(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    for number in range(40):
        try:
            journal.map.write(frame(number, 50_000))
        except ValueError:
            journal.make_room(60_000)
            journal.map.write(frame(number, 50_000))
    batch = journal.next_batch()
    assert batch is not None
    assert 1 < batch.count < 20
    assert keys(journal) == [str(number) for number in range(40)]


def test_an_orphan_is_adopted_with_all_that_was_written(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    for number in range(3):
        journal.map.write(frame(number))
    assert journal.path is not None
    journal.close()
    adopted = Journal.adopt(journal.path)
    assert adopted is not None
    assert (adopted.header, adopted.writer, adopted.sealed) == (HEADER, journal.writer, False)
    assert keys(adopted) == ["0", "1", "2"]


def test_what_the_store_has_is_not_sent_again_by_who_adopts(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    journal.map.write(frame(0))
    keys(journal)
    journal.map.write(frame(1))
    assert journal.path is not None
    journal.close()
    adopted = Journal.adopt(journal.path)
    assert adopted is not None
    batch = adopted.next_batch()
    assert batch is not None
    assert (batch.first_seq, batch.count) == (1, 1)


def test_a_torn_place_means_to_begin_again(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    journal.map.write(frame(0))
    keys(journal)
    journal.map[64:65] = b"\x07"
    assert journal.path is not None
    journal.close()
    adopted = Journal.adopt(journal.path)
    assert adopted is not None
    assert keys(adopted) == ["0"]


def test_a_torn_tail_is_passed_over(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    journal.map.write(frame(0))
    journal.map.write(frame(1)[:-3])
    assert journal.path is not None
    journal.close()
    adopted = Journal.adopt(journal.path)
    assert adopted is not None
    assert keys(adopted) == ["0"]


def test_a_journal_that_is_held_is_not_adopted(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    assert journal.path is not None
    assert Journal.adopt(journal.path) is None


def test_a_sealed_journal_gives_back_what_was_reserved(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    journal.map.write(frame(0))
    with journal.lock:
        journal.seal()
    assert journal.path is not None
    assert journal.path.stat().st_size == FIRST_FRAME + len(frame(0))
    assert keys(journal) == ["0"]
    assert journal.is_done


def test_what_a_store_has_lost_is_sent_from_the_first(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    for number in range(3):
        journal.map.write(frame(number))
    keys(journal)
    journal.rewind()
    assert keys(journal) == ["0", "1", "2"]


def test_a_sealed_journal_can_be_sent_from_the_first(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    journal.map.write(frame(0, 4000))
    with journal.lock:
        journal.seal()
    keys(journal)
    journal.rewind()
    assert keys(journal) == ["0"]


@pytest.mark.parametrize(
    "content", [b"", b"no journal at all", b"PENSTOCK" + b"\xff" * 100, b"PENSTOCK\x01" + bytes(5000)]
)
def test_a_file_that_is_no_journal_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.journal"
    path.write_bytes(content)
    with pytest.raises(InvalidParameter, match=r"x\.journal"):
        Journal.adopt(path)
    with pytest.raises(InvalidParameter, match=r"x\.journal"):
        peek(path)


def test_looking_tells_who_holds_it_and_what_waits(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    journal.map.write(frame(0))
    journal.map.write(frame(1))
    assert journal.path is not None
    seen = peek(journal.path)
    assert seen is not None
    assert (seen.header.run_id, seen.pending, seen.is_held) == ("r1", 2, True)
    journal.close()
    seen = peek(journal.path)
    assert seen is not None
    assert (seen.pending, seen.is_held) == (2, False)


def test_a_journal_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        new_journal(tmp_path / "file" / "below")
    with pytest.raises(OSError, match="too long"):
        Journal.create(
            tmp_path / "j", Header(run_id=RunId("r"), uri="h" * 5000, pid=1, created=1, owner=True), threading.Lock()
        )
    assert list((tmp_path / "j").iterdir()) == []
