"""Log one run with a loss curve such as training gives: falling, noisy, float32, a point about every 50 ms.

usage: python noisy_curve.py penstock|mlflow URI POINTS
"""

import json
import math
import random
import struct
import sys
from collections.abc import Iterator

library, uri, points = sys.argv[1], sys.argv[2], int(sys.argv[3])
START = 1_790_000_000_000


def curve() -> Iterator[tuple[int, int, float]]:
    """Step, milliseconds and value of each point; the same at every call."""
    chance = random.Random(7)
    moment = float(START)
    for step in range(points):
        moment += max(chance.gauss(50.0, 2.0), 0.0)
        value = 2.0 * math.exp(-3.0 * step / points) + chance.gauss(0.0, 0.1)
        yield step, int(moment), struct.unpack("f", struct.pack("f", value))[0]


if library == "penstock":
    import penstock

    penstock.set_tracking_uri(uri)
    penstock.set_experiment("curve")
    with penstock.start_run() as run:
        for step, moment, value in curve():
            penstock.log_metric("loss", value, step=step, timestamp=moment)
    penstock.flush(timeout=300)
    run_id = run.info.run_id
else:
    import mlflow
    from mlflow.entities import Metric

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("curve")
    with mlflow.start_run() as run:
        run_id = run.info.run_id
        metrics = [Metric("loss", value, moment, step) for step, moment, value in curve()]
        for first in range(0, points, 1000):
            mlflow.MlflowClient().log_batch(run_id, metrics=metrics[first : first + 1000])
print(json.dumps({"run_id": run_id}))
