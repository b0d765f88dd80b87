"""Every Python block of the tutorial and of the front page runs, in a folder of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


def blocks(document: str) -> str:
    return "\n".join(re.findall(r"```python\n(.*?)```", (REPOSITORY / document).read_text(), re.DOTALL))


def run(script: str, folder: Path) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_the_tutorial_prints_what_it_says(tmp_path: Path) -> None:
    run_id, status, params, _, _, files, *best, broken = run(blocks("docs/tutorial.md"), tmp_path)
    assert re.fullmatch(r"[0-9a-f]{32}", run_id)
    assert status == "FINISHED"
    assert params == "{'rate': '0.05'}"
    assert files == "['config.json', 'model', 'notes.txt']"
    assert [line.split()[0] for line in best] == ["0.1", "0.05"]
    assert broken == "FAILED"
    assert (tmp_path / ".penstock" / "penstock.db").exists()


def test_the_example_of_the_front_page_runs(tmp_path: Path) -> None:
    (line,) = run(blocks("README.md"), tmp_path)
    assert re.fullmatch(r"Run [0-9a-f]{32} ended at a loss of 0\.0000\d\d", line)


@pytest.mark.parametrize("name", ["regression", "classification"])
def test_an_example_can_be_copied_and_run(name: str, tmp_path: Path) -> None:
    script = (REPOSITORY / "examples" / f"{name}.py").read_text()
    # One combination of each: the whole grid is what the demo trains.
    run(script.replace("for each in GRID:", "for each in GRID[:1]:"), tmp_path)
    assert (tmp_path / ".penstock" / "penstock.db").exists()
