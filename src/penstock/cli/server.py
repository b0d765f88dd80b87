"""`penstock server` and `penstock ui`, with the option names of MLflow's."""

import threading
from collections.abc import Callable
from typing import Final

import click

from penstock.errors import InvalidParameter
from penstock.server.run import DEFAULT_STORE, is_loopback, serve
from penstock.service.opening import layout
from penstock.settings import Settings

_OPTIONS: Final = (
    click.option(
        "--backend-store-uri",
        metavar="URI",
        help=f"Where runs are kept: a folder or sqlite:///FILE.  [{DEFAULT_STORE}]",
    ),
    click.option(
        "--default-artifact-root", metavar="URI", help="Where new experiments keep artifacts.  [behind this server]"
    ),
    click.option(
        "--artifacts-destination",
        metavar="FOLDER",
        help="Where the artifacts behind this server lie.  [beside the runs]",
    ),
    click.option("--serve-artifacts/--no-serve-artifacts", default=None, help="Pass artifacts through.  [yes]"),
    click.option("--host", "-h", metavar="HOST", help="Address to listen on.  [127.0.0.1]"),
    click.option("--port", "-p", type=click.IntRange(0, 65535), help="Port to listen on; 0 for any free one.  [5000]"),
    click.option("--allowed-hosts", metavar="NAMES", help="More host names to answer to, separated by commas."),
    click.option(
        "--cors-allowed-origins", metavar="ORIGINS", help="Origins whose pages may read and write, separated by commas."
    ),
)
_NAMES: Final = {
    "backend_store_uri": "PENSTOCK_BACKEND_STORE_URI",
    "default_artifact_root": "PENSTOCK_DEFAULT_ARTIFACT_ROOT",
    "artifacts_destination": "PENSTOCK_ARTIFACTS_DESTINATION",
    "serve_artifacts": "PENSTOCK_SERVE_ARTIFACTS",
    "host": "PENSTOCK_HOST",
    "port": "PENSTOCK_PORT",
    "allowed_hosts": "PENSTOCK_ALLOWED_HOSTS",
    "cors_allowed_origins": "PENSTOCK_ALLOWED_ORIGINS",
}
_Command = Callable[..., None]
_Value = str | int | bool | None


def _with_options(command: _Command) -> _Command:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command(context_settings={"help_option_names": ["--help"]})
@_with_options
def server(**options: _Value) -> None:
    """Serve runs and artifacts over HTTP, to this machine unless --host says otherwise.

    Every option can be set in the environment too: --port as PENSTOCK_PORT or MLFLOW_PORT, and so on.
    """
    _serve(_settings(options))


@click.command(context_settings={"help_option_names": ["--help"]})
@_with_options
def ui(**options: _Value) -> None:
    """Show runs on a page: those in this folder's .penstock, or where PENSTOCK_TRACKING_URI keeps them."""
    settings = _settings(options)
    tracking = settings.text("PENSTOCK_TRACKING_URI")
    if not settings.text("PENSTOCK_BACKEND_STORE_URI") and tracking:
        if tracking.startswith(("http://", "https://")):
            raise InvalidParameter(f"Your runs go to a server: open {tracking} in a browser.")
        settings = settings.overlaid({"PENSTOCK_BACKEND_STORE_URI": tracking})
    _serve(settings)


def _settings(options: dict[str, _Value]) -> Settings:
    """The environment's settings, with what was said on the command line instead."""
    said = {_NAMES[name]: str(value) for name, value in options.items() if value is not None}
    return Settings.of_process().overlaid(said)


def _serve(settings: Settings) -> None:
    host = settings.text("PENSTOCK_HOST")
    if not is_loopback(host):
        click.secho(
            f"Warning: listening on {host}, and there is no login yet: whoever reaches this machine can read and change "
            "everything.\nBrowsers and clients must call it by its address, or by a name listed with --allowed-hosts.",
            fg="yellow",
            err=True,
        )
    store = settings.text("PENSTOCK_BACKEND_STORE_URI") or DEFAULT_STORE

    def announce(address: str) -> None:
        click.echo(f"Penstock is ready at {address} (Ctrl+C stops it)")
        _bring_in_orphans(store)

    serve(settings, announce)


def _bring_in_orphans(store: str) -> None:
    """Take in, beside the serving, what processes that were killed had logged for this store and not yet stored."""
    journals = layout(store).journals
    if any(journals.glob("*.journal")):
        # Imported here: there are seldom any, and a server has no other use for the client.
        from penstock.client.sync import sync

        threading.Thread(target=sync, args=(journals, store), name="penstock-orphans", daemon=True).start()
