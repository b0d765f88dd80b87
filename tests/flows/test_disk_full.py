"""The disk fills up while a training logs: one warning of each kind, the training goes on, and with room again nothing is missing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

STEPS = 150_000

TRAINING = """
import json, os, sys, time
import penstock

folder, steps = sys.argv[1], int(sys.argv[2])
os.chdir(folder)

def fill():
    with open("ballast", "wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(512))
        except OSError:
            pass

with penstock.start_run() as run:
    for step in range(steps):
        if step == steps // 3:
            penstock.flush()
            fill()
        if step == 2 * steps // 3:
            time.sleep(1)
            os.remove("ballast")
        penstock.log_metric("loss", step * 0.5, step=step)
penstock.flush()
client = penstock.Client()
points = client.get_metric_history(run.info.run_id, "loss")
print(json.dumps({
    "whole": [(p.step, p.value) for p in points] == [(s, s * 0.5) for s in range(steps)],
    "count": len(points),
    "status": client.get_run(run.info.run_id).info.status,
}))
"""

NAMESPACE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
SMALL_DISK = 'mount -t tmpfs -o size=12m tmpfs "$1" && exec "$2" -c "$3" "$1" "$4"'


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    trial = [*NAMESPACE, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    return subprocess.run(trial, check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="a small disk to fill needs a mount namespace, which this machine refuses")
def test_a_training_survives_a_full_disk(tmp_path: Path) -> None:
    command = [*NAMESPACE, "sh", "-c", SMALL_DISK, "sh", str(tmp_path), sys.executable, TRAINING, str(STEPS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["count"], found["whole"], found["status"]) == (STEPS, True, "FINISHED")
    assert result.stderr.count("Penstock cannot write to") == 1, result.stderr
    assert result.stderr.count("The disk under the store is full") <= 1, result.stderr
