"""The smallest run: two params, a curve and a file."""

import math

import penstock

penstock.set_experiment("quickstart")
with penstock.start_run(run_name="first") as run:
    penstock.log_params({"rate": 0.05, "steps": 200})
    for step in range(200):
        penstock.log_metric("loss", math.exp(-0.05 * step), step=step)
    penstock.log_text("It went down.", "notes.txt")

best = penstock.search_runs(experiment_names=["quickstart"], order_by=["metrics.loss"], output_format="list")[0]
print(f"Run {best.info.run_id} ended at a loss of {best.data.metrics['loss']:.6f}")
