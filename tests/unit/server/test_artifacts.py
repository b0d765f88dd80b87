import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.unit.server.running import Answer, Site, serving

BASE = "/api/2.0/mlflow-artifacts/artifacts"
CANARY = b"canary, do not touch"
PLAIN = [
    "..",
    "../canary",
    "a/../../canary",
    "../../../../../../etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "a//b",
    "a/",
    "/",
    "./a",
    "a/.",
    "a/./b",
]
SPELLINGS = [
    *PLAIN,
    *[quote(path, safe="") for path in PLAIN],
    "%2e%2e/canary", "%2E%2E/canary", "%2e./canary", ".%2E/canary", "..%2fcanary", "..%2Fcanary", "a%2f..%2f..%2fcanary", "%2fetc%2fpasswd",
    "..%5ccanary", "..\\canary", "..%5C..%5Ccanary", "a%5Cb", "C:%5CWindows", "C:/Windows", "c%3A/Windows", "%5c%5Chost%5Cshare", "..;/canary/..",
    "../canary;a=b", "..%00/canary", "a%00", "a%00.txt", "%00", "a%0d%0aSet-Cookie:x", "a%0Ab", "a%7f", "a%1b", "a%09", "..%c0%af/canary", "%c0%ae%c0%ae/canary",
    "%e0%80%ae%e0%80%ae/canary", "%ff", "%fe%ff", "a%80", "%ed%a0%80", "%ed%b2%80/x", "file:///etc/passwd", "file%3A%2F%2F%2Fetc%2Fpasswd", "..%20", "a%20", "a.", "a%2e",
    "a/..%20/b", "CON", "con.txt", "a/NUL", "aux.h", "COM1", "lpt%C2%B9.txt", "a" * 256, "%C3%A9" * 128, "a/" * 65 + "b", "abcd/" * 210 + "e", "...%2Fcanary", "a%23..%2Fcanary%23",
    "..%2f" * 40 + "etc/passwd", "....//....//canary/", "..././..././canary/..",
]  # fmt: skip
# Once decoded, these are names like others, if odd ones: nothing is decoded twice, no look-alike is taken for a dot.
HARMLESS = ["%252e%252e/canary", "%252e%252e%252fcanary", "%25252e%25252e/canary", "%u002e%u002e/canary", "..%3b/canary", "%EF%BC%8E%EF%BC%8E/canary",
            "%E2%80%A5/canary", "..%EF%BC%8Fcanary", "~/canary", "$HOME/canary", "a%3Fb", "a%23b%2F..c%23"]  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "canary").write_bytes(CANARY)
    (outside / "store" / "artifacts" / "a").mkdir(parents=True)
    (outside / "store" / "canary").write_bytes(CANARY)
    with serving(outside / "store", PENSTOCK_MAX_UPLOAD_BYTES="3000000") as running:
        yield running


def put(site: Site, path: str, content: bytes) -> Answer:
    return site.ask("PUT", f"{BASE}/{path}", content)


def fingerprint(folder: Path) -> dict[str, bytes | None]:
    """Every path around the store and what is in it, but for what the store itself writes."""
    paths = sorted(path for path in folder.rglob("*") if not path.name.startswith("penstock.db"))
    return {str(path): path.read_bytes() if path.is_file() else None for path in paths}


# ---- hostile paths


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_leads_out(site: Site, spelling: str) -> None:
    before = fingerprint(site.folder.parent)
    run_id = site.new_run()
    for prefix in ("/api/2.0/mlflow-artifacts/", "/ajax-api/2.0/mlflow-artifacts/"):
        requests = [
            ("GET", f"artifacts/{spelling}"), ("HEAD", f"artifacts/{spelling}"), ("PUT", f"artifacts/{spelling}"), ("DELETE", f"artifacts/{spelling}"),
            ("GET", f"artifacts?path={spelling}"), ("POST", f"mpu/create/{spelling}"), ("POST", f"mpu/complete/{spelling}"),
            ("POST", f"mpu/abort/{spelling}"), ("GET", f"presigned/{spelling}"),
        ]  # fmt: skip
        answers = [raw(site, method, prefix + target) for method, target in requests]
        answers += [raw(site, "GET", f"/get-artifact?run_id={run_id}&path={spelling}"), raw(site, "GET", f"/api/2.0/mlflow/artifacts/list?run_id={run_id}&path={spelling}")]  # fmt: skip
        for answer in answers:
            assert 400 <= answer.status < 500
            assert CANARY not in answer.body
            assert b"root:" not in answer.body
    assert fingerprint(site.folder.parent) == before


@pytest.mark.parametrize("path", HARMLESS)
def test_names_that_only_look_hostile_are_kept_to_the_letter(site: Site, path: str) -> None:
    assert put(site, path, path.encode()).status == 200
    assert site.ask("GET", f"{BASE}/{path}").body == path.encode()
    assert site.ask("DELETE", f"{BASE}/{path}").status == 200
    assert (site.folder / "canary").read_bytes() == CANARY


