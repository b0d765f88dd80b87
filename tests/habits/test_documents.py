"""What the documents name is there."""

import re
from pathlib import Path

import pytest

from tests.habits.source import PACKAGE, REPOSITORY, documents

_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
# A path ends in a slash or an extension; `train/loss` is the name of a metric.
_PATH = re.compile(r"`([A-Za-z0-9_./-]+/|[A-Za-z0-9_./-]+/[A-Za-z0-9_-]*\.[a-z]+)`")
# A path in the text is meant from the top of the repository, from the package or from the page's sources.
_ROOTS = (REPOSITORY, REPOSITORY / "src", PACKAGE, REPOSITORY / "ui" / "src")
# Written by programs, not kept in the repository.
_MADE = (".penstock", ".venv", "server/static", "src/penstock/server/static", "/")


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_lead_somewhere(document: Path) -> None:
    targets = [target for target in _LINK.findall(document.read_text()) if "://" not in target]
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_paths_in_the_text_exist(document: Path) -> None:
    names = [name for name in _PATH.findall(document.read_text()) if not name.startswith(_MADE)]
    assert [name for name in names if not any((root / name).exists() for root in (*_ROOTS, document.parent))] == []


def test_the_example_of_the_front_page_is_the_quickstart() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    script = (REPOSITORY / "examples" / "quickstart.py").read_text()
    assert blocks
    assert script.endswith(blocks[0])


def test_no_sentence_points_at_a_line_number() -> None:
    pointing = [
        f"{document.relative_to(REPOSITORY)}: {match}"
        for document in documents()
        for match in re.findall(r"\w+\.(?:py|ts):\d+", document.read_text())
    ]
    assert pointing == []


def test_every_noun_has_one_line() -> None:
    nouns = re.findall(r"^\| \*\*(.+?)\*\* \|", (REPOSITORY / "docs" / "words.md").read_text(), re.MULTILINE)
    assert nouns == sorted(set(nouns), key=str.lower)
    assert len(nouns) > 20
