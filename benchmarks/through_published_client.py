"""MLflow's own client against both servers, and against one that answers at once: the floor nobody can go below."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import Bench
from benchmarks.figures import Goal, Row, higher, lower, times_better
from benchmarks.sides import PROBES, Server, Side, free_port, started

_FLOOR_TIMES = 1.4
_ROUNDS = 2


def measure(bench: Bench) -> list[Row]:
    """Single calls, batches of 1,000 points, and runs of 10 metrics, 10 params and 5 tags; the best of two rounds."""
    floor = _drive(bench, _floor_server(bench.penstock))
    ours = _drive(bench, bench.penstock.new_server())
    theirs = _drive(bench, bench.mlflow.new_server())
    name = "log_metric_ms"
    note = f"floor {floor[name]:.2f} ms"
    rows = [lower("MLflow's client: log_metric, p50", "ms", ours[name], theirs[name], note=note)]
    for name, what, unit in (
        ("points_per_s", "log_batch of 1,000", "points/s"),
        ("runs_per_s", "whole runs", "runs/s"),
    ):
        goals = _near_floor(floor[name] / ours[name]), times_better(ours[name] / theirs[name], 4.5)
        note = f"floor {floor[name]:,.0f} {unit}"
        rows.append(higher(f"MLflow's client: {what}", unit, ours[name], theirs[name], *goals, note=note))
    return rows


def _drive(bench: Bench, server: AbstractContextManager[Server]) -> dict[str, float]:
    sizes = bench.size(200, 20), bench.size(50, 2), bench.size(150, 5)
    with server as running:
        rounds = [bench.mlflow.probe("published_client", running.url, *sizes) for _ in range(_ROUNDS)]
    best = {"log_metric_ms": min, "points_per_s": max, "runs_per_s": max}
    return {name: choose(result[name] for result in rounds) for name, choose in best.items()}


def _near_floor(times: float) -> Goal:
    return Goal(f"≤ {_FLOOR_TIMES}x the client's floor (is {times:.2f}x)", times <= _FLOOR_TIMES)


@contextmanager
def _floor_server(side: Side) -> Iterator[Server]:
    port = free_port()
    line = [str(side.command("uvicorn")), "floor_server:app", "--app-dir", str(PROBES), "--port", str(port)]
    line += ["--log-level", "warning", "--no-access-log"]
    with TemporaryDirectory(prefix="bench-") as folder, started(line, port, Path(folder)) as server:
        yield server
