"""What one ``log_metric`` costs the training loop, into an embedded store and to a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.bench import Bench
from benchmarks.figures import Row, at_most, lower
from benchmarks.sides import Failed, Side


def measure(bench: Bench) -> list[Row]:
    """Medians and 99th percentiles; Penstock is called 200,000 times, MLflow 2,000 times."""
    rows = []
    for place in ("local", "to a server"):
        ours, theirs = (_call(bench, side, place) for side in bench.sides)
        p50, p99 = ours["p50_us"], ours["p99_us"]
        note = f"{ours['mean_us']:.1f} µs a call on average; longest {ours['max_us'] / 1000:.1f} ms"
        rows += [
            lower(f"log_metric call, p50, {place}", "µs", p50, theirs["p50_us"], at_most(p50, 2, "µs"), note=note),
            lower(f"log_metric call, p99, {place}", "µs", p99, theirs["p99_us"], at_most(p99, 10, "µs")),
        ]
    return rows


def _call(bench: Bench, side: Side, place: str) -> dict[str, Any]:
    count = bench.size(200_000, 5_000) if side.name == "penstock" else bench.size(2_000, 100)
    with uri_of(side, place) as uri:
        result = side.probe("log_call", side.name, uri, count)
    if not result["all_kept_once"]:
        raise Failed(f"{side.name} did not keep every point once ({place})")
    return result


@contextmanager
def uri_of(side: Side, place: str) -> Iterator[str]:
    """The URI of a new store: embedded when the place is "local", else behind the side's server."""
    if place == "local":
        with TemporaryDirectory(prefix="bench-") as folder:
            yield side.local_uri(Path(folder))
    else:
        with side.new_server() as server:
            yield server.url
