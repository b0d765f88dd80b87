from typing import Any

import msgspec
import pytest

from tests.unit.server.running import API, Site

POINTS = 30_000


@pytest.fixture(scope="module")
def long_run(site: Site) -> str:
    """A run with a history of many pieces, every hundredth point of it NaN."""
    run_id = "long"
    records: list[list[Any]] = [["run", 1, "0"]]
    records += [
        ["m", "loss", float("nan") if step % 100 == 0 else step / 7, 1000 + step, step] for step in range(POINTS)
    ]
    body = msgspec.msgpack.encode({"run_id": run_id, "writer": "w", "first_seq": 0, "records": records})
    answer = site.ask("POST", "/api/penstock/v1/records/append", body, {"Content-Type": "application/msgpack"})
    assert answer.status == 200
    return run_id


def test_a_long_history_is_streamed_whole_and_in_order(site: Site, long_run: str) -> None:
    answer = site.ask("GET", f"{API}metrics/get-history?run_id={long_run}&metric_key=loss")
    assert answer.headers["transfer-encoding"] == "chunked"
    expected = [
        {"key": "loss", "value": "NaN" if step % 100 == 0 else step / 7, "timestamp": 1000 + step, "step": step}
        for step in range(POINTS)
    ]
    assert answer.json() == {"metrics": expected}


def test_a_stream_and_its_pages_say_the_same(site: Site, long_run: str) -> None:
    whole = site.ask("GET", f"{API}metrics/get-history?run_id={long_run}&metric_key=loss").json()["metrics"]
    paged: list[Any] = []
    token = ""
    while True:
        query = f"run_id={long_run}&metric_key=loss&max_results=8000" + (f"&page_token={token}" if token else "")
        page = site.ask("GET", f"{API}metrics/get-history?{query}").json()
        paged += page["metrics"]
        token = page.get("next_page_token", "")
        if not token:
            break
    assert paged == whole


def test_a_client_that_goes_away_leaves_nothing_open(site: Site, long_run: str) -> None:
    for _ in range(20):
        connection = site.connect()
        connection.request("GET", f"{API}metrics/get-history?run_id={long_run}&metric_key=loss")
        connection.getresponse().read(1000)
        connection.close()
    assert site.ask("GET", f"{API}runs/get?run_id={long_run}").status == 200


def test_a_short_history_tells_its_length(site: Site) -> None:
    run_id = site.new_run()
    site.post("runs/log-metric", {"run_id": run_id, "key": "loss", "value": 1, "timestamp": 5})
    answer = site.ask("GET", f"{API}metrics/get-history?run_id={run_id}&metric_key=loss")
    assert answer.json() == {"metrics": [{"key": "loss", "value": 1.0, "timestamp": 5, "step": 0}]}
    assert answer.headers["content-length"] == str(len(answer.body))


def test_no_points_are_an_empty_answer(site: Site) -> None:
    answer = site.ask("GET", f"{API}metrics/get-history?run_id={site.new_run()}&metric_key=none")
    assert (answer.status, answer.body) == (200, b"{}")


def test_the_history_of_an_unknown_run_is_not_found(site: Site) -> None:
    answer = site.ask("GET", f"{API}metrics/get-history?run_id=none&metric_key=loss")
    assert (answer.status, answer.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
