"""Batches from journals: applied once, in order, and no record lost over another."""

import pytest

from penstock.entities.ids import new_run_id
from penstock.entities.record import (
    ArtifactLogged,
    MetricLogged,
    ParamLogged,
    Record,
    RunStarted,
    StatusChanged,
    TagDeleted,
    TagSet,
)
from penstock.entities.run import Run
from penstock.errors import InvalidParameter, NotFound
from penstock.operations.experiments import DeleteExperiment, GetExperimentByName
from penstock.operations.records import AppendRecords, GetSeriesSummaries, ListEvents, RecordsAppended
from penstock.operations.runs import GetMetricHistory, GetRun, LogParam
from penstock.service.handle import Service

NOW = 1_700_000_000_000
RUN = new_run_id()
START = RunStarted(NOW, experiment_name="garden", run_name="rose", user_id="eve", tags={"colour": "red"})


def append(service: Service, *records: Record, first: int = 0, writer: str = "w", run_id: str = RUN) -> RecordsAppended:
    return service.send(AppendRecords(run_id=run_id, writer=writer, first_seq=first, records=list(records)))


def run(service: Service) -> Run:
    return service.send(GetRun(run_id=RUN)).run


def steps(service: Service, key: str = "loss") -> list[int]:
    return [point.step for point in service.send(GetMetricHistory(run_id=RUN, metric_key=key)).metrics]


def points(*numbers: int) -> list[MetricLogged]:
    return [MetricLogged("loss", float(number), NOW + number, number) for number in numbers]


def test_a_start_makes_the_run_and_its_experiment(service: Service) -> None:
    answer = append(service, START)
    experiment = service.send(GetExperimentByName(experiment_name="garden")).experiment
    assert answer == RecordsAppended(1, experiment.experiment_id)
    found = run(service)
    assert (found.info.run_name, found.info.user_id, found.info.status) == ("rose", "eve", "RUNNING")
    assert found.info.artifact_uri == f"mlflow-artifacts:/{experiment.experiment_id}/{RUN}/artifacts"
    assert found.data.tags == {"colour": "red", "mlflow.runName": "rose"}


def test_a_start_without_a_name_gets_one(service: Service) -> None:
    append(service, RunStarted(NOW))
    assert run(service).info.run_name == run(service).data.tags["mlflow.runName"] != ""


def test_everything_a_run_says_arrives(service: Service) -> None:
    append(
        service,
        START,
        *points(1, 2),
        ParamLogged("lr", "0.1"),
        TagSet("colour", "blue"),
        TagSet("gone", "x"),
        TagDeleted("gone"),
        TagDeleted("never there"),
        ArtifactLogged("model/a.bin", 3, "ab" * 32),
        StatusChanged("FINISHED", NOW + 9),
    )
    found = run(service)
    assert steps(service) == [1, 2]
    assert found.data.params == {"lr": "0.1"}
    assert found.data.tags == {"colour": "blue", "mlflow.runName": "rose"}
    assert (found.info.status, found.info.end_time) == ("FINISHED", NOW + 9)


def test_a_batch_sent_again_changes_nothing(service: Service) -> None:
    batch: tuple[Record, ...] = (START, *points(1, 2, 3), TagSet("a", "1"))
    first = append(service, *batch)
    append(service, TagSet("a", "2"), first=5)
    assert append(service, *batch) == RecordsAppended(6, first.experiment_id)
    assert (steps(service), run(service).data.tags["a"]) == ([1, 2, 3], "2")


def test_a_batch_that_overlaps_adds_only_what_is_new(service: Service) -> None:
    append(service, START, *points(1, 2))
    assert append(service, *points(2, 3, 4), first=2).next_seq == 5
    assert steps(service) == [1, 2, 3, 4]


def test_a_gap_is_refused_and_nothing_is_stored(service: Service) -> None:
    append(service, START)
    with pytest.raises(InvalidParameter, match="must go on at record 1"):
        append(service, *points(1), first=2)
    assert steps(service) == []


