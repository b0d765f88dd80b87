"""A training process dies in every way there is: what it logged is kept, once, and its run says how it ended."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import penstock

LOG_UNTIL_KILLED = """
import sys, penstock
with penstock.start_run() as run:
    print(run.info.run_id, flush=True)
    step = 0
    while True:
        penstock.log_metric("m", step * 0.5, step=step)
        if step % 50 == 0:
            print(step, flush=True)
        step += 1
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts a script in an empty folder."""

    def start_script(script: str, **environment: str) -> subprocess.Popen[str]:
        values = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PENSTOCK_CAPTURE_PACKAGES": "false", **environment}
        return subprocess.Popen(
            [sys.executable, "-c", script], cwd=tmp_path, env=values, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    return start_script


def run_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> tuple[str, str]:
    output, errors = process.communicate(timeout=60)
    return output, errors


def sync(folder: Path, *options: str) -> None:
    subprocess.run([sys.executable, "-m", "penstock", "sync", *options], cwd=folder, check=True, timeout=60)


def stored(folder: Path, run_id: str) -> tuple[penstock.Run, list[int]]:
    client = penstock.Client(str(folder / ".penstock"))
    steps = [point.step for point in client.get_metric_history(run_id, "m")]
    return client.get_run(run_id), steps


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_a_run_keeps_each_point_once(start: Start, tmp_path: Path, seed: int) -> None:
    process = start(LOG_UNTIL_KILLED)
    run_id = run_of(process)
    time.sleep(random.Random(seed).uniform(0, 0.6))
    process.send_signal(signal.SIGKILL)
    output, _ = finish(process)
    said = [int(line) for line in output.splitlines() if line.isdecimal()]
    sync(tmp_path)
    run, steps = stored(tmp_path, run_id)
    assert steps == list(range(len(steps)))
    assert len(steps) > max(said, default=-1)
    assert run.info.status == "KILLED"
    assert run.info.end_time >= run.info.start_time
    assert list((tmp_path / ".penstock" / "journal").iterdir()) == []


def test_the_next_process_brings_what_a_killed_one_left(start: Start, tmp_path: Path) -> None:
    process = start(LOG_UNTIL_KILLED)
    run_id = run_of(process)
    time.sleep(0.1)
    process.kill()
    finish(process)
    finish(start("import penstock\nwith penstock.start_run(): penstock.log_metric('m', 1.0)"))
    run, steps = stored(tmp_path, run_id)
    assert steps
    assert run.info.status == "KILLED"


def test_a_killed_run_goes_on_where_it_was(start: Start, tmp_path: Path) -> None:
    process = start(LOG_UNTIL_KILLED)
    run_id = run_of(process)
    process.kill()
    finish(process)
    script = f"import penstock\nwith penstock.start_run('{run_id}'): penstock.log_metric('m', 1.0, step=1_000_000_000)"
    _, errors = finish(start(script))
    run, steps = stored(tmp_path, run_id)
    assert errors == ""
    assert run.info.status == "FINISHED"
    assert steps == [*range(len(steps) - 1), 1_000_000_000]


@pytest.mark.parametrize(
    ("ending", "status", "code"),
    [
        ("", "FINISHED", 0),
        ("raise ValueError('no')", "FAILED", 1),
        ("sys.exit(0)", "FINISHED", 0),
        ("os.kill(os.getpid(), signal.SIGTERM); time.sleep(20)", "KILLED", -signal.SIGTERM),
        ("penstock.end_run('FAILED')", "FAILED", 0),
    ],
)
def test_the_status_says_how_the_process_ended(
    start: Start, tmp_path: Path, ending: str, status: str, code: int
) -> None:
    script = "import os, signal, sys, time, penstock\nrun = penstock.start_run()\nprint(run.info.run_id, flush=True)\n"
    process = start(script + "for step in range(1000): penstock.log_metric('m', 1.0, step=step)\n" + ending)
    output, _ = finish(process)
    run, steps = stored(tmp_path, output.split()[0])
    assert (run.info.status, process.returncode, len(steps)) == (status, code, 1000)


@pytest.mark.parametrize(
    ("ending", "status"), [("1 / 0", "FAILED"), ("sys.exit(0)", "FINISHED"), ("sys.exit(3)", "FAILED")]
)
def test_the_block_says_how_the_run_ended(start: Start, tmp_path: Path, ending: str, status: str) -> None:
    script = f"import sys, penstock\nwith penstock.start_run() as run:\n  print(run.info.run_id)\n  {ending}"
    output, _ = finish(start(script))
    run, _ = stored(tmp_path, output.split()[0])
    assert run.info.status == status


def test_sigterm_in_the_middle_of_logging_loses_nothing(start: Start, tmp_path: Path) -> None:
    process = start(LOG_UNTIL_KILLED)
    run_id = run_of(process)
    time.sleep(0.2)
    process.terminate()
    output, errors = finish(process)
    said = [int(line) for line in output.splitlines() if line.isdecimal()]
    run, steps = stored(tmp_path, run_id)
    assert (run.info.status, process.returncode, errors) == ("KILLED", -signal.SIGTERM, "")
    assert steps == list(range(len(steps)))
    assert len(steps) > max(said)


def test_forked_children_log_to_their_parents_run_and_do_not_end_it(start: Start, tmp_path: Path) -> None:
    script = """
