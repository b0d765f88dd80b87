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
    ours, theirs = (_milliseconds(_python(side, "import {0}"), repeats) for side in bench.sides)
    # Names may be loaded when first used, so the import alone does not tell what a script waits for.
    used_ours, used_theirs = (
        _milliseconds(_python(side, "import {0}; {0}.log_metric"), repeats) for side in bench.sides
    )
    bare = _milliseconds(_python(bench.penstock, "pass"), repeats)
    help_ours, help_theirs = (_milliseconds(_help(side), repeats) for side in bench.sides)
    note = f"whole process; an empty one takes {bare:.0f} ms"
    return [
        lower("import", "ms", ours, theirs, at_most(ours, 80, "ms"), note=note),
        lower("import and find log_metric", "ms", used_ours, used_theirs, at_most(used_ours, 80, "ms"), note=note),
        lower("--help", "ms", help_ours, help_theirs, at_most(help_ours, 200, "ms"), note=note),
    ]


def _python(side: Side, code: str) -> list[str]:
    return [str(side.python), "-c", code.format(side.name)]


def _help(side: Side) -> list[str]:
    return [str(side.command(side.name)), "--help"]


def _milliseconds(line: list[str], repeats: int) -> float:
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        subprocess.run(line, env=environment(), stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:]) * 1000
