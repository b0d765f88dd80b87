"""The public face: which names there are is decided here, and each is documented."""

import subprocess
import sys

import penstock
from tests.habits.api_page import page
from tests.habits.source import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "api.md"
# A name that enters is a promise, and one that leaves breaks somebody's script: both are decided in this list.
NAMES = [
    "ActiveRun",
    "AlreadyExists",
    "Client",
    "Experiment",
    "ExperimentTag",
    "FileInfo",
    "InvalidParameter",
    "InvalidState",
    "Metric",
    "NotFound",
    "Param",
    "PenstockError",
    "PermissionDenied",
    "Run",
    "RunData",
    "RunInfo",
    "RunStatus",
    "RunTag",
    "Unauthenticated",
    "Unavailable",
    "Unsupported",
    "ViewType",
    "__version__",
    "active_run",
    "create_experiment",
    "delete_experiment",
    "delete_run",
    "delete_tag",
    "end_run",
    "flush",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_parent_run",
    "get_run",
    "get_tracking_uri",
    "last_active_run",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_table",
    "log_text",
    "restore_experiment",
    "restore_run",
    "search_experiments",
    "search_runs",
    "set_experiment",
    "set_experiment_tag",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "start_run",
]


def test_the_public_names_are_these() -> None:
    assert sorted(penstock.__all__) == NAMES


def test_every_public_name_is_there() -> None:
    assert [name for name in penstock.__all__ if not hasattr(penstock, name)] == []


def test_the_reference_says_what_the_code_says() -> None:
    assert PAGE.read_text() == page(), "Run: python -m tests.habits.api_page > docs/reference/api.md"


def test_importing_loads_nothing_heavy() -> None:
    script = "import sys, penstock; print(*(name for name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"sqlalchemy", "starlette", "uvicorn", "urllib3", "click", "numpy", "pandas", "sqlite3", "asyncio"}
    assert heavy & set(loaded) == set()
