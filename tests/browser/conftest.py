"""A real browser, a real server, and a plain way to log to it."""

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from penstock.server.page import BUILT_PAGE
from tests.conftest import RunningServer

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Logger(NamedTuple):
    """Logs as any client in any language would: over REST, with nothing of ours."""

    url: str

    def post(self, path: str, **fields: Any) -> Any:
        return self._send(f"/api/2.0/mlflow/{path}", json.dumps(fields).encode(), "POST", "application/json")

    def start_run(self, name: str, experiment_id: str = "0", start_time: int = 1_700_000_000_000) -> dict[str, str]:
        fields = {"experiment_id": experiment_id, "run_name": name, "start_time": start_time}
        info: dict[str, str] = self.post("runs/create", **fields)["run"]["info"]
        return info

    def log_points(self, run_id: str, key: str, steps: range) -> None:
        points = [{"key": key, "value": 1 / (step + 1), "step": step, "timestamp": 1000 + step} for step in steps]
        self.post("runs/log-batch", run_id=run_id, metrics=points)

    def put_file(self, info: dict[str, str], path: str, content: bytes) -> None:
        place = info["artifact_uri"].removeprefix("mlflow-artifacts:/").lstrip("/")
        self._send(f"/api/2.0/mlflow-artifacts/artifacts/{place}/{path}", content, "PUT", "application/octet-stream")

    def _send(self, path: str, body: bytes, method: str, content_type: str) -> Any:
        request = urllib.request.Request(self.url + path, body, {"Content-Type": content_type}, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read() or b"{}")


@pytest.fixture
def logger(server: RunningServer) -> Logger:
    return Logger(server.url)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert (BUILT_PAGE / "index.html").exists(), "The page is not built: run `make ui`."
    assert CHROMIUM.exists(), "Chromium is not installed: run .ci/install-chromium."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, server: RunningServer) -> Iterator[Page]:
    """A fresh page in a browser that knows nothing yet. What it complains of, such as a broken rule of the
    server's content policy, fails the test."""
    context = chromium.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # A request that failed is said on the console too: tests that cause one look at what the page shows.
        if message.type == "error" and not re.search(r"status of 4|net::ERR_", message.text):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []
