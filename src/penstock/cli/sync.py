"""`penstock sync`: sends what journals still hold."""

import sys

import click

from penstock.cli.folder import journal_home
from penstock.client.sync import Report
from penstock.client.sync import sync as send_journals


@click.command()
@click.argument("folder", required=False)
@click.option("--to", "uri", metavar="URI", help="Send everything there, wherever it was meant to go.")
def sync(folder: str | None, uri: str | None) -> None:
    """Send what journals still hold.

    FOLDER holds journals, or a folder `journal`; without it, those of the present tracking URI are sent. Exit status 1
    means that something is left.
    """
    home = journal_home(folder)
    report = send_journals(home, uri, _show_progress if sys.stderr.isatty() else None)
    _print(report, str(home))
    if report.left:
        sys.exit(1)


def _show_progress(run_id: str, done: int, total: int) -> None:
    click.echo(f"\r{done} of {total} journals sent, now run {run_id}", nl=done == total, err=True)


def _print(report: Report, home: str) -> None:
    if not (report.sent or report.busy or report.left):
        click.echo(f"Nothing waits in {home}.")
    if report.sent:
        click.echo(f"Sent {report.records} records from {report.sent} journals.")
    if report.busy:
        click.echo(f"{report.busy} journals are being written by running processes, which send them.")
    for line in report.refused:
        click.echo(f"Refused by the store: {line}", err=True)
    for line in report.left:
        click.echo(f"Left: {line}", err=True)
