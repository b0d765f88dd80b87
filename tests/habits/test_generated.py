"""Files made from the code are as fresh as the code."""

from pathlib import Path

from penstock.operations.typescript import typescript

ROOT = Path(__file__).parents[2]


def test_types_of_the_page_are_those_of_the_operations() -> None:
    fresh = typescript()

    committed = (ROOT / "ui/src/api/types.ts").read_text()

    assert committed == fresh, "stale: run python -m penstock.operations.typescript > ui/src/api/types.ts"
