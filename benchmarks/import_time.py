"""Whole processes that import the package, or print the command's help."""

import statistics
import subprocess
import time

from benchmarks.bench import Bench
from benchmarks.figures import Row, at_most, lower
from benchmarks.sides import Side, environment


def measure(bench: Bench) -> list[Row]:
    """Medians of ten, after one that is not counted."""
    repeats = bench.size(10, 2)
    ours, theirs = (_milliseconds([str(side.python), "-c", f"import {side.name}"], repeats) for side in bench.sides)
    bare = _milliseconds([str(bench.penstock.python), "-c", "pass"], repeats)
    help_ours, help_theirs = (_milliseconds(_help(side), repeats) for side in bench.sides)
    note = f"whole process; an empty one takes {bare:.0f} ms"
    return [
        lower("import", "ms", ours, theirs, at_most(ours, 80, "ms"), note=note),
        lower("--help", "ms", help_ours, help_theirs, at_most(help_ours, 200, "ms"), note=note),
    ]


def _help(side: Side) -> list[str]:
    return [str(side.command(side.name)), "--help"]


def _milliseconds(line: list[str], repeats: int) -> float:
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        subprocess.run(line, env=environment(), stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:]) * 1000
