import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from penstock.client.transport import Http, may_pass, pause
from penstock.errors import (
    Busy,
    ForeignError,
    Internal,
    InvalidParameter,
    NotFound,
    PenstockError,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from penstock.operations.experiments import GetExperiment
from penstock.operations.runs import CreateRun, GetRun
from penstock.settings import Settings

FOUND = json.dumps({"experiment": {"experiment_id": "1", "name": "x"}}).encode()


class Script:
    """A server that answers by a list, and notes what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_words: object) -> None:
                pass

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                script.asked.append((self.command, self.path, dict(self.headers), body))
                status, headers, content = script.answers.pop(0)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def script() -> Iterator[Script]:
    made = Script()
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


def http(url: str, **settings: str) -> Http:
    return Http(url, Settings({f"PENSTOCK_{name}": value for name, value in settings.items()}))


def test_a_question_is_a_query_and_a_command_is_a_body(script: Script) -> None:
    script.answers = [(200, {}, FOUND), (404, {}, b"{}")]
    transport = http(f"{script.url}/prefix/")
    assert transport.send(GetExperiment(experiment_id="a&b=c")).experiment.name == "x"
    with pytest.raises(PenstockError):
        transport.send(CreateRun(experiment_id="1", run_name="r", start_time=5))
    transport.close()
    (get, path, _, _), (post, _, headers, body) = script.asked
    assert (get, path) == ("GET", "/prefix/api/2.0/mlflow/experiments/get?experiment_id=a%26b%3Dc")
    assert (post, headers["Content-Type"]) == ("POST", "application/json")
    assert json.loads(body)["run_name"] == "r"


@pytest.mark.parametrize(
    ("url", "settings", "header"),
    [
        ("{}", {}, None),
        ("{}", {"TRACKING_TOKEN": "t"}, "Bearer t"),
        ("{}", {"TRACKING_USERNAME": "u", "TRACKING_PASSWORD": "p", "TRACKING_TOKEN": "t"}, "Basic " + b64encode(b"u:p").decode()),
        ("me:p%40ss@", {"TRACKING_TOKEN": "t"}, "Basic " + b64encode(b"me:p@ss").decode()),
    ],
)  # fmt: skip
def test_credentials_are_sent_and_never_shown(
    script: Script, url: str, settings: dict[str, str], header: str | None
) -> None:
    script.answers = [(200, {}, FOUND)]
    address = script.url.replace("//", f"//{url}", 1) if "@" in url else script.url
    transport = http(address, **settings)
    transport.send(GetExperiment(experiment_id="1"))
    transport.close()
    assert script.asked[0][2].get("Authorization") == header
    assert transport.url == script.url


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "RESOURCE_DOES_NOT_EXIST", NotFound), (400, "INVALID_PARAMETER_VALUE", InvalidParameter),
        (401, "", Unauthenticated), (403, "", PermissionDenied), (302, "", InvalidParameter),
    ],
)  # fmt: skip
def test_a_refusal_is_raised_at_once(script: Script, status: int, code: str, kind: type[PenstockError]) -> None:
    body = json.dumps({"error_code": code, "message": "no"}).encode() if code else b"<html>no</html>"
    script.answers = [(status, {"Location": "https://there"}, body)]
    transport = http(script.url)
    with pytest.raises(kind):
        transport.send(GetRun(run_id="r"))
    transport.close()
    assert len(script.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_question_is_asked_again_while_the_server_is_in_trouble(script: Script, status: int) -> None:
    script.answers = [(status, {}, b""), (200, {}, FOUND)]
    transport = http(script.url)
    assert transport.send(GetExperiment(experiment_id="1")).experiment.name == "x"
    transport.close()


def test_what_may_have_been_done_is_not_done_again(script: Script) -> None:
    script.answers = [(502, {}, b"")]
    transport = http(script.url)
    with pytest.raises(Unavailable):
        transport.send(CreateRun(experiment_id="1"))
    transport.close()
    assert len(script.asked) == 1


def test_the_tries_come_to_an_end(script: Script) -> None:
    script.answers = [(503, {}, b"")] * 2
    transport = http(script.url, HTTP_RETRIES="1")
    with pytest.raises(Unavailable):
        transport.send(GetRun(run_id="r"))
    transport.close()
    assert len(script.asked) == 2


def test_one_try_is_one_try() -> None:
    transport = http("http://127.0.0.1:9")
    with pytest.raises(Unavailable, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        transport.send_once(GetRun(run_id="r"), 1)
    transport.close()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Unavailable(""), True), (Busy(""), True), (Internal(""), True), (ForeignError("", "520"), True),
        (ForeignError("", "408"), True), (ForeignError("", "418"), False), (NotFound(""), False),
        (InvalidParameter(""), False), (Unauthenticated(""), False),
    ],
)  # fmt: skip
def test_it_is_known_what_may_pass(error: PenstockError, expected: bool) -> None:
    assert may_pass(error) is expected


def test_pauses_grow_up_to_a_bound() -> None:
    assert pause(0) < pause(3) < pause(50) <= 12.5
