"""What one log_metric call costs a training loop that does nothing else, and whether every point was kept once.

usage: python log_call.py penstock|mlflow URI COUNT
"""

import importlib
import json
import sys
import time

library, uri, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
tracking = importlib.import_module(library)
tracking.set_tracking_uri(uri)
tracking.set_experiment("log-call")
run_id = tracking.start_run().info.run_id

log_metric, clock, times = tracking.log_metric, time.perf_counter, []
log_metric("warm", 1.0, step=0)
for step in range(count):
    start = clock()
    log_metric("loss", step * 0.5, step=step)
    times.append(clock() - start)
start = clock()
tracking.end_run()
if library == "penstock":
    tracking.flush(timeout=300)
finish = clock() - start

client = tracking.Client() if library == "penstock" else tracking.MlflowClient()
kept = [(point.step, point.value) for point in client.get_metric_history(run_id, "loss")]
times.sort()
result = {
    "p50_us": times[count // 2] * 1e6,
    "p99_us": times[count * 99 // 100] * 1e6,
    "max_us": times[-1] * 1e6,
    "mean_us": sum(times) / count * 1e6,
    "finish_s": finish,
    "all_kept_once": sorted(kept) == [(step, step * 0.5) for step in range(count)],
}
print(json.dumps(result))
