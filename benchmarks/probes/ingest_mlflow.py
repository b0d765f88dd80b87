"""Points a second of MLflow's fastest way: log_batch with as many points as it takes at once.

usage: python ingest_mlflow.py URI POINTS
"""

import json
import sys
import time

from mlflow import MlflowClient
from mlflow.entities import Metric

uri, points, width = sys.argv[1], int(sys.argv[2]), 1000
client = MlflowClient(uri)
run_id = client.create_run(client.create_experiment("ingest")).info.run_id
now = time.time_ns() // 1_000_000
client.log_batch(run_id, metrics=[Metric("warm", 1.0, now, 0)])

start = time.perf_counter()
for first in range(0, points, width):
    client.log_batch(run_id, metrics=[Metric("m0", step * 0.5, now, step) for step in range(first, first + width)])
seconds = time.perf_counter() - start
kept = len(client.get_metric_history(run_id, "m0"))
print(json.dumps({"points_per_s": points / seconds, "seconds": seconds, "all_kept": kept == points}))
