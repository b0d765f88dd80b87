import inspect
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import penstock
from penstock.client.session import Session
from penstock.entities.experiment import ViewType
from penstock.errors import AlreadyExists, InvalidParameter, InvalidState, NotFound

pytestmark = pytest.mark.usefixtures("session")


def some_runs() -> list[str]:
    penstock.set_experiment("some")
    ids: list[str] = []
    for number in range(3):
        with penstock.start_run(run_name=f"run{number}", tags={"number": number}) as run:
            penstock.log_param("half", number / 2)
            penstock.log_metric("loss", 1.0 - number)
        ids.append(run.info.run_id)
    return ids


def test_an_experiment_is_made_when_it_is_missing() -> None:
    made = penstock.set_experiment("new")
    assert penstock.get_experiment_by_name("new") == penstock.get_experiment(made.experiment_id)
    assert penstock.set_experiment("new").experiment_id == made.experiment_id
    assert penstock.set_experiment(experiment_id=made.experiment_id).name == "new"


def test_a_deleted_experiment_is_not_chosen() -> None:
    made = penstock.create_experiment("gone", tags={"k": 1})
    penstock.delete_experiment(made)
    with pytest.raises(InvalidState, match="restore_experiment"):
        penstock.set_experiment("gone")
    with pytest.raises(AlreadyExists):
        penstock.create_experiment("gone")
    penstock.restore_experiment(made)
    assert penstock.set_experiment("gone").tags == {"k": "1"}


@pytest.mark.parametrize("arguments", [{}, {"experiment_name": "a", "experiment_id": "1"}])
def test_an_experiment_is_named_in_one_way(arguments: dict[str, str]) -> None:
    with pytest.raises(InvalidParameter, match="either"):
        penstock.set_experiment(**arguments)


def test_what_is_not_there_is_not_found() -> None:
    assert penstock.get_experiment_by_name("no") is None
    for look in (penstock.get_experiment, penstock.delete_experiment):
        with pytest.raises(NotFound):
            look("77")
    for look_run in (penstock.get_run, penstock.delete_run, penstock.get_parent_run):
        with pytest.raises(NotFound):
            look_run("0" * 32)


def test_experiments_are_found_and_tagged() -> None:
    penstock.create_experiment("vision")
    penstock.set_experiment("text")
    penstock.set_experiment_tag("team", "a")
    found = penstock.search_experiments(filter_string="tags.team = 'a'")
    assert [each.name for each in found] == ["text"]
    assert {each.name for each in penstock.search_experiments()} == {"Default", "text", "vision"}
    assert len(penstock.search_experiments(max_results=2)) == 2


def test_runs_are_found_as_a_frame() -> None:
    ids = some_runs()
    frame = penstock.search_runs(filter_string="metrics.loss < 1", order_by=["metrics.loss ASC"])
    assert list(frame["run_id"]) == [ids[2], ids[1]]
    assert list(frame["metrics.loss"]) == [-1.0, 0.0]
    assert list(frame["params.half"]) == ["1.0", "0.5"]
    assert list(frame["tags.mlflow.runName"]) == ["run2", "run1"]
    assert list(frame["status"]) == ["FINISHED"] * 2
    assert isinstance(frame["start_time"].dtype, pd.DatetimeTZDtype)
    assert list(frame.columns[:6]) == ["run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time"]


def test_what_a_run_does_not_have_is_missing_in_the_frame() -> None:
    some_runs()
    run = penstock.start_run()
    frame = penstock.search_runs(filter_string=f"attributes.run_id = '{run.info.run_id}'")
    assert frame["end_time"].isna().all()
    with pytest.raises(KeyError):
        frame["metrics.loss"]


def test_an_empty_search_is_an_empty_frame() -> None:
    assert len(penstock.search_runs(filter_string="metrics.loss < -100")) == 0


def test_runs_are_found_as_a_list_in_many_places() -> None:
    ids = some_runs()
    experiment = penstock.get_experiment_by_name("some")
    assert experiment is not None
    for where in (
        {"experiment_names": ["some", "no such"]}, {"experiment_ids": [experiment.experiment_id]},
        {"search_all_experiments": True}, {},
    ):  # fmt: skip
        found = penstock.search_runs(output_format="list", **where)
        assert {run.info.run_id for run in found} == set(ids)
    assert len(penstock.search_runs(output_format="list", max_results=2)) == 2
    assert penstock.search_runs(output_format="list", run_view_type=ViewType.DELETED_ONLY) == []


