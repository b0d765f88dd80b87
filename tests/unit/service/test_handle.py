"""The door: permission first, one transaction each, many writes in one commit."""

import threading
from pathlib import Path

import pytest

from penstock.entities.metric import Param
from penstock.errors import AlreadyExists, InvalidParameter, NotFound, PermissionDenied, Unavailable
from penstock.operations.base import Permission
from penstock.operations.experiments import CreateExperiment, GetExperiment, UpdateExperiment
from penstock.operations.records import GetServerInfo
from penstock.operations.runs import BatchMetric, CreateRun, GetMetricHistory, GetRun, LogBatch, LogMetric
from penstock.operations.table import OPERATIONS
from penstock.service.access import Asker
from penstock.service.handle import Occupied, Service
from penstock.service.opening import layout, open_service
from penstock.service.rules_table import RULES


def new_run(service: Service) -> str:
    return service.send(CreateRun()).run.info.run_id


def test_every_operation_has_its_rule() -> None:
    assert set(RULES) | {GetServerInfo} == set(OPERATIONS)


def test_whoever_lacks_the_permission_is_refused(service: Service) -> None:
    reader = Asker("ann", frozenset({Permission.READ}))
    service.send(GetExperiment(experiment_id="0"), reader)
    service.send(GetServerInfo(), Asker("nobody", frozenset()))
    for send in (service.send, service.submit):
        with pytest.raises(PermissionDenied, match="ann"):
            send(CreateExperiment(name="x"), reader)


def test_a_refused_batch_leaves_nothing(service: Service) -> None:
    run_id = new_run(service)
    service.send(LogBatch(run_id=run_id, params=[Param("lr", "1")]))
    batch = LogBatch(
        run_id=run_id, metrics=[BatchMetric("loss", 1.0, 1, 1)], params=[Param("a", "1"), Param("lr", "2")]
    )
    with pytest.raises(InvalidParameter):
        service.send(batch)
    found = service.send(GetRun(run_id=run_id)).run
    assert (found.data.params, found.data.metrics) == ({"lr": "1"}, {})


def test_writes_that_wait_together_are_answered_each_by_itself(service: Service) -> None:
    run_id = new_run(service)
    jobs = [
        service.submit(op)
        for i in range(200)
        for op in (
            LogMetric(run_id=run_id, key="loss", value=float(i), timestamp=i, step=i),
            LogMetric(run_id="unknown", key="loss", value=1.0, timestamp=1),
            CreateExperiment(name=f"e{i % 100}"),
        )
    ]
    outcomes = [job.exception(timeout=30) for job in jobs]
    assert outcomes[0::3] == [None] * 200
    assert {type(error) for error in outcomes[1::3]} == {NotFound}
    assert outcomes[2::3][:100] == [None] * 100
    assert {type(error) for error in outcomes[2::3][100:]} == {AlreadyExists}
    assert len(service.send(GetMetricHistory(run_id=run_id, metric_key="loss")).metrics) == 200


def test_the_revision_grows_and_tells_what_changed(service: Service) -> None:
    run_id = new_run(service)
    before = service.revision()
    assert service.changes_since(before).run_ids == []
    service.send(LogMetric(run_id=run_id, key="loss", value=1.0, timestamp=1))
    change = service.changes_since(before)
    assert (change.revision > before, change.run_ids, change.experiment_ids) == (True, [run_id], ["0"])
    service.send(UpdateExperiment(experiment_id="0", new_name="first"))
    assert service.changes_since(change.revision).experiment_ids == ["0"]


def test_listeners_hear_of_commits(service: Service) -> None:
    heard = threading.Event()
    service.on_commit(heard.set)
    service.submit(CreateExperiment(name="x")).result(timeout=10)
    assert heard.is_set()


def test_another_process_sees_the_same_store(service: Service, tmp_path: Path) -> None:
    other = open_service(str(tmp_path / "store"))
    run_id = new_run(other)
    before = service.revision()
    other.send(LogMetric(run_id=run_id, key="loss", value=1.0, timestamp=1))
    assert service.changes_since(before).run_ids == [run_id]
    other.close()


def test_history_comes_in_pages_in_order(service: Service) -> None:
    run_id = new_run(service)
    for start in range(0, 20_000, 1000):
        points = [BatchMetric("loss", float(i), i, i) for i in range(start, start + 1000)]
        service.send(LogBatch(run_id=run_id, metrics=points))
    pages = list(service.history_pages(GetMetricHistory(run_id=run_id, metric_key="loss")))
    assert [point.step for page in pages for point in page] == list(range(20_000))
    assert len(pages) > 1
    first = service.send(GetMetricHistory(run_id=run_id, metric_key="loss", max_results=7))
    second = service.send(
        GetMetricHistory(run_id=run_id, metric_key="loss", max_results=7, page_token=first.next_page_token)
    )
    assert [point.step for point in [*first.metrics, *second.metrics]] == list(range(14))


def test_a_closing_service_takes_no_more(tmp_path: Path) -> None:
    service = open_service(str(tmp_path / "store"))
    job = service.submit(CreateExperiment(name="last"))
    service.close()
    assert job.result(timeout=1).experiment_id == "1"
    with pytest.raises(Unavailable):
        service.submit(CreateExperiment(name="late"))


def test_where_an_embedded_store_keeps_its_parts(tmp_path: Path) -> None:
    assert layout(str(tmp_path)) == (tmp_path / "penstock.db", tmp_path / "artifacts", tmp_path / "journal")
    assert layout(f"sqlite:///{tmp_path}/x.db").journals == tmp_path / "x.journal"
    with pytest.raises(InvalidParameter, match="cannot be opened as a store"):
        layout("postgresql://somewhere")


def test_a_write_that_must_not_wait_is_done_at_once_or_not_at_all(service: Service) -> None:
    assert service.send_at_once(CreateExperiment(name="now")).experiment_id == "1"
    with service._store.writing(), pytest.raises(Occupied):
        service.send_at_once(CreateExperiment(name="later"))
    with pytest.raises(NotFound):
        service.send(GetExperiment(experiment_id="2"))


def test_another_process_that_writes_is_somebody_else_too(service: Service, tmp_path: Path) -> None:
    other = open_service(str(tmp_path / "store"))
    with other._store.writing(), pytest.raises(Occupied):
        service.send_at_once(CreateExperiment(name="later"))
    assert service.send_at_once(CreateExperiment(name="now")).experiment_id == "1"
    other.close()