def test_two_writers_of_one_run_do_not_disturb_each_other(service: Service) -> None:
    append(service, START, *points(1))
    append(service, *points(2), writer="other")
    append(service, *points(3), first=2)
    assert steps(service) == [1, 2, 3]


def test_records_of_an_unknown_run_are_refused(service: Service) -> None:
    with pytest.raises(NotFound):
        append(service, *points(1))


@pytest.mark.parametrize(
    ("bad", "sign"),
    [
        (ParamLogged("lr", "0.2"), "'0.1' already"),
        (ParamLogged("../lr", "0.2"), "normal relative path"),
        (TagSet("", "x"), "must not be empty"),
        (TagSet("note", "x" * 70_000), "70000 characters"),
        (MetricLogged("a//b", 1.0, NOW), "normal relative path"),
        (MetricLogged("early", 1.0, -5), "negative timestamps"),
        (StatusChanged("ASLEEP"), "not a status"),
    ],
)
def test_a_refused_record_is_named_and_the_rest_is_kept(service: Service, bad: Record, sign: str) -> None:
    answer = append(service, START, ParamLogged("lr", "0.1"), bad, *points(1), TagSet("after", "1"))
    (line,) = answer.refused
    assert sign in line
    assert answer.next_seq == 5
    found = run(service)
    assert (steps(service), found.data.params, found.data.tags["after"]) == ([1], {"lr": "0.1"}, "1")


def test_a_run_whose_experiment_is_unknown_goes_to_the_default_one(service: Service) -> None:
    answer = append(service, RunStarted(NOW, experiment_id="77"))
    assert "default" in answer.refused[0]
    assert run(service).info.experiment_id == "0"


def test_a_deleted_experiment_still_takes_its_runs(service: Service) -> None:
    append(service, START)
    service.send(DeleteExperiment(experiment_id=run(service).info.experiment_id))
    append(service, *points(1), first=1)
    assert steps(service) == [1]


def test_a_resumed_run_runs_again_and_keeps_what_it_had(service: Service) -> None:
    append(service, START, ParamLogged("lr", "0.1"), *points(1), StatusChanged("FAILED", NOW + 5))
    append(service, RunStarted(NOW + 9, tags={"try": "2"}, resumed=True), *points(2), writer="second")
    found = run(service)
    assert (found.info.status, found.info.end_time, found.info.start_time) == ("RUNNING", 0, NOW)
    assert (found.info.run_name, found.data.tags["try"], steps(service)) == ("rose", "2", [1, 2])


def test_a_tag_that_is_the_name_renames_the_run(service: Service) -> None:
    append(service, START, TagSet("mlflow.runName", "tulip"), StatusChanged("FINISHED", NOW))
    assert (run(service).info.run_name, run(service).info.status) == ("tulip", "FINISHED")


def test_infinity_is_kept_as_the_largest_number(service: Service) -> None:
    append(service, START, MetricLogged("loss", float("-inf"), NOW, 1), MetricLogged("loss", 1.0, NOW, 2))
    (series,) = service.send(GetSeriesSummaries(run_id=RUN)).series
    assert series.least is not None
    assert series.least.value == -1.7976931348623157e308


def test_what_happened_is_told_in_order(service: Service) -> None:
    append(service, START, StatusChanged("FINISHED", NOW))
    kinds = [event.kind for event in service.send(ListEvents()).events]
    assert kinds == ["experiment.created", "run.started", "run.status"]


def test_params_of_journals_and_of_calls_are_the_same_params(service: Service) -> None:
    append(service, START, ParamLogged("lr", "0.1"))
    service.send(LogParam(run_id=RUN, key="lr", value="0.1"))
    with pytest.raises(InvalidParameter, match="not allowed"):
        service.send(LogParam(run_id=RUN, key="lr", value="0.3"))
