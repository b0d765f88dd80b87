"""Bytes that a point of a noisy loss curve takes at rest, after its run has ended and everything is closed."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import Bench
from benchmarks.figures import Row, at_most, lower
from benchmarks.sides import Side


def measure(bench: Bench) -> list[Row]:
    """60,000 points, step and time of each included."""
    points = bench.size(60_000, 10_000)
    ours, theirs = (_growth(side, points) / points for side in bench.sides)
    return [lower("bytes a point at rest, noisy float32 loss", "bytes", ours, theirs, at_most(ours, 6, "bytes"))]


def _growth(side: Side, points: int) -> int:
    with TemporaryDirectory(prefix="bench-") as folder:
        uri = side.local_uri(Path(folder))
        # A first run brings the tables and what a run itself takes.
        side.probe("noisy_curve", side.name, uri, 1)
        before = _size(Path(folder))
        side.probe("noisy_curve", side.name, uri, points)
        return _size(Path(folder)) - before


def _size(folder: Path) -> int:
    """Everything but artifacts: database, write-ahead log, and journals that were left."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files if "artifacts" not in path.parts)
