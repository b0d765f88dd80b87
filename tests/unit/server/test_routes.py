import gzip
import json
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from penstock.operations.table import OPERATIONS
from penstock.server.routes import MAX_BODY, MAX_RECORDS_BODY
from penstock.service.access import ANONYMOUS, Asker
from penstock.service.handle import Service
from penstock.service.opening import open_service
from tests.unit.server.running import API, JSON, Site, serving

APPEND = "/api/penstock/v1/records/append"
MSGPACK = {"Content-Type": "application/msgpack"}


def batch(run_id: str, writer: str = "w") -> dict[str, Any]:
    records = [["run", 1, "0"], ["m", "loss", 0.5, 1, 1], ["p", "depth", "3"]]
    return {"run_id": run_id, "writer": writer, "first_seq": 0, "records": records}


def error_code(body: bytes) -> str:
    raw = json.loads(body)
    assert set(raw) == {"error_code", "message"}
    assert raw["message"]
    return str(raw["error_code"])


# ---- how operations are reached


def test_a_run_is_logged_and_read_back(site: Site) -> None:
    run_id = site.new_run()
    site.post("runs/log-metric", {"run_id": run_id, "key": "loss", "value": "NaN", "timestamp": 5, "step": 1})
    site.post("runs/log-parameter", {"run_uuid": run_id, "key": "depth", "value": "3"})
    answer = site.ask("GET", f"{API}runs/get?run_id={run_id}")
    data = answer.json()["run"]["data"]
    assert data["metrics"] == [{"key": "loss", "value": "NaN", "timestamp": 5, "step": 1}]
    assert data["params"] == [{"key": "depth", "value": "3"}]


@pytest.mark.parametrize("prefix", ["/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/", "/api/2.0/preview/mlflow/"])
def test_every_prefix_leads_to_the_same_operation(site: Site, prefix: str) -> None:
    answer = site.ask("POST", f"{prefix}runs/create", b'{"experiment_id": "0"}', JSON)
    assert answer.status == 200
    run_id = answer.json()["run"]["info"]["run_id"]
    assert site.ask("GET", f"{prefix}runs/get?run_id={run_id}").status == 200


def test_an_operation_of_both_methods_takes_query_and_body(site: Site) -> None:
    by_get = site.ask("GET", f"{API}experiments/search?max_results=5")
    by_post = site.ask("POST", f"{API}experiments/search", b'{"max_results": 5}', JSON)
    assert by_get.status == by_post.status == 200
    assert by_get.body == by_post.body


def test_the_query_is_decoded_once(site: Site) -> None:
    site.post("experiments/create", {"name": "a%20b+c &d"})
    answer = site.ask("GET", f"{API}experiments/get-by-name?experiment_name=a%2520b%2Bc+%26d")
    assert answer.json()["experiment"]["name"] == "a%20b+c &d"


def test_every_answer_tells_the_version(site: Site) -> None:
    for target in ("/health", "/version", "/", f"{API}runs/get", "/api/nothing", "/static-files/none.js"):
        assert site.ask("GET", target).headers["x-penstock-version"] == "1.2.3"


def test_head_answers_without_a_body(site: Site) -> None:
    run_id = site.new_run()
    site.post("runs/log-metric", {"run_id": run_id, "key": "loss", "value": 1, "timestamp": 5})
    for target in (
        "/health", f"{API}runs/get?run_id={run_id}", "/", f"{API}metrics/get-history?run_id={run_id}&metric_key=loss",
        "/api/penstock/v1/changes",
    ):  # fmt: skip
        answer = site.ask("HEAD", target)
        assert (answer.status, answer.body) == (200, b""), target


