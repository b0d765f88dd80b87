"""Points a second from the first call until the store has them all."""

from benchmarks.bench import Bench
from benchmarks.figures import Row, at_least, higher
from benchmarks.log_call import uri_of
from benchmarks.sides import Failed

_GOALS = {"local": 300_000, "to a server": 250_000}
_WIDTHS = {1: "log_metric", 10: "log_metrics of 10"}


def measure(bench: Bench) -> list[Row]:
    """Penstock: 1,000,000 points, one and ten a call, until ``flush`` returns; MLflow: 100,000 by ``log_batch``."""
    rows = []
    for place, goal in _GOALS.items():
        with uri_of(bench.mlflow, place) as uri:
            theirs = bench.mlflow.probe("ingest_mlflow", uri, bench.size(100_000, 2_000))
        for width, call in _WIDTHS.items():
            with uri_of(bench.penstock, place) as uri:
                ours = bench.penstock.probe("ingest_penstock", uri, bench.size(1_000_000, 20_000), width)
            if not (ours["all_kept"] and theirs["all_kept"]):
                raise Failed(f"not every point was kept ({place}, {call}): {ours}, {theirs}")
            rate = ours["points_per_s"]
            note = f"the calls themselves took {ours['calls_s']:.2f} of {ours['seconds']:.2f} s"
            what = f"ingest by {call}, {place}"
            rows.append(
                higher(what, "points/s", rate, theirs["points_per_s"], at_least(rate, goal, "points/s"), note=note)
            )
    return rows
