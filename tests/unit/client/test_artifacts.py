import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

import penstock
from penstock.errors import InvalidParameter

pytestmark = pytest.mark.usefixtures("session")


def read(run_id: str, path: str) -> bytes:
    return Path(penstock.Client().download_artifacts(run_id, path)).read_bytes()


def paths(run_id: str, directory: str = "") -> list[str]:
    found: list[str] = []
    for file in penstock.Client().list_artifacts(run_id, directory):
        found += paths(run_id, file.path) if file.is_dir else [file.path]
    return found


def test_files_and_folders_are_logged(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "deep" / "b.bin").write_bytes(bytes(300_000))
    with penstock.start_run() as run:
        penstock.log_artifact(folder / "a.txt")
        penstock.log_artifact(str(folder / "a.txt"), "into")
        penstock.log_artifacts(folder, "all")
        penstock.log_artifact(folder)
    assert paths(run.info.run_id) == [
        "a.txt", "all/a.txt", "all/deep/b.bin", "into/a.txt", "out/a.txt", "out/deep/b.bin",
    ]  # fmt: skip
    assert read(run.info.run_id, "all/deep/b.bin") == bytes(300_000)


def test_a_directory_is_downloaded_whole(tmp_path: Path) -> None:
    with penstock.start_run() as run:
        penstock.log_text("1", "d/a.txt")
        penstock.log_text("2", "d/e/b.txt")
        penstock.log_text("3", "c.txt")
    copy = Path(penstock.Client().download_artifacts(run.info.run_id, "d", tmp_path / "copy"))
    assert {path.relative_to(copy).as_posix(): path.read_text() for path in copy.rglob("*.txt")} == {
        "a.txt": "1",
        "e/b.txt": "2",
    }
    everything = Path(penstock.Client().download_artifacts(run.info.run_id))
    assert (everything / "c.txt").read_text() == "3"


def test_text_and_dictionaries_are_logged() -> None:
    with penstock.start_run() as run:
        penstock.log_text("größer", "notes/a.md")
        penstock.log_dict({"a": [1, 2], "when": Path("x")}, "d.json")
    assert read(run.info.run_id, "notes/a.md").decode() == "größer"
    assert json.loads(read(run.info.run_id, "d.json")) == {"a": [1, 2], "when": "x"}


def test_a_figure_is_logged_in_the_format_its_name_says() -> None:
    figure = Figure()
    figure.add_subplot().plot([1, 2])
    with penstock.start_run() as run:
        penstock.log_figure(figure, "a.png", save_kwargs={"dpi": 30})
        penstock.log_figure(figure, "a.svg")
    assert read(run.info.run_id, "a.png").startswith(b"\x89PNG")
    assert b"<svg" in read(run.info.run_id, "a.svg")


@pytest.mark.parametrize(
    ("pixels", "mode"),
    [
        (np.zeros((4, 6), np.uint8), "L"), (np.ones((4, 6, 3)), "RGB"), (np.zeros((4, 6, 1), np.int64), "L"),
        (np.zeros((4, 6, 4), np.uint8), "RGBA"), (np.eye(4, dtype=bool), "L"), (Image.new("RGB", (6, 4)), "RGB"),
    ],
)  # fmt: skip
def test_images_of_many_kinds_are_logged(pixels: Any, mode: str) -> None:
    with penstock.start_run() as run:
        penstock.log_image(pixels, "i.png")
    assert Image.open(io.BytesIO(read(run.info.run_id, "i.png"))).mode == mode


def test_a_series_of_images_is_laid_out_by_step() -> None:
    with penstock.start_run() as run:
        penstock.log_image(np.zeros((400, 300, 3), np.uint8), key="val/sample", step=3, timestamp=5)
    small, large = sorted(paths(run.info.run_id))
    assert large.startswith("images/val~sample+step+3+timestamp+5+")
    assert small == large.removesuffix(".png") + "+compressed.webp"
    assert Image.open(io.BytesIO(read(run.info.run_id, small))).size == (192, 256)
    assert penstock.get_run(run.info.run_id).data.tags["mlflow.loggedImages"] == "True"


@pytest.mark.parametrize(
    "pixels", ["x.png", np.zeros(3), np.zeros((2, 2, 2)), np.full((2, 2), 300), np.full((2, 2), 1.5), None]
)
def test_what_is_no_image_raises(pixels: Any) -> None:
    with penstock.start_run() as run:
        with pytest.raises(InvalidParameter):
            penstock.log_image(pixels, "i.png")
        with pytest.raises(InvalidParameter, match="either"):
            penstock.log_image(np.zeros((2, 2)))
        with pytest.raises(InvalidParameter, match="either"):
            penstock.log_image(np.zeros((2, 2)), "a.png", key="k")
    assert paths(run.info.run_id) == []


def test_a_table_grows_and_is_noted_once() -> None:
    with penstock.start_run() as run:
        penstock.log_table({"a": [1, np.int64(2)], "b": ["x", None]}, "t.json")
        penstock.log_table(pd.DataFrame({"b": ["y"], "c": [0.5]}), "t.json")
    assert json.loads(read(run.info.run_id, "t.json")) == {
        "columns": ["a", "b", "c"], "data": [[1, "x", None], [2, None, None], [None, "y", 0.5]],
    }  # fmt: skip
    noted = json.loads(penstock.get_run(run.info.run_id).data.tags["mlflow.loggedArtifacts"])
    assert noted == [{"path": "t.json", "type": "table"}]
    frame = penstock.load_table("t.json", run_ids=[run.info.run_id, run.info.run_id])
    assert list(frame["b"].fillna("-")) == ["x", "-", "y"] * 2


def test_a_table_of_a_resumed_run_goes_on() -> None:
    with penstock.start_run() as run:
        penstock.log_table({"a": 1}, "t.json")
    with penstock.start_run(run.info.run_id):
        penstock.log_table({"a": 2}, "t.json")
        assert list(penstock.load_table("t.json")["a"]) == [1, 2]
    client = penstock.Client()
    client.log_table(run.info.run_id, {"a": 3}, "t.json")
    assert list(client.load_table(run.info.run_id, "t.json")["a"]) == [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "file"),
    [
        ({"a": [1], "b": [1, 2]}, "t.json"),
        ([1, 2], "t.json"),
        ("text", "t.json"),
        ({"a": [1]}, "t.parquet"),
        ({"a": [1]}, "../t.json"),
    ],
)
def test_what_is_no_table_raises(data: Any, file: str) -> None:
    with penstock.start_run(), pytest.raises(InvalidParameter):
        penstock.log_table(data, file)


@pytest.mark.parametrize("path", ["", "../x", "/x", "a//b", "a/../b", "a\\b", "nul", "a/", "x" * 300])
def test_a_path_that_is_not_allowed_raises_at_the_call(path: str) -> None:
    with penstock.start_run() as run:
        with pytest.raises(InvalidParameter):
            penstock.log_text("x", path)
        with pytest.raises(InvalidParameter):
            penstock.Client().log_text(run.info.run_id, "x", path)


def test_a_file_that_is_not_there_raises_at_the_call(tmp_path: Path) -> None:
    with penstock.start_run():
        with pytest.raises(InvalidParameter, match="no file"):
            penstock.log_artifact(tmp_path / "no")
        with pytest.raises(InvalidParameter, match="no folder"):
            penstock.log_artifacts(tmp_path / "no")


def test_something_that_is_no_figure_raises() -> None:
    with penstock.start_run(), pytest.raises(InvalidParameter, match="no figure"):
        penstock.log_figure("figure", "a.png")
