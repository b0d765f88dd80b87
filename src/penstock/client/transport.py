"""The two ways in: ``Local`` to a store in this process, ``Http`` to a server. There is no third."""

import random
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

import msgspec

from penstock.errors import Busy, ForeignError, Internal, InvalidParameter, PenstockError, Unavailable
from penstock.operations.base import Operation
from penstock.operations.codec import JSON, MSGPACK, decode_error, decode_result, encode_body, encode_query
from penstock.operations.experiments import CreateExperiment
from penstock.operations.records import AppendRecords, RecordsAppended
from penstock.operations.runs import CreateRun
from penstock.operations.table import result_type
from penstock.settings import Settings
from penstock.version import VERSION

if TYPE_CHECKING:
    from urllib3 import PoolManager

R = TypeVar("R")

VERSION_HEADER: Final = "X-Penstock-Version"
CONNECT_SECONDS: Final = 3.0
APPEND_SECONDS: Final = 30.0
# An answer that was lost may hide that these were done, and doing them again makes another.
_DONE_ONCE: Final = (CreateRun, CreateExperiment)
_LONGEST_WAIT: Final = 10.0


class Door(Protocol):
    """What ``Local`` needs of a service."""

    def send(self, op: Operation[R]) -> R:
        """Carry out an operation."""
        ...

    def close(self) -> None:
        """Close the store."""
        ...


class Local:
    """Carries operations to a service in this process."""

    def __init__(self, service: Door) -> None:
        self._service = service

    def send(self, op: Operation[R]) -> R:
        """Carry out ``op`` (see ``Transport.send``)."""
        return self._service.send(op)

    def close(self) -> None:
        """Nothing is held open here: whoever opened the service closes it."""


class RawAppend(msgspec.Struct, frozen=True):
    """``AppendRecords`` with records that are encoded already."""

    run_id: str
    writer: str
    first_seq: int
    records: list[msgspec.Raw]


class Answer(msgspec.Struct, frozen=True):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """Carries operations to a server, ours or MLflow's. Connections are kept open and shared by threads.

    Args:
        url: ``http(s)://[USER:PASSWORD@]HOST[:PORT][/PREFIX]``.
        settings: credentials, certificates, how long to wait and how often to try.

    Raises:
        InvalidParameter: the address is not one.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        self.url, userinfo = _split(url)
        self._settings = settings
        self._seconds = settings.number("PENSTOCK_HTTP_TIMEOUT")
        self._retries = int(settings.number("PENSTOCK_HTTP_RETRIES"))
        self.headers: Final = {"User-Agent": f"penstock/{VERSION}", **_credentials(settings, userinfo)}
        self._pool: PoolManager | None = None
        self._lock = threading.Lock()

    def send(self, op: Operation[R]) -> R:
        """Carry out ``op`` (see ``Transport.send``); while the server is away, try again for some time."""
        return self._send(op, self._retries, self._seconds)

    def send_once(self, op: Operation[R], seconds: float) -> R:
        """Carry out ``op`` with a single try of at most so many seconds after the connection stands.

        Raises:
            PenstockError: what the server answered, or ``Unavailable``.
        """
        return self._send(op, 0, seconds)

    def append(self, run_id: str, writer: str, first_seq: int, records: list[msgspec.Raw]) -> RecordsAppended:
        """Carry out ``AppendRecords``, in one try, with records that are encoded already.

        Raises:
            PenstockError: what the server answered, or ``Unavailable``.
        """
        body = msgspec.msgpack.encode(RawAppend(run_id, writer, first_seq, records))
        headers = {"Content-Type": MSGPACK}
        answer = self.exchange("POST", AppendRecords.route.path, body=body, headers=headers, seconds=APPEND_SECONDS)
        return decode_result(RecordsAppended, _good(answer).body)

    def exchange(
        self, method: str, path: str, *, seconds: float, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        """Send one request and read its answer, whatever the status.

        Raises:
            Unavailable: no answer came.
        """
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        timeout = Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)
        try:
            response = self.pool.urlopen(
                method, self.url + path, body=body, headers={**self.headers, **headers}, timeout=timeout,
                retries=False, redirect=False,
            )  # fmt: skip
            return Answer(response.status, response.headers, response.data)
        except HTTPError as error:
            reason = str(error).rpartition(": ")[2] or type(error).__name__
            raise Unavailable(f"The server at {self.url} cannot be reached: {reason}.") from error

    @property
    def pool(self) -> "PoolManager":
        """The connections, for whoever speaks to the same server in other ways."""
        with self._lock:
            if self._pool is None:
                self._pool = _pool(self._settings)
            return self._pool

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._pool is not None:
                self._pool.clear()
            self._pool = None

    def forget(self) -> None:
        """In a forked child: leave the parent's connections alone."""
        self._lock = threading.Lock()
        self._pool = None

    def _send(self, op: Operation[R], retries: int, seconds: float) -> R:
        method = op.route.methods[0]
        query = "" if method == "POST" else _query(op)
        body = encode_body(op) if method == "POST" else None
        headers = {"Content-Type": JSON} if body is not None else {}
        for attempt in range(retries + 1):
            try:
                answer = self.exchange(method, op.route.path + query, body=body, headers=headers, seconds=seconds)
                result: R = decode_result(result_type(type(op)), _good(answer).body)
                return result
            except (Unavailable, Busy, Internal, ForeignError) as error:
                if attempt == retries or not _worth_another_try(op, error):
                    raise
                time.sleep(pause(attempt))
        raise AssertionError


