import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.server.running import Site, serving

INDEX = b"<!doctype html><title>Built</title>"
SCRIPT = b"console.log(1)"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose page has been built."""
    folder = tmp_path_factory.mktemp("built")
    assets = folder / "static" / "assets"
    assets.mkdir(parents=True)
    (folder / "secret").write_bytes(b"secret")
    (folder / "static" / "index.html").write_bytes(INDEX)
    (assets / "app-1a2b.js").write_bytes(SCRIPT)
    (assets / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "app-3c4d.css").write_bytes(b"body{}")
    with serving(folder, page=folder / "static") as running:
        yield running


@pytest.mark.parametrize("target", ["/", "/experiments/0", "/runs/abc?tab=charts", "/anything/else"])
def test_addresses_of_the_page_all_give_the_page(built: Site, target: str) -> None:
    answer = built.ask("GET", target)
    assert (answer.status, answer.body) == (200, INDEX)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_its_files_are_kept_for_ever(built: Site) -> None:
    answer = built.ask("GET", "/static-files/assets/app-3c4d.css")
    assert (answer.body, answer.headers["content-type"]) == (b"body{}", "text/css; charset=utf-8")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "content-encoding" not in answer.headers


def test_a_packed_twin_goes_to_those_who_take_it(built: Site) -> None:
    packed = built.ask("GET", "/static-files/assets/app-1a2b.js", headers={"Accept-Encoding": "br, gzip"})
    plain = built.ask("GET", "/static-files/assets/app-1a2b.js")
    assert (packed.headers["content-encoding"], gzip.decompress(packed.body)) == ("gzip", SCRIPT)
    assert (plain.body, plain.headers["content-type"]) == (SCRIPT, packed.headers["content-type"])
    assert packed.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "target",
    ["/favicon.ico", "/static-files/", "/static-files/none.js", "/static-files/../secret", "/static-files/%2e%2e/secret",
     "/static-files/assets", "/static-files//etc/passwd", "/static-files/%00", "/robots.txt"],
)  # fmt: skip
def test_what_is_not_there_is_not_the_page(built: Site, target: str) -> None:
    answer = built.ask("GET", target)
    assert answer.status == 404
    assert b"secret" not in answer.body


def test_a_page_that_is_not_built_says_how(tmp_path: Path) -> None:
    with serving(tmp_path, page=tmp_path / "none") as site:
        answer = site.ask("GET", "/")
    assert answer.status == 200
    assert b"make ui" in answer.body
