"""All points of a long curve over HTTP, what they cost the server's memory, and a window of them for a chart."""

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks import processes
from benchmarks.bench import Bench
from benchmarks.figures import Row, at_most, lower
from benchmarks.sides import Failed, Server, Side
from benchmarks.wire import Wire

_REPEATS = 20
_HISTORY = "/api/2.0/mlflow/metrics/get-history"
# Each side's own way to a curve of some hundred points.
_WINDOW = {
    "penstock": ("/api/penstock/v1/metrics/window", "max_points"),
    "mlflow": ("/api/2.0/mlflow/metrics/get-history-bulk-interval", "max_results"),
}


class _Seen(NamedTuple):
    seconds: float
    grown: float
    window_ms: float


def measure(bench: Bench) -> list[Row]:
    """Penstock with 1,000,000 points, MLflow with 50,000."""
    many, few = bench.size(1_000_000, 50_000), bench.size(50_000, 2_000)
    ours, theirs = _look(bench.penstock, many), _look(bench.mlflow, few)
    ratio = (theirs.seconds / few) / (ours.seconds / many)
    told = f"{few:,} points in MLflow"
    what = f"get-history of {many:,} points"
    return [
        Row(
            what, "s", ours.seconds, theirs.seconds, ratio, [at_most(ours.seconds, 1.5, "s")],
            note=f"{told}; ratio by the point",
        ),
        lower(f"{what}: the server's memory grows", "MB", ours.grown, theirs.grown, at_most(ours.grown, 30, "MB"), note=told),
        lower("320-point window of them", "ms", ours.window_ms, theirs.window_ms, at_most(ours.window_ms, 30, "ms"), note=told),
    ]  # fmt: skip


def _look(side: Side, points: int) -> _Seen:
    with TemporaryDirectory(prefix="bench-") as folder:
        run_id = side.probe("noisy_curve", side.name, side.local_uri(Path(folder)), points)["run_id"]
        with side.server(Path(folder)) as server, Wire(server.url) as wire:
            # A first, small question, so that what is loaded when first used is not counted as growth.
            wire.get(_HISTORY, run_id=run_id, metric_key="loss", max_results=10)
            seconds, grown = _whole(wire, server, run_id, points)
            path, limit = _WINDOW[side.name]
            times = []
            for _ in range(_REPEATS + 1):
                answer, took = wire.get(path, run_ids=[run_id], metric_key="loss", **{limit: 320})
                times.append(took)
            if len(answer) < 320 * 10:
                raise Failed(f"{side.name} answered a window with {answer[:300]!r}")
            return _Seen(seconds, grown, statistics.median(times[1:]) * 1000)


def _whole(wire: Wire, server: Server, run_id: str, points: int) -> tuple[float, float]:
    before = processes.resident(server.pid)
    processes.reset_peak(server.pid)
    answer, seconds = wire.get(_HISTORY, run_id=run_id, metric_key="loss")
    grown = processes.peak(server.pid) - before
    if answer.count(b'"step"') != points:
        raise Failed(f"{answer.count(b'step')} of {points} points came back")
    return seconds, grown
