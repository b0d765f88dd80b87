"""`penstock demo`: trains the comparisons in examples/ while a page shows them live."""

import itertools
import runpy
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from penstock.cli.port import free_port
from penstock.errors import Unavailable

_SCRIPTS: Final = ("regression", "classification")
_READY_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 10.0


class Task(NamedTuple):
    """One run to make: its script, its experiment, what trains it, and with which params."""

    script: Path
    experiment: str
    train: Callable[[dict[str, Any]], None]
    params: dict[str, Any]


@click.command()
@click.option("--dir", "folder", default=".penstock", show_default=True, help="Where the runs are kept.")
@click.option("--runs", default=36, show_default=True, type=click.IntRange(1, 36), help="How many models to train.")
@click.option(
    "--port",
    "-p",
    default=5000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port of the page; a free one if it is taken.",
)
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser, or only print its address.")
@click.option("--exit", "leave", is_flag=True, help="Stop when the training is done.")
def demo(folder: str, runs: int, port: int, browser: bool, leave: bool) -> None:  # noqa: FBT001
    """Train real models and watch them on a page.

    Compares scikit-learn models on data sets that come with it, and records every run in --dir.
    """
    tasks = load_tasks()[:runs]
    store = Path(folder).resolve()
    store.mkdir(parents=True, exist_ok=True)
    with page_server(store, free_port(port)) as address:
        click.echo(f"Watch it at {address}")
        if browser:
            open_page(address)
        train(tasks, store)
        click.echo(f"{len(tasks)} runs are in {store}. See them again with: penstock ui --backend-store-uri {folder}")
        if not leave:
            click.echo(f"The page stays at {address}; stop with Ctrl+C.")
            _wait_for_interrupt()


def load_tasks() -> list[Task]:
    """Every combination of the example scripts, taking turns.

    Raises:
        click.ClickException: scikit-learn or matplotlib is missing.
    """
    if not (find_spec("sklearn") and find_spec("matplotlib")):
        raise click.ClickException("The demo needs scikit-learn and matplotlib. Run: pip install 'penstock[demo]'")
    columns: list[list[Task]] = []
    for name in _SCRIPTS:
        path = examples_folder() / f"{name}.py"
        script = runpy.run_path(str(path))
        columns.append([Task(path, script["EXPERIMENT"], script["train"], params) for params in script["GRID"]])
    return [task for row in itertools.zip_longest(*columns) for task in row if task is not None]


def examples_folder() -> Path:
    """Where the example scripts lie: in the installed package, or at the top of a clone."""
    package = Path(__file__).parents[1]
    installed = package / "examples"
    return installed if installed.is_dir() else package.parents[1] / "examples"


def train(tasks: list[Task], store: Path) -> None:
    """Train them all, one after the other, and wait until every point is in ``store``."""
    import penstock

    penstock.set_tracking_uri(str(store))
    with click.progressbar(tasks, label=f"Training {len(tasks)} models", show_pos=True) as bar:
        for task in bar:
            # The page is to name the script that trains, as if it were run by itself.
            sys.modules["__main__"].__file__ = str(task.script)
            penstock.set_experiment(task.experiment)
            task.train(task.params)
    penstock.flush()


@contextmanager
def page_server(store: Path, port: int) -> Iterator[str]:
    """A `penstock server` over ``store``, in its own process so that training leaves it time; yields its address.

    Raises:
        Unavailable: it did not start.
    """
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "penstock", "server", "--backend-store-uri", str(store), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:  # noqa: S603 - our own interpreter and module
        try:
            _wait_until_ready(server, address)
            yield address
        finally:
            _stop(server)


def open_page(address: str) -> None:
    """Open the page, where there is a window to open it in."""
    with suppress(webbrowser.Error):
        browser = webbrowser.get()
        # The plain class is a browser for the terminal: it would take the terminal away from the progress bar.
        if type(browser) is not webbrowser.GenericBrowser:
            browser.open(address)


def _wait_until_ready(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{address}/health", timeout=1).close()  # noqa: S310 - http, on this machine
            return
        time.sleep(0.05)
    raise Unavailable(f"The page's server did not start at {address}; its own message stands above.")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


def _wait_for_interrupt() -> None:
    with suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)
