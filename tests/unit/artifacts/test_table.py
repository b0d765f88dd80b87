from pathlib import Path

import pytest

from penstock.artifacts.table import Kind, open_store
from penstock.errors import InvalidParameter, Unsupported
from penstock.testing.artifact_suite import get, put


def test_a_path_opens_a_folder(tmp_path: Path) -> None:
    put(open_store(str(tmp_path)), "a", b"a")
    assert (tmp_path / "a").read_bytes() == b"a"


@pytest.mark.parametrize(
    "form", ["file://{}/odd%20name%3F", "file:{}/odd%20name%3F", "FILE://localhost{}/odd%20name%3F"]
)
def test_a_file_uri_opens_the_folder_it_names(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "odd name?"
    put(open_store(str(folder)), "a", b"a")
    assert get(open_store(form.format(tmp_path)), "a") == b"a"


@pytest.mark.parametrize(
    "uri",
    ["", "s3://bucket/key", "file://elsewhere/folder", "file:relative", "file:///a?b", "file:///a#b", "file:///%ff"],
)
def test_other_locations_are_refused(uri: str) -> None:
    with pytest.raises(InvalidParameter):
        open_store(uri)


def test_a_store_that_is_not_installed_says_what_to_install() -> None:
    with pytest.raises(Unsupported, match=r"pip install penstock\[cloud\]"):
        open_store("cloud://x", [Kind("cloud", "penstock.no_such_module:Store", "penstock[cloud]")])
