"""Rows on a screen, in a file of results, and in the README."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.figures import Row

_HEAD = ("what", "Penstock", "MLflow", "ratio", "goal", "reached?")
_ANSWER = {True: "yes", False: "NO", None: "-"}
_RESULTS = Path(__file__).parent / "results"
_README = Path(__file__).with_name("README.md")
_MARKS = ("<!-- figures -->\n", "<!-- end of figures -->\n")


def as_text(rows: Sequence[Row]) -> str:
    """A table with columns of one width, and the notes below it."""
    lines = [_HEAD, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    table.insert(1, "-" * len(max(table, key=len)))
    notes = [f"{row.what}: {row.note}" for row in rows if row.note]
    return "\n".join([*table, "", *notes])


def as_markdown(rows: Sequence[Row]) -> str:
    """The same for a document; notes stand in a last column."""
    lines = [(*_HEAD, "note"), ("---",) * (len(_HEAD) + 1), *((*_cells(row), row.note) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def circumstances(bench: Bench) -> dict[str, Any]:
    """Where and with what it was measured."""
    model = next((line.split(":")[1].strip() for line in _cpu_lines() if line.startswith("model name")), "unknown CPU")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "machine": f"{len(os.sched_getaffinity(0))} cores of {model}, {memory:.0f} GB, {platform.system()}",
        "load": round(os.getloadavg()[0], 2),
        "python": _version(bench.penstock.python, "penstock")[0],
        "penstock": _version(bench.penstock.python, "penstock")[1],
        "mlflow": _version(bench.mlflow.python, "mlflow")[1],
        "quick": bench.quick,
    }


def write_results(rows: Sequence[Row], told: dict[str, Any]) -> Path:
    """Keep the figures as JSON below ``benchmarks/results/``; the path of the file."""
    _RESULTS.mkdir(exist_ok=True)
    path = _RESULTS / f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.json"
    held = [asdict(row) | {"reached": row.reached} for row in rows]
    path.write_text(json.dumps({**told, "rows": held}, indent=2, ensure_ascii=False) + "\n")
    return path


def update_readme(rows: Sequence[Row], told: dict[str, Any]) -> None:
    """Put the table between the marks of the README."""
    before, _, rest = _README.read_text().partition(_MARKS[0])
    _, _, after = rest.partition(_MARKS[1])
    where = (
        f"{told['date']}, {told['machine']}, load at the start {told['load']}; "
        f"Python {told['python']}, Penstock {told['penstock']}, MLflow {told['mlflow']}."
    )
    _README.write_text(f"{before}{_MARKS[0]}{where}\n\n{as_markdown(rows)}\n{_MARKS[1]}{after}")


def _cells(row: Row) -> tuple[str, str, str, str, str, str]:
    ratio = f"{_number(row.ratio)}x" if row.ratio else "-"
    goal = "; ".join(goal.text.strip() for goal in row.goals) or "-"
    return (
        row.what,
        f"{_number(row.penstock)} {row.unit}".strip(),
        "-" if row.mlflow is None else f"{_number(row.mlflow)} {row.unit}".strip(),
        ratio,
        goal,
        _ANSWER[row.reached],
    )


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.is_file() else []


def _version(python: Path, package: str) -> tuple[str, str]:
    code = f"import importlib.metadata as m, platform as p; print(p.python_version(), m.version('{package}'))"
    python_version, own = subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()  # fmt: skip
    return python_version, own
