"""Measure everything, or some of it, and print the table."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPException

from benchmarks import (
    bytes_per_point,
    history,
    import_time,
    ingest,
    installed_size,
    log_call,
    raw_requests,
    search,
    start,
    table,
    through_published_client,
)
from benchmarks.bench import Bench
from benchmarks.environments import NotInstalled, mlflow_python, penstock_python
from benchmarks.figures import Row
from benchmarks.sides import Failed, Side

# In the order of the table.
MEASUREMENTS: dict[str, Callable[[Bench], list[Row]]] = {
    "log_call": log_call.measure,
    "ingest": ingest.measure,
    "through_published_client": through_published_client.measure,
    "raw_requests": raw_requests.measure,
    "bytes_per_point": bytes_per_point.measure,
    "search": search.measure,
    "history": history.measure,
    "start": start.measure,
    "import_time": import_time.measure,
    "installed_size": installed_size.measure,
}


def main() -> int:
    """Run; 0 when every figure could be taken, whether or not it reaches its goal."""
    asked = _arguments()
    try:
        bench = Bench(
            Side("penstock", penstock_python(asked.penstock)), Side("mlflow", mlflow_python(asked.mlflow)), asked.quick
        )
    except NotInstalled as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    told = table.circumstances(bench)
    if told["load"] > 0.5:
        print(f"The machine is busy (load {told['load']}): figures will look worse than they are.", file=sys.stderr)
    rows, failed = _measure(bench, asked.only)
    print(f"\n{told['date']}; {told['machine']}; Penstock {told['penstock']}, MLflow {told['mlflow']}\n")
    if bench.quick:
        print("Small sizes: these figures show that the scripts work and nothing else.\n")
    print(table.as_text(rows))
    print(f"\nWritten to {table.write_results(rows, told)}")
    if asked.update_readme and not failed:
        table.update_readme(rows, told)
    if failed:
        print(f"\nNo figures from: {', '.join(failed)} (see above)", file=sys.stderr)
    return 1 if failed else 0


def _measure(bench: Bench, only: list[str] | None) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    failed = []
    for name, measure in MEASUREMENTS.items():
        if only and name not in only:
            continue
        begun = time.perf_counter()
        print(f"{name} ...", end=" ", flush=True, file=sys.stderr)
        try:
            rows += measure(bench)
        except (Failed, OSError, HTTPException, subprocess.SubprocessError) as error:
            # The others can still be measured; the exit status tells.
            failed.append(name)
            print(f"failed: {error}", file=sys.stderr)
        else:
            print(f"{time.perf_counter() - begun:.0f} s", file=sys.stderr)
    return rows, failed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--quick", action="store_true", help="small sizes: whether the scripts work, not how fast")
    parser.add_argument("--mlflow", metavar="PYTHON", help="the interpreter that has MLflow")
    parser.add_argument("--penstock", metavar="PYTHON", help="one that has Penstock, instead of building a wheel")
    parser.add_argument("--update-readme", action="store_true", help="put the table into benchmarks/README.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