def pause(attempt: int) -> float:
    """Seconds to wait after the failed try ``attempt``, counted from 0; random, so that clients do not march in step."""
    return min(_LONGEST_WAIT, 0.25 * 2.0**attempt) * random.uniform(0.75, 1.25)  # noqa: S311 - no secret


def may_pass(error: PenstockError) -> bool:
    """Whether the same call may work later."""
    if isinstance(error, ForeignError):
        return error.foreign_code in {"408", "504"} or error.foreign_code.startswith("5")
    return isinstance(error, Unavailable | Busy | Internal)


def _worth_another_try(op: Operation[Any], error: PenstockError) -> bool:
    return may_pass(error) and not (isinstance(op, _DONE_ONCE) and not isinstance(error, Busy))


def _good(answer: Answer) -> Answer:
    if 200 <= answer.status < 300:
        return answer
    if 300 <= answer.status < 400:
        place = answer.headers.get("Location", "another address")
        raise InvalidParameter(f"The server sends you on to {place}: use that as the tracking URI.")
    raise decode_error(answer.status, answer.body)


def _query(op: Operation[Any]) -> str:
    from urllib.parse import urlencode

    pairs = encode_query(op)
    return "?" + urlencode(pairs) if pairs else ""


def _split(url: str) -> tuple[str, str]:
    """The address without what must not be shown, and the user and password that stood in it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidParameter(f"'{url}' is no address of a server: {error}.") from None
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise InvalidParameter(f"'{url}' is no address of a server: it must look like http://HOST:5000.")
    userinfo, _, place = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{place}{parts.path}".rstrip("/"), userinfo


def _credentials(settings: Settings, userinfo: str) -> dict[str, str]:
    user, password = settings.text("PENSTOCK_TRACKING_USERNAME"), settings.text("PENSTOCK_TRACKING_PASSWORD")
    if userinfo:
        name, _, word = userinfo.partition(":")
        user, password = unquote(name), unquote(word)
    if user:
        return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}
    token = settings.text("PENSTOCK_TRACKING_TOKEN")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _pool(settings: Settings) -> "PoolManager":
    import urllib3

    options: dict[str, Any] = {}
    if settings.flag("PENSTOCK_INSECURE_TLS"):
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        options["cert_reqs"] = "CERT_NONE"
    if authorities := settings.text("PENSTOCK_SERVER_CERT"):
        options["ca_certs"] = authorities
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=settings.number("PENSTOCK_HTTP_TIMEOUT"))
    return urllib3.PoolManager(maxsize=8, retries=False, timeout=timeout, **options)
