"""`penstock doctor`: says what waits to be sent, and why."""

import sys

import click

from penstock.client.doctor import Report, Store, Waiting, examine

_UNITS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))


@click.command()
@click.argument("folder", required=False)
def doctor(folder: str | None) -> None:
    """Say what waits to be sent, and why.

    FOLDER holds journals, or a folder `journal`; without it, those of the present tracking URI are looked at. Nothing
    is changed. Exit status 1 means that something needs attention: a store that does not answer while records wait for
    it, or a damaged journal.
    """
    report = examine(folder)
    _print(report)
    away = {store.uri for store in report.stores if store.trouble}
    if report.damaged or any(waiting.store in away for waiting in report.waiting):
        sys.exit(1)


def _print(report: Report) -> None:
    click.echo(f"Penstock {report.version} on Python {report.python}")
    for store in report.stores:
        click.echo(f"Store    {store.uri} ({store.kind}): {store.trouble or 'it answers.'}")
    click.echo(f"Journals {report.folder}: {len(report.waiting) or 'none'} waiting")
    for waiting in report.waiting:
        click.echo(f"  {_describe(waiting)}\n    {_reason(waiting, report.stores)}")
    for line in report.damaged:
        click.echo(f"  Damaged: {line}")


def _describe(waiting: Waiting) -> str:
    files = f" and {waiting.files} files" if waiting.files else ""
    return f"Run {waiting.run_id}: {waiting.records} records{files} for {waiting.store}, {_age(waiting.age)} old"


def _reason(waiting: Waiting, stores: list[Store]) -> str:
    trouble = next((store.trouble for store in stores if store.uri == waiting.store), "")
    if trouble:
        return f"The store is away: {trouble}"
    if waiting.is_held:
        return f"Process {waiting.pid} is running and sends them."
    return "Its process is gone: the next run here sends them, or `penstock sync` does now."


def _age(seconds: float) -> str:
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return "a moment"
