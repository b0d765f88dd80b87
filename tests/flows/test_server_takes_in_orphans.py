"""A training is killed outright; the server that is started on its folder shows all it had logged."""

import subprocess
import sys
import time
from pathlib import Path

import penstock
from tests.conftest import StartServer

TRAINING = """
import os, signal, penstock
with penstock.start_run(run_name="killed"):
    for step in range(5000):
        penstock.log_metric("loss", step * 0.5, step=step)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_server_takes_in_what_a_killed_training_left(start_server: StartServer, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", TRAINING], cwd=tmp_path, check=False)
    journals = tmp_path / ".penstock" / "journal"
    assert list(journals.glob("*.journal"))
    server = start_server(folder=tmp_path / ".penstock")
    client = penstock.Client(server.url)
    deadline = time.monotonic() + 15
    while list(journals.glob("*.journal")) and time.monotonic() < deadline:
        time.sleep(0.1)
    (run,) = client.search_runs(["0"])
    assert (run.info.run_name, run.info.status) == ("killed", "KILLED")
    curve = client.get_metric_history(run.info.run_id, "loss")
    assert [(point.step, point.value) for point in curve] == [(step, step * 0.5) for step in range(5000)]
