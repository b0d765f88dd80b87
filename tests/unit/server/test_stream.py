import json
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple

import pytest

from penstock.entities.event import Change
from penstock.operations.runs import CreateRun, SetTag
from penstock.server.stream import merged
from penstock.service.opening import open_service
from tests.unit.server.running import Site, serving

CHANGES = "/api/penstock/v1/changes"


class Event(NamedTuple):
    id: str
    kind: str
    data: dict[str, object]


class Listening:
    """An open stream of changes."""

    def __init__(self, site: Site, query: str = "", headers: dict[str, str] | None = None) -> None:
        self.connection = site.connect()
        self.connection.request("GET", CHANGES + query, headers=headers or {})
        self.response: HTTPResponse = self.connection.getresponse()

    def next(self) -> Event:
        """The next event; heartbeats are passed over."""
        fields: dict[str, str] = {}
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                return Event(fields["id"], fields["event"], json.loads(fields["data"]))

    def close(self) -> None:
        self.response.close()
        self.connection.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path) as running:
        yield running


def test_the_first_event_tells_where_things_stand(site: Site) -> None:
    site.new_run()
    with closing(Listening(site)) as stream:
        first = stream.next()
        assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert "no-cache" in stream.response.headers["cache-control"]
    revision = site.service.revision()
    assert first == Event(str(revision), "change", {"revision": revision})


def test_a_write_is_told_at_once(site: Site) -> None:
    with closing(Listening(site)) as stream:
        before = stream.next().data["revision"]
        began = time.monotonic()
        run_id = site.new_run()
        event = stream.next()
        assert time.monotonic() - began < 0.5
    assert event.data["run_ids"] == [run_id]
    assert event.data["experiment_ids"] == ["0"]
    assert event.id == str(event.data["revision"])
    assert int(event.id) > int(str(before))


def test_writes_of_another_process_are_told(site: Site) -> None:
    with closing(open_service(str(site.folder))) as other, closing(Listening(site)) as stream:
        stream.next()
        run_id = other.send(CreateRun()).run.info.run_id
        assert stream.next().data["run_ids"] == [run_id]


@pytest.mark.parametrize("by_header", [True, False])
def test_a_stream_is_taken_up_where_it_ended(site: Site, by_header: bool) -> None:
    site.new_run()
    seen = site.service.revision()
    missed = site.new_run()
    query, headers = ("", {"Last-Event-ID": str(seen)}) if by_header else (f"?after={seen}", {})
    with closing(Listening(site, query, headers)) as stream:
        first = stream.next()
    assert first.data["run_ids"] == [missed]


def test_a_revision_of_another_store_is_no_start(site: Site) -> None:
    with closing(Listening(site, "?after=999999")) as stream:
        assert stream.next().data == {"revision": site.service.revision()}


def test_a_listener_hears_of_its_run_alone(site: Site) -> None:
    mine, other = site.new_run(), site.new_run()
    with closing(Listening(site, f"?run_id={mine}")) as stream:
        stream.next()
        site.service.send(SetTag(run_id=other, key="a", value="1"))
        # Longer than what happens together is told together.
        time.sleep(0.6)
        site.service.send(SetTag(run_id=mine, key="a", value="1"))
        assert stream.next().data["run_ids"] == [mine]


def test_a_listener_hears_of_its_experiment(site: Site) -> None:
    other = site.post("experiments/create", {"name": "other"})["experiment_id"]
    with closing(Listening(site, f"?experiment_id={other}")) as stream:
        stream.next()
        site.new_run()
        time.sleep(0.6)
        site.post("runs/create", {"experiment_id": other})
        assert stream.next().data["experiment_ids"] == [other]


def test_many_changes_are_told_together(site: Site) -> None:
    with closing(Listening(site)) as stream:
        stream.next()
        runs = [site.new_run() for _ in range(40)]
        heard: set[str] = set()
        events = 0
        while heard != set(runs):
            heard.update(map(str, stream.next().data["run_ids"]))  # type: ignore[call-overload]
            events += 1
    assert events < 20


def test_many_listeners_hear_the_same(site: Site) -> None:
    streams = [Listening(site) for _ in range(20)]
    for stream in streams:
        stream.next()
    run_id = site.new_run()
    for stream in streams:
        assert stream.next().data["run_ids"] == [run_id]
        stream.close()


def test_after_the_last_listener_went_the_next_one_hears_again(site: Site) -> None:
    for _ in range(3):
        with closing(Listening(site)) as stream:
            stream.next()
            run_id = site.new_run()
            assert stream.next().data["run_ids"] == [run_id]


def test_streams_end_when_the_server_stops(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        stream = Listening(site)
        stream.next()
        began = time.monotonic()
        site.server.should_exit = True
        assert stream.response.read() == b""
        assert time.monotonic() - began < 1.5
        stream.close()


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "٣", "9" * 30])
def test_a_start_that_is_no_revision_is_refused(site: Site, after: str) -> None:
    answer = site.ask("GET", f"{CHANGES}?after={after}" if after.isascii() else f"{CHANGES}?after=%D9%A3")
    assert (answer.status, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_notices_that_wait_become_one() -> None:
    older = Change(revision=1, run_ids=["a", "b"], experiment_ids=["0"])
    newer = Change(revision=2, run_ids=["b", "c"], experiment_ids=["0", "1"])
    assert merged(older, newer) == Change(revision=2, run_ids=["a", "b", "c"], experiment_ids=["0", "1"])


def test_a_notice_never_names_too_many() -> None:
    older = Change(revision=1, run_ids=[f"a{n}" for n in range(900)])
    newer = Change(revision=2, run_ids=[f"b{n}" for n in range(900)])
    # One that names nothing says that anything may have changed.
    assert merged(older, newer) == Change(revision=2)
    assert merged(Change(revision=2), older) == Change(revision=1)
