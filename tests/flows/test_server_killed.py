"""The server dies without a word while many write, and comes back: what it acknowledged is there, once."""

import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import penstock
from tests.conftest import RunningServer, StartServer

WRITERS = 8
KILLS = 4

TRAINING = """
import sys, time, penstock
penstock.set_tracking_uri(sys.argv[1])
penstock.set_experiment("shaken")
with penstock.start_run(run_name=sys.argv[2]):
    end = time.monotonic() + float(sys.argv[3])
    step = 0
    while time.monotonic() < end:
        for _ in range(50):
            penstock.log_metric("loss", step * 0.5, step=step)
            step += 1
        time.sleep(0.005)
    penstock.log_param("steps", step)
"""


def restart(start_server: StartServer, server: RunningServer) -> RunningServer:
    server.process.kill()
    server.process.wait()
    return start_server(folder=server.folder, port=int(server.url.rsplit(":", 1)[1]))


def test_trainings_go_on_while_the_server_dies_and_comes_back(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server()
    journal = {**os.environ, "PENSTOCK_JOURNAL_DIR": str(tmp_path / "journal"), "PENSTOCK_FLUSH_TIMEOUT": "60"}
    trainings = [
        subprocess.Popen([sys.executable, "-c", TRAINING, server.url, str(n), "6"], cwd=tmp_path, env=journal)
        for n in range(WRITERS)
    ]
    dice = random.Random(5)
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.5, 1.5))
        server = restart(start_server, server)
    assert [training.wait(timeout=120) for training in trainings] == [0] * WRITERS

    client = penstock.Client(server.url)
    experiment = client.get_experiment_by_name("shaken")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    assert sorted(run.info.run_name for run in runs) == [str(n) for n in range(WRITERS)]
    for run in runs:
        steps = int(run.data.params["steps"])
        curve = client.get_metric_history(run.info.run_id, "loss")
        assert [(point.step, point.value) for point in curve] == [(s, s * 0.5) for s in range(steps)]
        assert run.info.status == "FINISHED"


def post(url: str, path: str, **fields: object) -> dict[str, object]:
    body = json.dumps(fields).encode()
    request = urllib.request.Request(f"{url}/api/2.0/mlflow/{path}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def test_what_a_plain_client_was_told_is_stored_is_stored_whole(start_server: StartServer) -> None:
    """Batches by REST, without a journal: all of an acknowledged one, all or nothing of one that was cut off."""
    server = start_server()
    run = penstock.Client(server.url).create_run("0")
    acknowledged: list[list[int]] = [[] for _ in range(WRITERS)]
    stop = threading.Event()

    def write(writer: int) -> None:
        batch = 0
        while not stop.is_set():
            points = [
                {"key": f"w{writer}", "value": 1.0, "timestamp": batch, "step": batch * 20 + i} for i in range(20)
            ]
            try:
                post(server.url, "runs/log-batch", run_id=run.info.run_id, metrics=points)
            except OSError:
                time.sleep(0.02)
                batch += 1
                continue
            acknowledged[writer].append(batch)
            batch += 1

    threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(0.7)
        server = restart(start_server, server)
    time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join()

    client = penstock.Client(server.url)
    for writer, batches in enumerate(acknowledged):
        assert len(batches) > KILLS
        steps = {point.step for point in client.get_metric_history(run.info.run_id, f"w{writer}")}
        stored = {step // 20 for step in steps}
        assert set(batches) <= stored
        assert steps == {batch * 20 + i for batch in stored for i in range(20)}
