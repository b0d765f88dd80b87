"""A plain HTTP client with one kept connection, the same for both sides, so that a figure is the server's."""

import json
import time
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from benchmarks.sides import Failed

_BLOCK = 1 << 18


class Wire:
    """One connection to a server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=300)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def post(self, path: str, body: dict[str, Any]) -> tuple[dict[str, Any], float]:
        """Post JSON; the answer, and the seconds until all of it was here."""
        answer, seconds = self._exchange("POST", path, json.dumps(body).encode())
        return json.loads(answer), seconds

    def get(self, path: str, **query: Any) -> tuple[bytes, float]:
        """Get; the bytes of the answer, and the seconds until all of them were here."""
        return self._exchange("GET", f"{path}?{urlencode(query, doseq=True)}", None)

    def _exchange(self, method: str, path: str, body: bytes | None) -> tuple[bytes, float]:
        start = time.perf_counter()
        self._connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = self._connection.getresponse()
        blocks = []
        while block := response.read(_BLOCK):
            blocks.append(block)
        seconds = time.perf_counter() - start
        answer = b"".join(blocks)
        if response.status != 200:
            raise Failed(f"{method} {path[:200]} was answered {response.status}: {answer[:500].decode()}")
        return answer, seconds


def new_run(wire: Wire) -> str:
    """A new run in a new experiment; its id."""
    experiment, _ = wire.post("/api/2.0/mlflow/experiments/create", {"name": f"bench-{time.time_ns()}"})
    now = time.time_ns() // 1_000_000
    created, _ = wire.post(
        "/api/2.0/mlflow/runs/create", {"experiment_id": experiment["experiment_id"], "start_time": now}
    )
    run_id: str = created["run"]["info"]["run_id"]
    return run_id
