"""The command `penstock`: a table of its commands, each loaded when it is called, so that `--help` is quick."""

import importlib
import sys
import traceback
from typing import Final, NamedTuple

import click

from penstock.errors import PenstockError
from penstock.version import VERSION


class Row(NamedTuple):
    """One command: where it is defined (``module:attribute``), and its line in the help."""

    target: str
    help: str


COMMANDS: Final[dict[str, Row]] = {
    "demo": Row("penstock.cli.demo:demo", "Train real models and watch them on a page."),
    "doctor": Row("penstock.cli.doctor:doctor", "Say what waits to be sent, and why."),
    "server": Row(
        "penstock.cli.server:server",
        "Serve runs and artifacts over HTTP, to this machine unless --host says otherwise.",
    ),
    "sync": Row("penstock.cli.sync:sync", "Send what journals still hold."),
    "ui": Row(
        "penstock.cli.server:ui",
        "Show runs on a page: those in this folder's .penstock, or where PENSTOCK_TRACKING_URI keeps them.",
    ),
}


class Table(click.Group):
    """A group whose commands are rows of ``COMMANDS``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of the commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command; None when there is none of that name."""
        row = COMMANDS.get(cmd_name)
        if row is None:
            return None
        module, _, attribute = row.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands from the table, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in sorted(COMMANDS)])


def _print_version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:  # noqa: FBT001
    if asked and not ctx.resilient_parsing:
        click.echo(f"penstock {VERSION}")
        ctx.exit()


@click.group(cls=Table, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--traceback", "show_traceback", is_flag=True, help="Print where an unexpected error came from.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def penstock(show_traceback: bool) -> None:  # noqa: FBT001
    """Record experiments, compare them, and keep what they made.

    Start with `penstock demo`; then `penstock ui` shows what your own code logs here.
    """


def main() -> None:
    """Run the command line: an error is one line on standard error and exit status 1."""
    try:
        penstock(prog_name="penstock")
    except (PenstockError, OSError) as error:
        _fail(str(error))
    except Exception as error:  # noqa: BLE001 - the edge: nobody above could say it better
        if "--traceback" in sys.argv:
            traceback.print_exc()
        kind = type(error).__name__
        _fail(f"{kind}: {error}. This is a fault in Penstock; `penstock --traceback ...` shows where.")


def _fail(message: str) -> None:
    click.echo(f"Error: {message}", err=True)
    sys.exit(1)
