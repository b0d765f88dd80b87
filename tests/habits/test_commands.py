"""The command line: every command and option is documented, and the help is quick."""

import subprocess
import sys
import time

import click
import pytest

from penstock.cli.main import COMMANDS, penstock
from tests.habits.source import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "commands.md"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_are_documented(name: str) -> None:
    command = penstock.get_command(click.Context(penstock), name)
    assert command is not None
    text = PAGE.read_text()
    _, _, section = text.partition(f"\n## penstock {name}\n")
    section, _, _ = section.partition("\n## ")
    options = [option for param in command.params if isinstance(param, click.Option) for option in param.opts]
    assert [option for option in options if f"`{option}`" not in section] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_says_what_the_table_says(name: str) -> None:
    command = penstock.get_command(click.Context(penstock), name)
    assert command is not None
    assert command.help
    assert command.get_short_help_str(200) == COMMANDS[name].help


def test_the_help_of_all_loads_no_command() -> None:
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "penstock", "--help"], capture_output=True, text=True, check=True
    ).stderr
    heavy = [
        name for name in ("sqlalchemy", "starlette", "uvicorn", "urllib3", "penstock.client") if f" {name}\n" in loaded
    ]
    assert heavy == []


def test_the_help_is_there_within_a_moment() -> None:
    def seconds() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "penstock", "--help"], capture_output=True, check=True)
        return time.perf_counter() - start

    # The best of some: others may be using the machine.
    assert min(seconds() for _ in range(5)) < 0.5
