"""The public face: which names there are is decided here, and each is documented."""

import subprocess
import sys

import penstock
from tests.habits.api_page import page
from tests.habits.source import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "api.md"
# A name that enters is a promise, and one that leaves breaks somebody's script: both are decided in this list.
NAMES = [
]  # fmt: skip


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
