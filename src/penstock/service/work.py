"""What a rule has at hand while it works."""

from typing import NamedTuple

from penstock.service.access import Asker
from penstock.service.places import Places
from penstock.store.transaction import Tx


class Work(NamedTuple):
    """One operation under way: its transaction, who asked, and where artifacts lie."""

    tx: Tx
    who: Asker
    places: Places
