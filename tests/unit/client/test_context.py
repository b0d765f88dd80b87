import subprocess
import sys
from pathlib import Path

import pytest

from penstock.client import context
from penstock.settings import Settings


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    return subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A work tree with one commit."""
    git(tmp_path, "init", "-b", "trunk")
    (tmp_path / "train.py").write_text("print(1)\n")
    git(tmp_path, "add", "train.py")
    git(tmp_path, "commit", "-m", "first")
    git(tmp_path, "remote", "add", "origin", "https://someone:secret@example.org/x.git")
    return tmp_path


def test_a_clean_work_tree_is_told(repository: Path) -> None:
    assert context._git_tags(repository, diff=True) == {
        "mlflow.source.git.commit": git(repository, "rev-parse", "HEAD").strip(),
        "mlflow.source.git.branch": "trunk",
        "mlflow.source.git.dirty": "false",
        "mlflow.source.git.repoURL": "https://example.org/x.git",
    }


def test_changes_are_kept_or_left_out_as_told(repository: Path) -> None:
    (repository / "train.py").write_text("print(2)\n")
    kept = context._git_tags(repository, diff=True)
    assert kept["mlflow.source.git.dirty"] == "true"
    assert "+print(2)" in kept["mlflow.source.git.diff"]
    assert "mlflow.source.git.diff" not in context._git_tags(repository, diff=False)


def test_changes_that_are_too_long_are_told_by_file(repository: Path) -> None:
    (repository / "train.py").write_text("x = 1\n" * 20_000)
    kept = context._git_tags(repository, diff=True)["mlflow.source.git.diff"]
    assert len(kept) < 1000
    assert "train.py" in kept


def test_outside_of_a_work_tree_nothing_is_told(tmp_path: Path) -> None:
    assert context._git_tags(tmp_path, diff=True) == {}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("train.py --rate 0.1", "train.py --rate 0.1"),
        ("train.py --password=abc --rate=1", "train.py --password=*** --rate=1"),
        ("train.py --api-key abc --rate 1", "train.py --api-key *** --rate 1"),
        ("train.py --tokenizer=x", "train.py --tokenizer=***"),
        ("train.py --use-token --rate 1", "train.py --use-token --rate 1"),
    ],
)
def test_secrets_are_not_kept_with_the_command_line(line: str, shown: str) -> None:
    assert context._without_secrets(line.split()) == shown.split()


def test_a_process_is_described() -> None:
    tags = context.describe(Settings({"PENSTOCK_CAPTURE_DIFF": "false"}))
    assert tags["penstock.python"] == sys.version.split()[0]
    assert tags["mlflow.source.type"] == "LOCAL"
    assert tags["mlflow.user"]
    assert "mlflow.source.git.diff" not in tags


def test_packages_are_listed_with_their_versions() -> None:
    lines = context.packages().splitlines()
    assert any(line.startswith("msgspec==") for line in lines)
    names = [line.partition("==")[0].lower() for line in lines]
    assert names == sorted(set(names))
