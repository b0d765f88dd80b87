"""Fill an embedded store with ended runs of 10 metrics and 10 params, by each side's fastest honest way.

usage: python fill_runs.py penstock|mlflow URI RUNS

Penstock: the operation that its client sends, one for each run. MLflow: create_run, log_batch and set_terminated of its
client. Prints the experiment, and what a search for ``metrics.m3 > 0.5`` by ``metrics.m5 DESC`` must find first.
"""

import json
import sys
import time

library, uri, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
NOW = time.time_ns() // 1_000_000
# A prime, so that the values of a metric are all different and in no order.
PRIME = 1_000_003


def metric(run: int, number: int) -> float:
    """The value of a metric in a run."""
    return (run + 1) * (2 * number + 3) * 7919 % PRIME / PRIME


def fill_penstock() -> str:
    """Add the runs; the id of their experiment."""
    from uuid import uuid4

    from penstock.entities import record as records
    from penstock.operations.experiments import CreateExperiment
    from penstock.operations.records import AppendRecords
    from penstock.service.opening import open_service

    service = open_service(uri)
    experiment = service.send(CreateExperiment(name="fill")).experiment_id
    sent = []
    for run in range(runs):
        held: list[records.Record] = [records.RunStarted(experiment_id=experiment, start_time=NOW + run)]
        held += [records.MetricLogged(f"m{k}", metric(run, k), NOW, 0) for k in range(10)]
        held += [records.ParamLogged(f"p{k}", str((run + k) % 50)) for k in range(10)]
        held.append(records.StatusChanged("FINISHED", NOW + run + 1000))
        name = uuid4().hex
        sent.append(service.submit(AppendRecords(run_id=name, writer=name, records=held)))
    refused = [line for answer in sent for line in answer.result().refused]
    service.close()
    if refused:
        raise SystemExit(f"refused: {refused[:3]}")
    return experiment


def fill_mlflow() -> str:
    """Add the runs; the id of their experiment."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    client = MlflowClient(uri)
    experiment: str = client.create_experiment("fill")
    for run in range(runs):
        run_id = client.create_run(experiment, start_time=NOW + run).info.run_id
        metrics = [Metric(f"m{k}", metric(run, k), NOW, 0) for k in range(10)]
        params = [Param(f"p{k}", str((run + k) % 50)) for k in range(10)]
        client.log_batch(run_id, metrics=metrics, params=params)
        client.set_terminated(run_id, end_time=NOW + run + 1000)
    return experiment


experiment_id = fill_penstock() if library == "penstock" else fill_mlflow()
first = sorted((metric(run, 5) for run in range(runs) if metric(run, 3) > 0.5), reverse=True)[:100]
print(json.dumps({"experiment_id": experiment_id, "first": first}))
