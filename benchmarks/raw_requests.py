"""Raw ``log-metric`` requests a second by wrk, one server process."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.figures import Goal, Row, at_least, higher
from benchmarks.sides import Failed, Side
from benchmarks.wire import Wire, new_run

_SCRIPT = Path(__file__).with_name("post_metric.lua")


def measure(bench: Bench) -> list[Row]:
    """One connection, then sixteen."""
    wrk = _wrk()
    ours, theirs = ({count: _rate(bench, side, wrk, count) for count in (1, 16)} for side in bench.sides)
    rows = []
    for count in (1, 16):
        goals: list[Goal] = [at_least(ours[count], 4_000, "requests/s")] if count == 16 else []
        what = f"raw log-metric requests, {count} connection{'s' if count > 1 else ''}"
        rows.append(higher(what, "requests/s", ours[count], theirs[count], *goals))
    return rows


def _rate(bench: Bench, side: Side, wrk: str, connections: int) -> float:
    threads = min(connections, 2)
    with side.new_server() as server:
        with Wire(server.url) as wire:
            run_id = new_run(wire)
        line = [
            wrk,
            f"-t{threads}",
            f"-c{connections}",
            f"-d{bench.size(6, 1)}s",
            "--timeout",
            "30s",
            "-s",
            str(_SCRIPT),
            server.url,
        ]
        said = subprocess.run([*line, "--", run_id], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise Failed(f"{side.name} refused requests of wrk: {said}")
    found = re.search(r"Requests/sec:\s*([\d.]+)", said)
    if not found:
        raise Failed(f"wrk told no rate: {said}")
    return float(found[1])


def _wrk() -> str:
    found = shutil.which("wrk")
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-qq", "update"], check=False)
        subprocess.run(["apt-get", "-qq", "install", "-y", "wrk"], check=False, env=quiet, stdout=subprocess.DEVNULL)
        found = shutil.which("wrk")
    if not found:
        raise Failed("wrk is missing: run `sudo apt-get install wrk` and try again")
    return found
