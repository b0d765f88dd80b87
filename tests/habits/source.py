"""What the habits look at: the files of the repository."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "src" / "penstock"


class Line(NamedTuple):
    """A line of a file, with its place for the message of a failed test."""

    place: str
    text: str


def python_files(*folders: str) -> list[Path]:
    """The Python files below folders of the repository."""
    return sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))


def documents() -> list[Path]:
    """The Markdown files that people read, generated and foreign ones left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=REPOSITORY, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [REPOSITORY / name for name in listed.stdout.splitlines() if (REPOSITORY / name).is_file()]


def lines_matching(pattern: str, files: list[Path]) -> Iterator[Line]:
    """The lines of files in which a regular expression is found."""
    for path in files:
        for number, text in enumerate(path.read_text().splitlines(), start=1):
            if re.search(pattern, text):
                yield Line(f"{path.relative_to(REPOSITORY)}:{number}", text.strip())