def raw(site: Site, method: str, target: str) -> Answer:
    """A request whose target no client would send."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + b"x")
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        return Answer(response.status, dict(response.getheaders()), response.read())


# ---- the proxy


def test_a_file_goes_in_and_out(site: Site) -> None:
    content = bytes(range(256)) * 4096
    answer = put(site, "0/run/artifacts/model.bin", content)
    assert (answer.status, answer.body) == (200, b"{}")
    got = site.ask("GET", f"{BASE}/0/run/artifacts/model.bin")
    assert got.body == content
    assert got.headers["content-length"] == str(len(content))


def test_names_are_listed_without_their_directory(site: Site) -> None:
    put(site, "list/deep/b.txt", b"b")
    put(site, "list/a.txt", b"aa")
    answer = site.ask("GET", f"{BASE}?path=list")
    assert answer.json() == {
        "files": [{"path": "a.txt", "is_dir": False, "file_size": 2}, {"path": "deep", "is_dir": True}]
    }
    assert site.ask("GET", f"{BASE}?path=list/a.txt").body == b"{}"
    assert site.ask("GET", f"{BASE}?path=absent").body == b"{}"
    assert site.ask("GET", "/ajax-api/2.0/mlflow-artifacts/artifacts?path=list").body == answer.body


def test_deleting_is_recursive_and_answers_an_empty_object(site: Site) -> None:
    put(site, "gone/deep/b.txt", b"b")
    assert site.ask("DELETE", f"{BASE}/gone").body == b"{}"
    assert site.ask("GET", f"{BASE}?path=gone").body == b"{}"
    assert site.ask("GET", f"{BASE}/gone/deep/b.txt").json()["error_code"] == "RESOURCE_DOES_NOT_EXIST"


def test_a_directory_is_not_a_file(site: Site) -> None:
    put(site, "folder/a.txt", b"a")
    for method in ("GET", "PUT"):
        assert site.ask(method, f"{BASE}/folder", b"x").json()["error_code"] == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.html", "text/html; charset=utf-8"), ("a.svg", "image/svg+xml"), ("a.png", "image/png"), ("a.json", "application/json"), ("a.js", "text/javascript; charset=utf-8"),
     ("noending", "application/octet-stream"), ("a.txt.gz", "application/octet-stream"), ("a.webp", "image/webp")],
)  # fmt: skip
def test_bytes_leave_as_something_that_can_do_nothing(site: Site, name: str, kind: str) -> None:
    put(site, f"kinds/{name}", b"<script>alert(1)</script>")
    headers = site.ask("GET", f"{BASE}/kinds/{name}").headers
    assert headers["content-type"] == kind
    assert headers["content-disposition"].startswith("attachment;")
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["x-content-type-options"] == "nosniff"


def test_the_name_in_the_disposition_is_encoded(site: Site) -> None:
    name = 'größe "; filename=evil.exe'
    put(site, quote(name), b"x")
    answer = site.ask("GET", f"{BASE}/{quote(name)}")
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(name, safe='')}"


@pytest.mark.parametrize(
    ("asked", "status", "body", "place"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"), ("bytes=7-", 206, b"789", "bytes 7-9/10"), ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"), ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"), ("bytes=10-", 416, None, "bytes */10"), ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=4-3", 200, b"0123456789", None), ("bytes=0-1,3-4", 200, b"0123456789", None), ("lines=1-2", 200, b"0123456789", None), ("bytes=" + "9" * 50 + "-", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
    ],
)  # fmt: skip
def test_parts_of_a_file(site: Site, asked: str, status: int, body: bytes | None, place: str | None) -> None:
    put(site, "digits", b"0123456789")
    answer = site.ask("GET", f"{BASE}/digits", headers={"Range": asked})
    assert (answer.status, answer.headers.get("content-range")) == (status, place)
    assert body is None or answer.body == body


def test_a_file_the_client_has_is_not_sent_again(site: Site) -> None:
    put(site, "cached", b"old")
    first = site.ask("GET", f"{BASE}/cached").headers
    for headers in ({"If-None-Match": first["etag"]}, {"If-None-Match": f'"x", W/{first["etag"]}'}, {"If-None-Match": "*"}, {"If-Modified-Since": first["last-modified"]}):  # fmt: skip
        answer = site.ask("GET", f"{BASE}/cached", headers=headers)
        assert (answer.status, answer.body) == (304, b"")
    put(site, "cached", b"newer")
    assert site.ask("GET", f"{BASE}/cached", headers={"If-None-Match": first["etag"]}).body == b"newer"
    resumed = site.ask("GET", f"{BASE}/cached", headers={"Range": "bytes=3-", "If-Range": first["etag"]})
    assert (resumed.status, resumed.body) == (200, b"newer")


@pytest.mark.parametrize("date", ["", "x", "Thu, 99 Foo 9999 99:99:99 GMT", "Mon, 01 Jan 99999999 00:00:00 GMT"])
def test_odd_dates_are_ignored(site: Site, date: str) -> None:
    put(site, "dated", b"x")
    assert site.ask("GET", f"{BASE}/dated", headers={"If-Modified-Since": date}).status == 200


# ---- uploads that do not end well


def test_an_upload_over_the_limit_leaves_nothing(site: Site) -> None:
    assert put(site, "limits/at", b"x" * 3_000_000).status == 200
    over = put(site, "limits/over", b"x" * 3_000_001)
    connection = site.connect()
    connection.request("PUT", f"{BASE}/limits/chunked", (b"x" * 100_000 for _ in range(31)), encode_chunked=True)
    chunked = connection.getresponse()
    assert (over.status, chunked.status) == (413, 413)
    connection.close()
    assert [file["path"] for file in site.ask("GET", f"{BASE}?path=limits").json()["files"]] == ["at"]


def test_an_upload_that_breaks_off_leaves_what_was_there(site: Site) -> None:
    put(site, "broken/a", b"old")
    folder = site.folder / "artifacts" / "broken"
    for name in ("a", "b"):
        with socket.create_connection(("127.0.0.1", site.port)) as connection:
            head = f"PUT {BASE}/broken/{name} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
            connection.sendall(head.encode() + b"x" * 500_000)
            deadline = time.monotonic() + 5
            while len(list(folder.iterdir())) < 2 and time.monotonic() < deadline:
                time.sleep(0.01)
            assert len(list(folder.iterdir())) == 2
    deadline = time.monotonic() + 5
    while len(list(folder.iterdir())) > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [path.name for path in folder.iterdir()] == ["a"]
    assert (folder / "a").read_bytes() == b"old"


def test_many_uploads_at_once_do_not_keep_questions_waiting(site: Site) -> None:
    connections = []
    for number in range(20):
        connection = socket.create_connection(("127.0.0.1", site.port))
        head = f"PUT {BASE}/slow/{number} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx"
        connection.sendall(head.encode())
        connections.append(connection)
    began = time.monotonic()
    assert site.ask("GET", f"{BASE}?path=absent").status == 200
    assert time.monotonic() - began < 2
    for connection in connections:
        connection.close()


# ---- what is not offered, and what is switched off


@pytest.mark.parametrize(
    ("method", "target"),
    [("POST", "mpu/create/a"), ("POST", "mpu/complete/a"), ("POST", "mpu/abort/a"), ("GET", "presigned/a")],
)
def test_uploads_in_parts_are_not_offered(site: Site, method: str, target: str) -> None:
    answer = site.ask(method, f"/api/2.0/mlflow-artifacts/{target}", b"{}")
    assert (answer.status, answer.json()["error_code"]) == (501, "NOT_IMPLEMENTED")


def test_another_method_is_refused(site: Site) -> None:
    assert site.ask("POST", f"{BASE}/a", b"x").status == 405
    assert site.ask("PUT", BASE, b"x").status == 405
    assert site.ask("GET", "/api/2.0/mlflow-artifacts/other/a").status == 404


def test_a_server_that_passes_no_artifacts_says_so(tmp_path: Path) -> None:
    with serving(tmp_path, artifacts=False) as site:
        for method, target in (
            ("GET", BASE),
            ("GET", f"{BASE}/a"),
            ("PUT", f"{BASE}/a"),
            ("DELETE", f"{BASE}/a"),
            ("GET", "/get-artifact?run_id=a&path=b"),
        ):
            answer = site.ask(method, target, b"" if method == "PUT" else None)
            assert (answer.status, answer.headers["content-type"]) == (503, "text/plain; charset=utf-8")
            assert b"--no-serve-artifacts" in answer.body


# ---- files of runs


def test_a_file_of_a_run_is_found_by_its_name(site: Site) -> None:
    run_id = site.new_run()
    put(site, f"0/{run_id}/artifacts/plots/roc%20curve.png", b"picture")
    for name in ("run_id", "run_uuid"):
        answer = site.ask("GET", f"/get-artifact?{name}={run_id}&path=plots/roc+curve.png")
        assert (answer.status, answer.body) == (200, b"picture")
        assert answer.headers["content-type"] == "image/png"
    listed = site.ask("GET", f"/api/2.0/mlflow/artifacts/list?run_id={run_id}&path=plots").json()
    assert listed["files"] == [{"path": "plots/roc curve.png", "is_dir": False, "file_size": 7}]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("run_id=RUN", 400),
        ("path=a", 400),
        ("run_id=none&path=a", 404),
        ("run_id=RUN&path=absent", 404),
        ("run_id=RUN&path=", 400),
    ],
)
def test_a_file_that_is_not_named_is_not_found(site: Site, query: str, status: int) -> None:
    answer = site.ask("GET", f"/get-artifact?{query.replace('RUN', site.new_run())}")
    assert answer.status == status