def test_options_tells_the_methods(site: Site) -> None:
    answer = site.ask("OPTIONS", f"{API}experiments/search")
    assert (answer.status, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert "access-control-allow-origin" not in answer.headers


def test_another_method_is_refused(site: Site) -> None:
    for method, target, allowed in (
        ("GET", f"{API}runs/create", "OPTIONS, POST"),
        ("DELETE", f"{API}runs/get", "GET, HEAD, OPTIONS"),
        ("POST", "/health", "GET, HEAD, OPTIONS"),
    ):
        answer = site.ask(method, target)
        assert (answer.status, answer.headers["allow"]) == (405, allowed)
        assert error_code(answer.body) == "ENDPOINT_NOT_FOUND"


@pytest.mark.parametrize(
    "target", ["/api/2.0/mlflow/none", "/ajax-api/3.0/mlflow/traces", "/api/", "/api/2.0/mlflow//runs/get"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_an_unknown_endpoint_is_not_found(site: Site, method: str, target: str) -> None:
    answer = site.ask(method, target)
    assert (answer.status, error_code(answer.body)) == (404, "ENDPOINT_NOT_FOUND")


def test_what_mlflow_asks_first_is_answered(site: Site) -> None:
    assert site.ask("GET", "/health").body == b"OK"
    version = site.ask("GET", "/version").body.decode()
    # From 3.4 on, clients send traces in a form that is not taken.
    assert tuple(map(int, version.split("."))) < (3, 4)


# ---- bodies


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json;x=y"]
)
def test_parameters_of_the_content_type_do_not_matter(site: Site, content_type: str) -> None:
    answer = site.ask("POST", f"{API}runs/create", b'{"experiment_id": "0"}', {"Content-Type": content_type})
    assert answer.status == 200


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/msgpack", "json"],
)
def test_other_content_types_are_refused(site: Site, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = site.ask("POST", f"{API}runs/create", b'{"experiment_id": "0"}', headers)
    assert (answer.status, error_code(answer.body)) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("zipped", [False, True])
def test_records_come_in_four_forms(site: Site, packed: bool, zipped: bool) -> None:
    fields = batch(f"run-{packed}-{zipped}", writer=f"{packed}-{zipped}")
    body = msgspec.msgpack.encode(fields) if packed else json.dumps(fields).encode()
    headers = (MSGPACK if packed else JSON) | ({"Content-Encoding": "gzip"} if zipped else {})
    answer = site.ask("POST", APPEND, gzip.compress(body) if zipped else body, headers)
    assert (answer.status, answer.json()["next_seq"]) == (200, 3)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
def test_packed_bodies_are_refused_elsewhere(site: Site, encoding: str) -> None:
    headers = {**JSON, "Content-Encoding": encoding}
    answer = site.ask("POST", f"{API}runs/create", gzip.compress(b"{}"), headers)
    assert (answer.status, error_code(answer.body)) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "body",
    [b"", b"no gzip", gzip.compress(b"{}")[:-4], gzip.compress(b"{}") + b"more", gzip.compress(b"{}") * 2],
    ids=["empty", "not gzip", "cut off", "followed by more", "twice"],
)
def test_broken_gzip_is_refused(site: Site, body: bytes) -> None:
    answer = site.ask("POST", APPEND, body, {**JSON, "Content-Encoding": "gzip"})
    assert (answer.status, error_code(answer.body)) == (400, "INVALID_PARAMETER_VALUE")


def test_a_gzip_bomb_is_refused(site: Site) -> None:
    bomb = gzip.compress(b" " * (MAX_RECORDS_BODY + 1), 9)
    answer = site.ask("POST", APPEND, bomb, {**JSON, "Content-Encoding": "gzip"})
    assert (answer.status, error_code(answer.body)) == (413, "BAD_REQUEST")


def test_a_body_at_the_limit_is_taken_and_one_over_it_refused(site: Site) -> None:
    fields = b'{"experiment_id": "0"}'
    at_limit = site.ask("POST", f"{API}runs/create", fields + b" " * (MAX_BODY - len(fields)), JSON)
    over = site.ask("POST", f"{API}runs/create", fields + b" " * (MAX_BODY - len(fields) + 1), JSON)
    assert at_limit.status == 200
    assert (over.status, error_code(over.body)) == (413, "BAD_REQUEST")


def test_a_body_without_a_length_is_counted(site: Site) -> None:
    connection = site.connect()
    chunks = (b" " * 2**20 for _ in range(12))
    connection.request("POST", f"{API}runs/create", chunks, JSON, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


MALFORMED = [
    b"", b"null", b"[]", b"0", b'"text"', b"{", b"}", b"{]", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"[" * 100_000, b'{"a":' * 50_000,
    b'{"run_id": 1}', b'{"run_id": [1]}', b'{"run_id": {"a": 1}}', b'{"run_id": "\xff"}', b'{"run_id": "\\ud800"}', b'{"run_id": true}',
    b'{"run_id": "x", "run_uuid": "y", "key": "k", "value": "v", "timestamp": "t"}',
    b'{"run_id": "x", "key": "k", "value": 1e999, "timestamp": 99999999999999999999}',
    b'{"run_id": "x", "key": "\\u0000", "value": 1, "timestamp": 1}',
    b'{"experiment_id": "' + b"9" * 5000 + b'"}', b'{"experiment_id": -1, "name": "' + b"x" * 100_000 + b'"}',
    b'{"max_results": 1e400, "filter": "((((((((((", "order_by": [null, 1]}',
    b'{"writer": "w", "run_id": "r", "first_seq": -5, "records": [["?"], 5, {}]}', b"\x81\xa6run_id\xc1", b"\xdd\xff\xff\xff\xff",
]  # fmt: skip


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_bodies_are_the_clients_fault(site: Site, body: bytes) -> None:
    for operation in OPERATIONS:
        route = operation.route
        if "POST" in route.methods:
            types = [JSON, MSGPACK] if route.path == APPEND else [JSON]
            for headers in types:
                answer = site.ask("POST", route.path, body, headers)
                assert answer.status < 500, (route.path, answer.body)
                assert b"Traceback" not in answer.body
                assert "penstock.db" not in answer.body.decode()


@pytest.mark.parametrize(
    "query", ["run_id=%ff", "run_id=%", "=", "&&&", "run_id", "run_id=%00", "max_results=x&run_id=r&metric_key=k", "run_id=" + "a" * 5000, "&".join("a=1" for _ in range(2001))]
)  # fmt: skip
def test_malformed_queries_are_the_clients_fault(site: Site, query: str) -> None:
    for operation in OPERATIONS:
        if "GET" in operation.route.methods:
            answer = site.ask("GET", f"{operation.route.path}?{query}")
            assert answer.status < 500, (operation.route.path, answer.body)


# ---- what breaks inside


class BrokenService(Service):
    """A service in which a fault shows itself."""

    def send(self, op: Any, who: Asker = ANONYMOUS) -> Any:
        raise RuntimeError(f"SELECT secret FROM {self.places} for {op} of {who}")


def test_a_fault_inside_tells_the_client_a_number_and_the_log_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = open_service(str(tmp_path))
    whole.__class__ = BrokenService
    with serving(tmp_path, whole) as site:
        answer = site.ask("GET", f"{API}runs/get?run_id=x")
    assert (answer.status, error_code(answer.body)) == (500, "INTERNAL_ERROR")
    number = answer.json()["message"].split()[-1].rstrip(".")
    assert len(number) == 16
    assert "secret" not in answer.body.decode()
    assert number in caplog.text
    assert "SELECT secret" in caplog.text


def test_writes_of_many_clients_are_all_there(site: Site) -> None:
    run_id = site.new_run()

    def write(writer: int) -> None:
        connection = site.connect()
        for step in range(25):
            point = {"run_id": run_id, "key": f"m{writer}", "value": step, "timestamp": 1, "step": step}
            connection.request("POST", f"{API}runs/log-metric", json.dumps(point), JSON)
            assert connection.getresponse().read() == b"{}"
        connection.close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for writer in range(8):
        answer = site.ask("GET", f"{API}metrics/get-history?run_id={run_id}&metric_key=m{writer}")
        assert [point["step"] for point in answer.json()["metrics"]] == list(range(25))


def test_one_refused_write_does_not_undo_its_neighbours(site: Site) -> None:
    run_id = site.new_run()
    statuses: list[int] = []

    def write(key: str) -> None:
        answer = site.ask(
            "POST", f"{API}runs/log-parameter", json.dumps({"run_id": run_id, "key": key, "value": "1"}).encode(), JSON
        )
        statuses.append(answer.status)

    threads = [threading.Thread(target=write, args=("" if n % 4 == 0 else f"k{n}",)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 12 + [400] * 4
    params = site.ask("GET", f"{API}runs/get?run_id={run_id}").json()["run"]["data"]["params"]
    assert len(params) == 12
