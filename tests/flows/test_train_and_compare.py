"""The main story, through the public face alone: train some models, compare them, fetch what the best one left."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock
from tests.conftest import RunningServer

STEPS = 300


@pytest.fixture(params=["embedded", "server"])
def tracking_uri(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "server":
        server: RunningServer = request.getfixturevalue("server")
        uri = server.url
    else:
        uri = str(tmp_path / "store")
    before = penstock.get_tracking_uri()
    penstock.set_tracking_uri(uri)
    yield uri
    penstock.set_tracking_uri(before)


def train(rate: float) -> str:
    with penstock.start_run(run_name=f"rate {rate}", tags={"team": "flows"}) as run:
        penstock.log_params({"rate": rate, "optimizer": "sgd"})
        for step in range(STEPS):
            penstock.log_metrics({"loss": math.exp(-rate * step), "accuracy": 1 - math.exp(-rate * step)}, step=step)
        penstock.log_text(f"rate was {rate}", "notes/rate.txt")
    return run.info.run_id


def test_models_are_trained_and_the_best_is_found(
    tracking_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_JOURNAL_DIR", str(tmp_path / "journal"))
    experiment = penstock.set_experiment("compare")
    runs = {rate: train(rate) for rate in (0.001, 0.01, 0.1)}

    found = penstock.search_runs(
        [experiment.experiment_id],
        "metrics.loss < 0.5 AND tags.team = 'flows'",
        order_by=["metrics.loss"],
        output_format="list",
    )
    assert [run.info.run_id for run in found] == [runs[0.1], runs[0.01]]
    best = found[0]
    assert best.info.status == "FINISHED"
    assert best.data.params == {"rate": "0.1", "optimizer": "sgd"}
    assert best.data.metrics["loss"] == math.exp(-0.1 * (STEPS - 1))

    client = penstock.Client(tracking_uri)
    curve = client.get_metric_history(best.info.run_id, "loss")
    assert [(point.step, point.value) for point in curve] == [(step, math.exp(-0.1 * step)) for step in range(STEPS)]
    assert [file.path for file in client.list_artifacts(best.info.run_id, "notes")] == ["notes/rate.txt"]
    local = client.download_artifacts(best.info.run_id, "notes/rate.txt", str(tmp_path))
    assert Path(local).read_text() == "rate was 0.1"


def test_a_run_that_breaks_is_kept_as_failed(
    tracking_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_JOURNAL_DIR", str(tmp_path / "journal"))
    penstock.set_experiment("break")
    with pytest.raises(ZeroDivisionError), penstock.start_run() as run:
        penstock.log_metric("loss", 1.0)
        _ = 1 / 0
    kept = penstock.get_run(run.info.run_id)
    assert kept.info.status == "FAILED"
    assert kept.data.metrics == {"loss": 1.0}
