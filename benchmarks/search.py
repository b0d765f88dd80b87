"""The first page of a search over many runs: a filter on one metric, ordered by another, over HTTP."""

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import Bench
from benchmarks.figures import Row, at_most, lower, times_better
from benchmarks.sides import Failed, Side
from benchmarks.wire import Wire

_REPEATS = 50


def measure(bench: Bench) -> list[Row]:
    """Penstock among 20,000 runs; MLflow among 1,300, for it takes a minute to fill even those."""
    counts = {"penstock": bench.size(20_000, 300), "mlflow": bench.size(1_300, 30)}
    ours, theirs = (_milliseconds(side, counts[side.name]) for side in bench.sides)
    goals = at_most(ours, 30, "ms"), times_better(theirs / ours, 8)
    note = f"{counts['penstock']:,} runs in Penstock, {counts['mlflow']:,} in MLflow"
    return [lower("search_runs, filter and order by metrics, 100 of them", "ms", ours, theirs, *goals, note=note)]


def _milliseconds(side: Side, runs: int) -> float:
    with TemporaryDirectory(prefix="bench-") as folder:
        filled = side.probe("fill_runs", side.name, side.local_uri(Path(folder)), runs)
        with side.server(Path(folder)) as server, Wire(server.url) as wire:
            asked = {
                "experiment_ids": [filled["experiment_id"]],
                "filter": "metrics.m3 > 0.5",
                "order_by": ["metrics.m5 DESC"],
                "max_results": 100,
            }
            times = []
            for _ in range(_REPEATS + 1):
                answer, seconds = wire.post("/api/2.0/mlflow/runs/search", asked)
                times.append(seconds)
    found = [_metric(run["data"]["metrics"], "m5") for run in answer["runs"]]
    if found != filled["first"]:
        raise Failed(f"{side.name} found other runs than it should have, or in another order")
    return statistics.median(times[1:]) * 1000


def _metric(metrics: list[dict[str, float | str]], key: str) -> float:
    return next(float(metric["value"]) for metric in metrics if metric["key"] == key)
