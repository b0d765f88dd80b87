"""MLflow's own client against any server: single calls, batches, whole runs.

usage: python published_client.py URI SINGLES BATCHES RUNS
"""

import json
import statistics
import sys
import time

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

uri, (singles, batches, runs) = sys.argv[1], map(int, sys.argv[2:5])
client, clock = MlflowClient(uri), time.perf_counter
experiment = client.create_experiment(f"published-{time.time_ns()}")
run_id = client.create_run(experiment).info.run_id
now = time.time_ns() // 1_000_000

calls = []
for step in range(singles):
    start = clock()
    client.log_metric(run_id, "single", 0.1, step=step)
    calls.append(clock() - start)

points = [[Metric("loss", step * 0.1, now, step) for step in range(n * 1000, n * 1000 + 1000)] for n in range(batches)]
start = clock()
for batch in points:
    client.log_batch(run_id, metrics=batch)
batch_seconds = clock() - start

start = clock()
for run in range(runs):
    run_id = client.create_run(experiment).info.run_id
    metrics = [Metric(f"m{k}", (run * 7 + k) % 1000 / 1000, now, 0) for k in range(10)]
    params = [Param(f"p{k}", str((run + k) % 50)) for k in range(10)]
    client.log_batch(run_id, metrics=metrics, params=params, tags=[RunTag(f"t{k}", "1") for k in range(5)])
    client.set_terminated(run_id)
runs_seconds = clock() - start

result = {
    "log_metric_ms": statistics.median(calls) * 1e3,
    "points_per_s": batches * 1000 / batch_seconds,
    "runs_per_s": runs / runs_seconds,
}
print(json.dumps(result))
