"""The published `mlflow` client, unchanged and in its own environment, works against our server."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, RunningServer

PYTHON = REPOSITORY / ".venvs" / "mlflow" / "bin" / "python"
# The client alone: what this machine's environment says of MLflow must not change the outcome.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "GIT_PYTHON_REFRESH": "quiet"}


@pytest.mark.published_client
def test_the_published_client_makes_its_round_trip(server: RunningServer, tmp_path: Path) -> None:
    assert PYTHON.exists(), "Run `make test`, which installs the published client into .venvs/mlflow."
    script = Path(__file__).with_name("published_round_trip.py")
    result = subprocess.run(
        [PYTHON, script, server.url, tmp_path],
        cwd=tmp_path, env={**ENVIRONMENT, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1] == "The round trip is done."
