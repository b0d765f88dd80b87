"""The table of commands, and what people see when something is wrong."""

import subprocess
import sys

import click
import pytest

from penstock.cli import main
from penstock.version import VERSION


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "penstock", *arguments], capture_output=True, text=True, check=False)


def test_the_version_is_printed() -> None:
    assert run("--version").stdout == f"penstock {VERSION}\n"


def test_without_arguments_the_commands_are_listed() -> None:
    listed = run("--help").stdout
    assert [name for name in main.COMMANDS if f"\n  {name} " not in listed] == []


def test_an_unknown_command_is_refused_with_a_hint() -> None:
    result = run("nonsense")
    assert result.returncode == 2
    assert "No such command 'nonsense'" in result.stderr


def test_an_error_is_one_line_and_no_traceback() -> None:
    result = run("server", "--backend-store-uri", "ftp://nowhere")
    assert result.returncode == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: 'ftp://nowhere' cannot be opened as a store")


def test_a_fault_of_ours_is_one_line_that_says_how_to_see_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(main.COMMANDS, "broken", main.Row(f"{__name__}:broken", "Fails."))
    monkeypatch.setattr(sys, "argv", ["penstock", "broken"])
    with pytest.raises(SystemExit) as exit_:
        main.main()
    assert exit_.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Error: ZeroDivisionError: division by zero.")
    assert "--traceback" in line


@click.command()
def broken() -> None:
    raise ZeroDivisionError("division by zero")
