"""Runs in the environment of the published `mlflow` client: create, log, search, artifacts, against a server.

python published_round_trip.py URL FOLDER
"""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient


def main(url: str, folder: Path) -> None:
    mlflow.set_tracking_uri(url)
    client = MlflowClient()
    experiment_id = experiments(client)
    run_id = fluent(folder)
    history(client, run_id)
    batches(client, experiment_id)
    search(experiment_id)
    artifacts(client, run_id, folder)
    lifecycle(client, experiment_id, run_id)


@contextmanager
def refused(error_code: str) -> Iterator[None]:
    try:
        yield
    except MlflowException as error:
        if error.error_code != error_code:
            raise
    else:
        raise AssertionError(f"This should have been refused with {error_code}.")


def experiments(client: MlflowClient) -> str:
    experiment = mlflow.set_experiment("round trip")
    mlflow.set_experiment_tag("team", "vision")
    assert client.get_experiment_by_name("round trip").experiment_id == experiment.experiment_id
    assert client.get_experiment(experiment.experiment_id).tags == {"team": "vision"}
    assert client.get_experiment_by_name("nobody") is None
    assert [found.name for found in client.search_experiments(filter_string="name LIKE 'round%'")] == ["round trip"]
    with refused("RESOURCE_ALREADY_EXISTS"):
        client.create_experiment("round trip")
    return str(experiment.experiment_id)


def fluent(folder: Path) -> str:
    notes = folder / "notes with space.txt"
    notes.write_text("hello")
    with mlflow.start_run(run_name="first", tags={"kind": "demo"}, description="what it is") as run:
        mlflow.log_params({"rate": 0.1, "depth": 3})
        for step in range(50):
            mlflow.log_metrics({"loss": 1 / (step + 1), "accuracy": step / 50}, step=step)
        mlflow.log_metric("odd", math.nan)
        mlflow.log_metric("endless", math.inf)
        mlflow.set_tag("note", "größe ✓")
        mlflow.log_artifact(str(notes), "docs")
        mlflow.log_text("text", "deep/er/file.txt")
        mlflow.log_dict({"a": [1, 2]}, "config.json")
        with mlflow.start_run(run_name="child", nested=True) as child:
            mlflow.log_metric("loss", 9.0)
    found = mlflow.get_run(run.info.run_id)
    assert found.info.status == "FINISHED"
    assert found.info.run_name == "first"
    assert found.data.params == {"rate": "0.1", "depth": "3"}
    assert found.data.metrics["loss"] == 1 / 50
    assert math.isnan(found.data.metrics["odd"])
    assert found.data.metrics["endless"] == sys.float_info.max
    assert found.data.tags["note"] == "größe ✓"
    assert found.data.tags["mlflow.note.content"] == "what it is"
    assert mlflow.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == run.info.run_id
    return str(run.info.run_id)


def history(client: MlflowClient, run_id: str) -> None:
    points = client.get_metric_history(run_id, "loss")
    assert [(point.step, point.value) for point in points] == [(step, 1 / (step + 1)) for step in range(50)]
    assert client.get_metric_history(run_id, "never") == []


def batches(client: MlflowClient, experiment_id: str) -> None:
    run = client.create_run(experiment_id, run_name="batch")
    points = [Metric("many", float(n), 1_700_000_000_000 + n, n) for n in range(1000)]
    client.log_batch(run.info.run_id, metrics=points)
    client.log_batch(run.info.run_id, params=[Param("p", "x")], tags=[RunTag("t", "y")])
    client.log_param(run.info.run_id, "p", "x")
    with refused("INVALID_PARAMETER_VALUE"):
        client.log_param(run.info.run_id, "p", "z")
    client.delete_tag(run.info.run_id, "t")
    client.update_run(run.info.run_id, name="renamed")
    client.set_terminated(run.info.run_id, "FAILED")
    found = client.get_run(run.info.run_id)
    assert (found.info.status, found.info.run_name, found.data.metrics) == ("FAILED", "renamed", {"many": 999.0})
    assert "t" not in found.data.tags


def search(experiment_id: str) -> None:
    best = mlflow.search_runs([experiment_id], "metrics.loss < 1 AND params.depth = '3'", output_format="list")
    assert [run.info.run_name for run in best] == ["first"]
    ordered = mlflow.search_runs([experiment_id], order_by=["metrics.loss DESC"], output_format="list")
    assert [run.info.run_name for run in ordered] == ["child", "first", "renamed"]
    table = mlflow.search_runs(experiment_names=["round trip"])
    assert {"run_id", "metrics.loss", "params.rate", "tags.note"} <= set(table.columns)
    pages = MlflowClient().search_runs([experiment_id], max_results=2)
    rest = MlflowClient().search_runs([experiment_id], max_results=2, page_token=pages.token)
    assert (len(pages), len(rest), rest.token) == (2, 1, None)
    with refused("INVALID_PARAMETER_VALUE"):
        mlflow.search_runs([experiment_id], "metrics.loss >")


def artifacts(client: MlflowClient, run_id: str, folder: Path) -> None:
    assert [(file.path, file.is_dir) for file in client.list_artifacts(run_id)] == [
        ("config.json", False),
        ("deep", True),
        ("docs", True),
    ]
    (listed,) = client.list_artifacts(run_id, "docs")
    assert (listed.path, listed.file_size) == ("docs/notes with space.txt", 5)
    target = folder / "downloaded"
    target.mkdir()
    assert Path(client.download_artifacts(run_id, "docs/notes with space.txt", str(target))).read_text() == "hello"
    whole = Path(mlflow.artifacts.download_artifacts(run_id=run_id, dst_path=str(target / "all")))
    assert (whole / "deep" / "er" / "file.txt").read_text() == "text"
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/config.json") == {"a": [1, 2]}


def lifecycle(client: MlflowClient, experiment_id: str, run_id: str) -> None:
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    deleted = client.search_runs([experiment_id], run_view_type=ViewType.DELETED_ONLY)
    assert [run.info.run_id for run in deleted] == [run_id]
    client.restore_run(run_id)
    client.rename_experiment(experiment_id, "renamed")
    client.delete_experiment(experiment_id)
    assert client.get_experiment(experiment_id).lifecycle_stage == "deleted"
    client.restore_experiment(experiment_id)
    assert client.get_run(run_id).info.lifecycle_stage == "active"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
    sys.stdout.write("The round trip is done.\n")