@pytest.mark.parametrize(
    "arguments",
    [{"output_format": "csv"}, {"experiment_ids": ["0"], "search_all_experiments": True}, {"filter_string": "loss <"}],
)
def test_a_search_that_cannot_be_understood_raises(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        penstock.search_runs(**arguments)


def test_runs_go_where_they_are_sent(tmp_path: Path) -> None:
    penstock.set_tracking_uri(f"sqlite:///{tmp_path}/a/b.db")
    assert penstock.get_tracking_uri() == f"sqlite:///{tmp_path}/a/b.db"
    with penstock.start_run() as first:
        penstock.log_text("x", "a.txt")
    penstock.set_tracking_uri(tmp_path / "c")
    with penstock.start_run() as second:
        pass
    assert penstock.flush()
    assert penstock.Client(f"sqlite:///{tmp_path}/a/b.db").get_run(first.info.run_id).info.status == "FINISHED"
    assert penstock.get_run(second.info.run_id).info.status == "FINISHED"
    assert (tmp_path / "a" / "b.artifacts" / "0" / first.info.run_id / "artifacts" / "a.txt").read_text() == "x"
    assert list((tmp_path / "a" / "b.journal").iterdir()) == []


@pytest.mark.parametrize("uri", ["ftp://host", "http://", "http://host:notaport", "databricks://x", "http://h?q=1"])
def test_an_address_that_is_none_is_refused_at_once(uri: str) -> None:
    with pytest.raises(InvalidParameter):
        penstock.set_tracking_uri(uri)


def test_a_client_asks_by_itself() -> None:
    client = penstock.Client()
    experiment = client.create_experiment("by client")
    run_id = client.create_run(experiment, run_name="x", tags={"a": 1}).info.run_id
    client.log_metric(run_id, "m", 1, step=2)
    client.log_param(run_id, "p", 3)
    client.set_tag(run_id, "t", 4)
    client.log_batch(run_id, [penstock.Metric("n", 2.0, 5, 6)], [penstock.Param("q", "r")], [penstock.RunTag("u", "v")])
    client.delete_tag(run_id, "t")
    with pytest.raises(InvalidParameter):
        client.log_param(run_id, "p", 4)
    client.set_terminated(run_id, "FAILED", end_time=9)
    client.update_run(run_id, name="y")
    found = client.get_run(run_id)
    assert (found.info.status, found.info.end_time, found.info.run_name) == ("FAILED", 9, "y")
    assert (found.data.metrics, found.data.params) == ({"m": 1.0, "n": 2.0}, {"p": "3", "q": "r"})
    assert "t" not in found.data.tags
    client.rename_experiment(experiment, "renamed")
    client.set_experiment_tag(experiment, "k", 1)
    client.delete_experiment_tag(experiment, "k")
    assert client.get_experiment(experiment).name == "renamed"


def test_a_client_searches_page_by_page() -> None:
    ids = some_runs()
    client = penstock.Client()
    experiment = client.get_experiment_by_name("some")
    assert experiment is not None
    first = client.search_runs([experiment.experiment_id], max_results=2)
    second = client.search_runs([experiment.experiment_id], max_results=2, page_token=first.token)
    assert [run.info.run_id for run in [*first, *second]] == ids[::-1]
    assert second.token == ""


def test_reading_sees_what_was_just_logged(session: Session) -> None:
    with penstock.start_run() as run:
        for step in range(100):
            penstock.log_metric("m", step, step=step)
            assert step % 25 or penstock.get_run(run.info.run_id).data.metrics == {"m": float(step)}
    assert session.open_runs == []


def test_every_name_has_the_arguments_that_users_of_mlflow_know() -> None:
    known = {
        "start_run": ["run_id", "experiment_id", "run_name", "nested", "parent_run_id", "tags", "description"],
        "log_metric": ["key", "value", "step", "synchronous", "timestamp", "run_id"],
        "log_metrics": ["metrics", "step", "synchronous", "run_id", "timestamp"],
        "log_artifact": ["local_path", "artifact_path", "run_id"],
        "set_experiment": ["experiment_name", "experiment_id"],
        "search_runs": [
            "experiment_ids", "filter_string", "run_view_type", "max_results", "order_by", "output_format",
            "search_all_experiments", "experiment_names",
        ],
    }  # fmt: skip
    assert {name: list(inspect.signature(getattr(penstock, name)).parameters) for name in known} == known
