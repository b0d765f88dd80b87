from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.errors import InvalidParameter
from penstock.server.exchange import Exchange, Message
from penstock.server.security import Guard
from penstock.settings import Settings
from tests.unit.server.running import API, JSON, Site, serving

CREATE = f"{API}runs/create"
BODY = b'{"experiment_id": "0"}'
OWN_HOSTS = [
    "localhost", "localhost:", "LOCALHOST", "localhost:5000", "127.0.0.1", "127.0.0.1:1", "127.8.9.10:5000", "[::1]", "[::1]:5000",
    "tracking.example.com", "Tracking.Example.Com:443", "other.example.com:8080", "[fd00::1]:80",
]  # fmt: skip
FOREIGN_HOSTS = [
    "", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:5000", "sub.tracking.example.com",
    "tracking.example.com.", "other.example.com", "other.example.com:80", "0.0.0.0", "10.0.0.1", "192.168.1.1.nip.io", "10.evil.example",
    "127.1", "2130706433", "0x7f000001", "127.0.0.01", "[::1", "::1", "[::ffff:10.0.0.1]", "localhost:x", "localhost:80:80",
    "localhost@evil.example", "evil.example#localhost", "evil.example/localhost", "localhost evil.example", "[localhost]x", "*", "[]",
    "169.254.169.254", "localhost,evil.example", "loc\u00e4lhost",
]  # fmt: skip


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with names and origins listed."""
    names = "tracking.example.com, other.example.com:8080, fd00::1"
    with serving(
        tmp_path_factory.mktemp("guarded"),
        PENSTOCK_ALLOWED_HOSTS=names,
        PENSTOCK_ALLOWED_ORIGINS="https://notebook.example.com, http://127.0.0.1:3000",
    ) as running:
        yield running


def exchange(host: str, method: str = "GET", **headers: str) -> Exchange:
    """A request as far as the guard looks at it, for hosts that no client would send."""
    pairs = [
        (b"host", host.encode("latin-1")),
        *((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()),
    ]
    scope = {"method": method, "path": "/", "headers": pairs, "server": ("172.17.0.2", 5000)}
    return Exchange(scope, never, swallow, ())


async def never() -> Message:
    raise AssertionError


async def swallow(_: Message) -> None:
    raise AssertionError


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard(
        Settings({
            "PENSTOCK_ALLOWED_HOSTS": "tracking.example.com, other.example.com:8080, fd00::1",
            "PENSTOCK_ALLOWED_ORIGINS": "https://notebook.example.com",
        })
    )  # fmt: skip


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_own_names_are_answered(guard: Guard, host: str) -> None:
    assert guard.fault(exchange(host)) is None
    assert guard.fault(exchange(host)) is None


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_other_names_are_not(guard: Guard, host: str) -> None:
    assert "PENSTOCK_ALLOWED_HOSTS" in (guard.fault(exchange(host)) or "")


def test_the_address_that_was_reached_is_an_own_name(guard: Guard) -> None:
    assert guard.fault(exchange("172.17.0.2:5000")) is None
    assert guard.fault(exchange("172.17.0.3:5000"))


def test_the_name_it_was_bound_to_is_an_own_name() -> None:
    assert Guard(Settings({"PENSTOCK_HOST": "box.lan"})).fault(exchange("box.lan:5000")) is None
    for wildcard in ("0.0.0.0", "::"):
        assert Guard(Settings({"PENSTOCK_HOST": wildcard})).fault(exchange("0.0.0.0:5000"))


SAFE = ["GET", "HEAD", "OPTIONS"]
UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]
OWN_ORIGINS = [
    ("localhost:5000", "http://localhost:5000"), ("127.0.0.1:5000", "http://127.0.0.1:5000"), ("localhost", "http://localhost"),
    ("localhost:80", "http://localhost"), ("tracking.example.com", "https://tracking.example.com"),
    ("tracking.example.com:443", "https://tracking.example.com"), ("[::1]:5000", "http://[::1]:5000"), ("LOCALHOST:5000", "http://localhost:5000"),
    ("localhost:5000", "https://notebook.example.com"), ("localhost:5000", "HTTPS://NOTEBOOK.example.com"),
]  # fmt: skip
FOREIGN_ORIGINS = [
    "null", "", "http://evil.example", "http://localhost:5001", "http://localhost", "http://127.0.0.1:5000", "https://localhost:5000.evil.example",
    "http://localhost:5000@evil.example", "http://evil.example/localhost:5000", "file://", "localhost:5000", "//localhost:5000", "ftp://localhost:5000",
    "http://notebook.example.com", "https://notebook.example.com:444", "https://notebook.example.com.evil.example", "https://evil.example?https://notebook.example.com",
    "chrome-extension://localhost:5000", "http://localhost:5000/", "http://localhost:5000 http://evil.example",
]  # fmt: skip


@pytest.mark.parametrize(("host", "origin"), OWN_ORIGINS)
def test_own_and_listed_pages_may_write(guard: Guard, host: str, origin: str) -> None:
    for method in SAFE + UNSAFE:
        assert guard.fault(exchange(host, method, origin=origin)) is None
        assert guard.fault(exchange(host, method, origin=origin, sec_fetch_site="same-site")) is None


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_pages_from_elsewhere_may_not_write(guard: Guard, origin: str) -> None:
    for method in UNSAFE:
        assert "PENSTOCK_ALLOWED_ORIGINS" in (guard.fault(exchange("localhost:5000", method, origin=origin)) or "")
    for method in SAFE:
        assert guard.fault(exchange("localhost:5000", method, origin=origin)) is None


@pytest.mark.parametrize(
    ("site_header", "fair"),
    [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False), ("?", False)],
)
def test_a_browser_that_names_no_origin_tells_by_its_fetch_site(guard: Guard, site_header: str, fair: bool) -> None:
    for method in UNSAFE:
        assert (guard.fault(exchange("localhost", method, sec_fetch_site=site_header)) is None) is fair


def test_two_hosts_are_one_too_many(guard: Guard) -> None:
    twice = exchange("localhost")
    twice.scope["headers"].append((b"host", b"localhost"))
    assert guard.fault(Exchange(twice.scope, never, swallow, ()))


@pytest.mark.parametrize(
    "names", ["*", "*.example.com", "10.*", "http://example.com", "a b", "ex?mple.com", "user@host"]
)
def test_patterns_are_not_taken_for_names(names: str) -> None:
    with pytest.raises(InvalidParameter, match="PENSTOCK_ALLOWED_HOSTS"):
        Guard(Settings({"PENSTOCK_ALLOWED_HOSTS": names}))


@pytest.mark.parametrize(
    "origins", ["*", "null", "example.com", "https://example.com/", "https://*.example.com", "https://example.com:x"]
)
def test_only_whole_origins_can_be_listed(origins: str) -> None:
    with pytest.raises(InvalidParameter, match="PENSTOCK_ALLOWED_ORIGINS"):
        Guard(Settings({"PENSTOCK_ALLOWED_ORIGINS": origins}))


# ---- over the wire

TARGETS = [
    ("POST", CREATE), ("POST", "/ajax-api/2.0/mlflow/runs/create"), ("POST", "/api/penstock/v1/records/append"),
    ("PUT", "/api/2.0/mlflow-artifacts/artifacts/a.txt"), ("DELETE", "/ajax-api/2.0/mlflow-artifacts/artifacts/a.txt"),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/create/a.txt"), ("POST", "/"), ("POST", "/api/none"), ("POST", "/health/"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "target"), TARGETS)
def test_no_route_is_left_out(guarded: Site, method: str, target: str) -> None:
    foreign_host = guarded.ask(method, target, BODY, JSON, host="evil.example")
    foreign_page = guarded.ask(method, target, BODY, {**JSON, "Origin": "http://evil.example"})
    for answer in (foreign_host, foreign_page):
        assert (answer.status, answer.headers["content-type"]) == (403, "text/plain; charset=utf-8")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/static-files/a.js",
        f"{API}runs/get",
        "/api/penstock/v1/changes",
        "/get-artifact",
        "/api/2.0/mlflow-artifacts/artifacts",
        "/x",
    ],
)
def test_nothing_can_be_read_by_another_name(guarded: Site, target: str) -> None:
    assert guarded.ask("GET", target, host="evil.example").status == 403


def test_a_sign_of_life_has_any_name(guarded: Site) -> None:
    assert guarded.ask("GET", "/health", host="evil.example").body == b"OK"
    assert guarded.ask("GET", "/version", host="evil.example").status == 200


def test_a_listed_page_may_read_the_answer(guarded: Site) -> None:
    origin = "https://notebook.example.com"
    answer = guarded.ask("POST", CREATE, BODY, {**JSON, "Origin": origin})
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, origin)
    before = guarded.ask("OPTIONS", CREATE, None, {"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert (before.status, before.headers["access-control-allow-origin"]) == (204, origin)
    assert "POST" in before.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in before.headers


def test_another_page_may_not(guarded: Site) -> None:
    for method, target in (("OPTIONS", CREATE), ("GET", "/health"), ("GET", f"{API}experiments/search?max_results=1")):
        answer = guarded.ask(method, target, None, {"Origin": "http://evil.example"})
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "target", ["/", "/health", f"{API}runs/get", "/api/none", "/static-files/none", "/get-artifact"]
)
def test_every_answer_carries_the_security_headers(guarded: Site, target: str) -> None:
    headers = guarded.ask("GET", target).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_the_page_has_a_policy(guarded: Site) -> None:
    policy = guarded.ask("GET", "/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy


def test_a_server_with_a_bad_setting_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter), serving(tmp_path, PENSTOCK_ALLOWED_HOSTS="*"):
        pytest.fail("it started")
