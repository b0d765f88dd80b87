"""`penstock demo` in the form for scripts: real models, in the store, with curves and files."""

import subprocess
import sys
from pathlib import Path

import penstock


def test_the_demo_leaves_real_runs_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "penstock", "demo", "--no-browser", "--exit", "--runs", "2", "--dir", "runs"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "Watch it at http://127.0.0.1:" in result.stdout

    client = penstock.Client(str(tmp_path / "runs"))
    experiments = {found.name: found.experiment_id for found in client.search_experiments()}
    (digits,) = client.search_runs([experiments["digits classification"]])
    (diabetes,) = client.search_runs([experiments["diabetes regression"]])
    assert digits.info.status == diabetes.info.status == "FINISHED"
    assert len(client.get_metric_history(digits.info.run_id, "test/loss")) == 200
    assert len(client.get_metric_history(diabetes.info.run_id, "test/mse")) == 300
    assert digits.data.metrics["test/accuracy"] > 0.5
    plots = [file.path for file in client.list_artifacts(digits.info.run_id, "plots")]
    assert plots == ["plots/confusion_matrix.png"]
    (model,) = client.list_artifacts(digits.info.run_id, "model")
    assert model.path == "model/model.joblib"
