"""Thirty-two trainings at once in one folder, and nobody is in anybody's way."""

import subprocess
import sys
from pathlib import Path

import penstock

PROCESSES = 32
STEPS = 200

WORKER = """
import sys, penstock
worker = int(sys.argv[1])
penstock.set_experiment("crowd")
for part in range(2):
    with penstock.start_run(run_name=f"{worker}-{part}"):
        penstock.log_param("worker", worker)
        for step in range(int(sys.argv[2])):
            penstock.log_metric("loss", worker + step / 1000, step=step)
        penstock.log_text("done", "notes.txt")
"""


def test_many_processes_share_one_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", WORKER]
    workers = [
        subprocess.Popen([*command, str(n), str(STEPS)], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        for n in range(PROCESSES)
    ]
    complaints = [worker.communicate(timeout=150)[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * PROCESSES, complaints
    assert complaints == [""] * PROCESSES

    client = penstock.Client(str(tmp_path / ".penstock"))
    crowd = [found for found in client.search_experiments() if found.name == "crowd"]
    assert len(crowd) == 1
    runs = client.search_runs([crowd[0].experiment_id], max_results=1000)
    assert sorted(run.info.run_name for run in runs) == sorted(f"{n}-{p}" for n in range(PROCESSES) for p in range(2))
    for run in runs:
        worker = int(run.data.params["worker"])
        curve = client.get_metric_history(run.info.run_id, "loss")
        assert [(point.step, point.value) for point in curve] == [(s, worker + s / 1000) for s in range(STEPS)]
        assert run.info.status == "FINISHED"
        assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["notes.txt"]
    assert not list((tmp_path / ".penstock" / "journal").glob("*.journal"))