import os, penstock
with penstock.start_run() as run:
    print(run.info.run_id, flush=True)
    for step in range(500): penstock.log_metric("m", 1.0, step=step)
    children = []
    for number in range(4):
        if (child := os.fork()) == 0:
            for step in range(500): penstock.log_metric("m", 1.0, step=500 + number * 500 + step)
            penstock.log_param(f"child{number}", number)
            os._exit(0)
        children.append(child)
    for step in range(500): penstock.log_metric("m", 1.0, step=2500 + step)
    for child in children: os.waitpid(child, 0)
    assert penstock.get_run(run.info.run_id).info.status == "RUNNING"
"""
    output, errors = finish(start(script))
    run, steps = stored(tmp_path, output.split()[0])
    assert errors == ""
    assert sorted(steps) == list(range(3000))
    assert run.info.status == "FINISHED"
    assert run.data.params == {f"child{number}": str(number) for number in range(4)}


def test_children_of_multiprocessing_log_to_the_run_they_were_started_in(start: Start, tmp_path: Path) -> None:
    script = """
import multiprocessing, penstock
def work(number):
    for step in range(100): penstock.log_metric("m", 1.0, step=number * 100 + step)
with penstock.start_run() as run:
    print(run.info.run_id, flush=True)
    processes = [multiprocessing.get_context("fork").Process(target=work, args=(number,)) for number in range(3)]
    for process in processes: process.start()
    for process in processes: process.join()
"""
    output, errors = finish(start(script))
    run, steps = stored(tmp_path, output.split()[0])
    assert errors == ""
    assert sorted(steps) == list(range(300))
    assert run.info.status == "FINISHED"


def test_a_child_that_leaves_through_its_parents_block_does_not_end_the_run(start: Start, tmp_path: Path) -> None:
    script = """
import os, sys, penstock
child = 0
with penstock.start_run() as run:
    child = os.fork()
    if child == 0:
        penstock.log_metric("m", 1.0, step=1)
        sys.exit(3)
    os.waitpid(child, 0)
    print(run.info.run_id, penstock.get_run(run.info.run_id).info.status)
"""
    output, _ = finish(start(script))
    run_id, status = output.split()
    run, steps = stored(tmp_path, run_id)
    assert (status, run.info.status, steps) == ("RUNNING", "FINISHED", [1])


def test_many_processes_share_one_folder(start: Start, tmp_path: Path) -> None:
    script = """
import penstock
penstock.set_experiment("together")
with penstock.start_run():
    for step in range(500): penstock.log_metric("m", 1.0, step=step)
"""
    processes = [start(script) for _ in range(6)]
    errors = [finish(process)[1] for process in processes]
    client = penstock.Client(str(tmp_path / ".penstock"))
    experiment = client.get_experiment_by_name("together")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    assert errors == [""] * 6
    assert [run.info.status for run in runs] == ["FINISHED"] * 6
    assert all(len(client.get_metric_history(run.info.run_id, "m")) == 500 for run in runs)


def test_the_environment_names_the_run_to_go_on_with_once(start: Start, tmp_path: Path) -> None:
    output, _ = finish(start("import penstock\nwith penstock.start_run() as run: print(run.info.run_id)"))
    run_id = output.strip()
    script = """
import penstock
with penstock.start_run() as run: print(run.info.run_id)
with penstock.start_run() as run: print(run.info.run_id)
"""
    output, _ = finish(start(script, MLFLOW_RUN_ID=run_id))
    first, second = output.split()
    assert first == run_id
    assert second != run_id
