from pathlib import Path

import pytest

from penstock.client.connect import connect, folder_of, journal_folder, local_uri, store_of
from penstock.errors import InvalidParameter, Unsupported
from penstock.service.opening import layout
from penstock.settings import Settings


@pytest.mark.parametrize("uri", ["/data/runs", "/data/runs/", "sqlite:////data/x.db", "sqlite:////data/.hidden"])
def test_journals_lie_where_the_store_expects_them(uri: str) -> None:
    assert journal_folder(local_uri(uri)) == layout(uri).journals


@pytest.mark.parametrize("uri", ["/data/runs", "sqlite:////data/x.sqlite"])
def test_a_journal_names_its_store_in_a_way_that_moves_with_it(uri: str) -> None:
    connection = connect(uri, Settings({}))
    assert store_of(connection.journals, connection.journal_uri) == uri
    assert "/data" not in connection.journal_uri


def test_no_address_means_a_folder_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert connect("", Settings({})).uri == str(tmp_path / ".penstock")
    assert connect("runs", Settings({})).uri == str(tmp_path / "runs")
    assert connect("sqlite:///a.db", Settings({})).uri == f"sqlite:///{tmp_path}/a.db"


def test_journals_for_a_server_lie_here_or_where_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert connect("http://h:1", Settings({})).journals == tmp_path / ".penstock" / "journal"
    assert connect("http://h:1", Settings({"PENSTOCK_JOURNAL_DIR": "/j"})).journals == Path("/j")


@pytest.mark.parametrize("uri", ["databricks://x", "postgresql://u@h/d", "s3://b", "http:///x"])
def test_another_kind_of_address_is_refused(uri: str) -> None:
    with pytest.raises(InvalidParameter):
        connect(uri, Settings({}))


def test_artifacts_in_a_cloud_cannot_be_reached_through_a_server() -> None:
    with pytest.raises(Unsupported, match="serve-artifacts"):
        connect("http://h:1", Settings({})).place("s3://bucket/1")


def test_a_folder_of_journals_is_found_by_what_it_is_in(tmp_path: Path) -> None:
    assert folder_of(tmp_path) == tmp_path
    (tmp_path / "journal").mkdir()
    assert folder_of(tmp_path) == tmp_path / "journal"
