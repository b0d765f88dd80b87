"""Points a second from the first call to the moment the store has them all.

usage: python ingest_penstock.py URI POINTS POINTS_A_CALL
"""

import json
import sys
import time

import penstock

uri, points, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
penstock.set_tracking_uri(uri)
penstock.set_experiment("ingest")
run_id = penstock.start_run().info.run_id
penstock.log_metric("warm", 1.0)
penstock.flush(timeout=300)

keys = [f"m{number}" for number in range(width)]
log_metric, log_metrics = penstock.log_metric, penstock.log_metrics
start = time.perf_counter()
if width == 1:
    for step in range(points):
        log_metric("m0", step * 0.5, step=step)
else:
    for step in range(points // width):
        value = step * 0.5
        log_metrics(dict.fromkeys(keys, value), step=step)
logged = time.perf_counter() - start
penstock.flush(timeout=300)
seconds = time.perf_counter() - start
penstock.end_run()

client = penstock.Client()
kept = sum(len(client.get_metric_history(run_id, key)) for key in keys)
print(json.dumps({"points_per_s": points / seconds, "calls_s": logged, "seconds": seconds, "all_kept": kept == points}))
