"""The code keeps its own rules where no tool does."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.habits.source import PACKAGE, REPOSITORY, lines_matching, python_files

# A file over 400 lines is a sign that it holds two things; each exception has its reason.
LONG_FILES: dict[str, str] = {}
BANNED = re.compile(r"(^|_)(manager|helper|helpers|utils|util|handler2)(_|$)")


def test_imports_go_only_downwards() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_files_are_short_enough_to_be_read_at_one_sitting() -> None:
    too_long = {
        str(path.relative_to(REPOSITORY)): count
        for path in python_files("src", "tests", "examples", "benchmarks")
        if (count := len(path.read_text().splitlines())) > 400
    }
    assert too_long.keys() == LONG_FILES.keys(), too_long


def test_nobody_but_settings_reads_the_environment() -> None:
    files = [path for path in python_files("src") if path != PACKAGE / "settings.py"]
    assert list(lines_matching(r"os\.environ|os\.getenv|import environ", files)) == []


def test_no_command_goes_through_a_shell() -> None:
    assert list(lines_matching(r"shell=True|os\.system\(|os\.popen\(", python_files("src", "examples"))) == []


def test_names_say_what_a_thing_is() -> None:
    files = [str(path.relative_to(REPOSITORY)) for path in python_files("src") if BANNED.search(path.stem)]
    names = [
        f"{path.relative_to(REPOSITORY)}: {node.name}"
        for path in python_files("src")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and BANNED.search(node.name)
    ]
    assert files + names == []


def test_nothing_is_left_to_be_done() -> None:
    marks = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X"))
    assert list(lines_matching(rf"\b({marks})\b", python_files("src", "tests", "examples", "benchmarks"))) == []


def test_rooms_export_nothing() -> None:
    # Import path = place of definition: only penstock/__init__.py re-exports.
    exporting = [
        str(path.relative_to(REPOSITORY))
        for path in PACKAGE.glob("*/**/__init__.py")
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(path.read_text()).body)
    ]
    assert exporting == []


def test_the_lock_file_names_public_hosts_alone() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", (REPOSITORY / "uv.lock").read_text()))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_the_lock_file_belongs_to_the_project_file() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    locked = tomllib.loads((REPOSITORY / "uv.lock").read_text())["package"]
    (own,) = (package for package in locked if package["name"] == "penstock")
    declared = {re.split(r"[^A-Za-z0-9_.-]", line)[0].lower() for line in project["dependencies"]}
    assert {
        row["name"] for row in own["metadata"]["requires-dist"] if "marker" not in row or "extra" not in row["marker"]
    } == declared
