"""How soon a server answers, and what it takes while nobody asks anything."""

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks import processes
from benchmarks.bench import Bench
from benchmarks.figures import Row, at_most, lower
from benchmarks.sides import Side

_IDLE_SECONDS = 3.0


class _Seen(NamedTuple):
    first: float
    again: float
    resident: float
    proportional: float


def measure(bench: Bench) -> list[Row]:
    """Once on a new store, then three times on the one that is there; one worker, all its processes."""
    ours, theirs = (_look(side, bench.size(3, 1)) for side in bench.sides)
    note = f"shared pages divided: {ours.proportional:.0f} and {theirs.proportional:.0f} MB"
    return [
        lower("server ready, new store", "s", ours.first, theirs.first, at_most(ours.first, 0.8, "s")),
        lower("server ready, existing store", "s", ours.again, theirs.again, at_most(ours.again, 0.8, "s")),
        lower("server's idle memory", "MB", ours.resident, theirs.resident, at_most(ours.resident, 90, "MB"), note=note),
    ]  # fmt: skip


def _look(side: Side, times: int) -> _Seen:
    with TemporaryDirectory(prefix="bench-") as folder:
        with side.server(Path(folder)) as server:
            first = server.ready_seconds
        again = []
        for _ in range(times):
            with side.server(Path(folder)) as server:
                again.append(server.ready_seconds)
                time.sleep(_IDLE_SECONDS if len(again) == times else 0)
                memory = processes.resident(server.pid), processes.proportional(server.pid)
        return _Seen(first, statistics.median(again), *memory)
