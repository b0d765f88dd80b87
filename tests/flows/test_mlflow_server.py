"""Our client against a published MLflow server: the same calls, in its words."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock
from penstock.cli.port import free_port
from penstock.client import active
from penstock.client.session import Session
from penstock.client.sync import sync
from penstock.settings import Settings

pytestmark = pytest.mark.published_client

MLFLOW = Path(__file__).parents[2] / ".venvs" / "mlflow" / "bin"


@pytest.fixture(scope="module")
def server_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_port: int) -> Iterator[str]:
    """A published server over an empty store."""
    folder = tmp_path_factory.mktemp("mlflow")
    command = [
        str(MLFLOW / "mlflow"), "server", "--port", str(server_port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder}/m.db", "--artifacts-destination", str(folder / "artifacts"),
    ]  # fmt: skip
    environment = {"PATH": f"{MLFLOW}:/usr/bin:/bin", "HOME": str(folder), "MLFLOW_DISABLE_TELEMETRY": "true"}
    url = f"http://127.0.0.1:{server_port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_for(url, process, folder / "log")
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=2).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"The server did not start:\n{log.read_text()[-2000:]}")


def session_for(url: str, journals: Path) -> Session:
    names = {"TRACKING_URI": url, "JOURNAL_DIR": str(journals), "CAPTURE_PACKAGES": "false", "FLUSH_TIMEOUT": "20"}
    return Session(Settings({f"PENSTOCK_{name}": value for name, value in names.items()}))


@pytest.fixture
def session(server: str, tmp_path: Path) -> Iterator[Session]:
    """This process logs to the published server until the test is over."""
    fresh = session_for(server, tmp_path / "journal")
    before = active.use(fresh)
    yield fresh
    fresh.close()
    active.use(before)


@pytest.mark.usefixtures("session")
def test_a_run_is_logged_and_read_back(server: str, tmp_path: Path) -> None:
    penstock.set_experiment("by penstock")
    with penstock.start_run(run_name="first", tags={"team": "a"}) as run:
        penstock.log_params({f"p{number}": number for number in range(250)})
        for step in range(2500):
            penstock.log_metric("loss", step * 0.5, step=step)
        penstock.log_metrics({"nan": float("nan"), "inf": float("inf")})
        penstock.set_tag("note", "x")
        penstock.set_tag("gone", "x")
        penstock.delete_tag("gone")
        penstock.log_text("hello", "notes/a.txt")
    assert penstock.flush(60)
    found = penstock.Client(server).get_run(run.info.run_id)
    assert (found.info.status, found.info.run_name) == ("FINISHED", "first")
    assert found.data.params == {f"p{number}": str(number) for number in range(250)}
    assert found.data.metrics["loss"] == 2499 * 0.5
    assert found.data.metrics["nan"] != found.data.metrics["nan"]
    assert found.data.metrics["inf"] == 1.7976931348623157e308
    assert {"team": "a", "note": "x"}.items() <= found.data.tags.items()
    assert "gone" not in found.data.tags
    history = penstock.Client(server).get_metric_history(run.info.run_id, "loss")
    assert [point.step for point in history] == list(range(2500))
    copy = penstock.Client(server).download_artifacts(run.info.run_id, "notes/a.txt", tmp_path / "copy")
    assert Path(copy).read_text() == "hello"


@pytest.mark.usefixtures("session")
def test_what_the_server_refuses_is_told_and_the_rest_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    with penstock.start_run() as run:
        penstock.log_param("a", 1)
    assert penstock.flush(30)
    with penstock.start_run(run.info.run_id):
        penstock.log_params({"a": 2, "b": 3})
        penstock.log_metric("m", 1.0)
    assert penstock.flush(30)
    found = penstock.get_run(run.info.run_id)
    assert (found.data.params, found.data.metrics) == ({"a": "1", "b": "3"}, {"m": 1.0})
    assert [message for message in caplog.messages if "a" in message]


@pytest.mark.usefixtures("session")
def test_searches_and_experiments_speak_to_it_too() -> None:
    experiment_id = penstock.create_experiment("searched", tags={"k": "v"})
    for number in range(3):
        with penstock.start_run(experiment_id=experiment_id):
            penstock.log_metric("m", float(number))
    found = penstock.search_runs([experiment_id], "metrics.m >= 1", order_by=["metrics.m DESC"], output_format="list")
    assert [run.data.metrics["m"] for run in found] == [2.0, 1.0]
    assert penstock.get_experiment(experiment_id).tags == {"k": "v"}
    penstock.delete_run(found[0].info.run_id)
    assert len(penstock.search_runs([experiment_id], output_format="list")) == 2


def test_a_run_begun_while_it_was_away_arrives_once(server: str, tmp_path: Path) -> None:
    absent = session_for(f"http://127.0.0.1:{free_port()}", tmp_path / "journal")
    before = active.use(absent)
    try:
        penstock.set_experiment("written offline")
        with penstock.start_run(run_name="offline"):
            penstock.log_metric("m", 1.0)
            penstock.log_text("hello", "a.txt")
        absent.settings = Settings({"PENSTOCK_FLUSH_TIMEOUT": "0.2"})
        absent.close()
    finally:
        active.use(before)
    report = sync(tmp_path / "journal", server)
    assert (report.left, report.refused) == ([], [])
    client = penstock.Client(server)
    experiment = client.get_experiment_by_name("written offline")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id])
    assert (run.info.run_name, run.info.status, run.data.metrics) == ("offline", "FINISHED", {"m": 1.0})
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["a.txt"]
