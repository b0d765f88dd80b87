"""Which folder of journals a command means."""

from pathlib import Path

from penstock.client.connect import connect
from penstock.settings import Settings


def journal_home(folder: str | None) -> Path:
    """``folder``, or the journals of the present tracking URI when none is given.

    Raises:
        InvalidParameter: the tracking URI is none.
    """
    if folder is not None:
        return Path(folder)
    settings = Settings.of_process()
    return connect(settings.text("PENSTOCK_TRACKING_URI"), settings).journals
