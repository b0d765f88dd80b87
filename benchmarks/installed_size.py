"""What an installation takes: bytes of all files, and how many distributions."""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.figures import Row, at_most, lower
from benchmarks.sides import Side

_MB = 1000 * 1000


def measure(bench: Bench) -> list[Row]:
    """Of the environments that everything else here is measured in, byte code included."""
    ours, theirs = (_files(side) for side in bench.sides)
    size, byte_code, count = _megabytes(ours), _megabytes(p for p in ours if p.suffix == ".pyc"), _distributions(ours)
    their_size, their_byte_code = _megabytes(theirs), _megabytes(p for p in theirs if p.suffix == ".pyc")
    note = f"without byte code {size - byte_code:.0f} and {their_size - their_byte_code:.0f} MB"
    return [
        lower("installed size with dependencies", "MB", size, their_size, at_most(size, 60, "MB"), note=note),
        lower("distributions", "", count, _distributions(theirs), at_most(count, 25, "")),
    ]


def _megabytes(files: Iterable[Path]) -> float:
    return sum(path.lstat().st_size for path in files) / _MB


def _distributions(files: Iterable[Path]) -> int:
    return sum(path.match("*.dist-info/METADATA") for path in files)


def _files(side: Side) -> list[Path]:
    (packages,) = (side.python.parents[1] / "lib").glob("python3.*/site-packages")
    return [path for path in packages.rglob("*") if path.is_file()]
