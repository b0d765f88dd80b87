"""Locations: what may be asked for over the wire, and where a URI leads."""

from pathlib import Path

import pytest

from penstock.artifacts.local import LocalArtifacts
from penstock.errors import InvalidParameter, Unsupported
from penstock.service.places import Places


@pytest.fixture
def behind(tmp_path: Path) -> LocalArtifacts:
    return LocalArtifacts(tmp_path / "behind")


@pytest.mark.parametrize(
    "location",
    [
        "mlflow-artifacts:/../../etc",
        "mlflow-artifacts://elsewhere/x",
        "mlflow-artifacts:/a?x=../b",
        "mlflow-artifacts:/a#../../b",
        "mlflow-artifacts:/a;../b",
        "mlflow-artifacts:/%2e%2e/b",
        "/etc",
        "file:///etc",
        "file://host/etc",
        "etc",
        "../etc",
        "s3://bucket/x",
        "ftp://host/x",
        "http://host/x",
        "runs:/abc/x",
        "C:\\x",
        "mlflow-artifacts:/a b",
        "mlflow-artifacts:/a\nb",
        "/srv/artifacts/../../etc",
        "/srv/artifactsX",
        "mlflow-artifacts:/" + "x/" * 1500,
    ],
)
def test_a_server_refuses_other_places(behind: LocalArtifacts, location: str) -> None:
    places = Places("/srv/artifacts", behind, open_to_paths=False)
    with pytest.raises(InvalidParameter):
        places.check_location(location)


def test_a_server_takes_places_below_its_roots(behind: LocalArtifacts) -> None:
    places = Places("/srv/artifacts", behind, open_to_paths=False)
    assert places.check_location("/srv/artifacts/team/") == "/srv/artifacts/team"
    assert places.check_location("mlflow-artifacts:/team") == "mlflow-artifacts:/team"


def test_an_embedded_store_takes_any_folder(behind: LocalArtifacts, tmp_path: Path) -> None:
    places = Places("mlflow-artifacts:/", behind, open_to_paths=True)
    assert places.check_location(str(tmp_path)) == str(tmp_path)
    store, root = places.resolve(f"{tmp_path}/x")
    assert (isinstance(store, LocalArtifacts), str(root)) == (True, "")


def test_a_uri_leads_to_the_store_behind(behind: LocalArtifacts) -> None:
    places = Places("mlflow-artifacts:/", behind, open_to_paths=False)
    store, root = places.resolve("mlflow-artifacts:/3/abc/artifacts")
    assert (store is behind, str(root)) == (True, "3/abc/artifacts")
    for elsewhere in ("s3://bucket/x", "/etc"):
        with pytest.raises(Unsupported):
            places.resolve(elsewhere)
