"""A server on a real socket in this process, and a client that sends exactly what it is told."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from penstock.server.app import create_app
from penstock.server.page import BUILT_PAGE
from penstock.server.protocol import BoundedProtocol
from penstock.server.run import Server, bind
from penstock.service.handle import Service
from penstock.service.opening import open_service
from penstock.settings import Settings

JSON = {"Content-Type": "application/json"}
API = "/api/2.0/mlflow/"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Site(NamedTuple):
    """A running server, the service behind it and the folder of its store."""

    port: int
    service: Service
    folder: Path
    server: Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        host: str = "",
    ) -> Answer:
        """Send a request as it is given: nothing in the target is encoded or tidied."""
        with closing(self.connect()) as connection:
            connection.putrequest(method, target, skip_host=bool(host), skip_accept_encoding=True)
            if host:
                connection.putheader("Host", host)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(
                response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
            )

    def post(self, path: str, fields: object) -> Any:
        """Carry out an operation that must succeed."""
        answer = self.ask("POST", API + path, json.dumps(fields).encode(), JSON)
        assert answer.status == 200, answer.body
        return answer.json()

    def new_run(self) -> str:
        run_id: str = self.post("runs/create", {"experiment_id": "0"})["run"]["info"]["run_id"]
        return run_id


@contextmanager
def serving(
    folder: Path,
    service: Service | None = None,
    *,
    artifacts: bool = True,
    page: Path = BUILT_PAGE,
    protocol: type[BoundedProtocol] = BoundedProtocol,
    **environ: str,
) -> Iterator[Site]:
    """Run a server over ``service``, or over the store in ``folder``."""
    opened = service or open_service(str(folder), serves_artifacts=artifacts)
    app = create_app(opened, Settings(environ), version="1.2.3", serve_artifacts=artifacts, page=page)
    ready = threading.Event()
    with closing(opened), closing(app), closing(bind("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        server = Server(app, ready.set, protocol)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        assert ready.wait(10)
        try:
            yield Site(port, opened, folder, server)
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive()
