"""Ids, names and numbers as types, so that one cannot be passed for another."""

import re
import secrets
from typing import Annotated, Final, NewType

from msgspec import Meta

RunId = NewType("RunId", str)
"""32 hexadecimal digits when minted here; 1-256 word characters or dashes when minted elsewhere."""
ExperimentId = NewType("ExperimentId", str)
"""A decimal integer as text; ``"0"`` is the default experiment."""
WriterId = NewType("WriterId", str)
"""Names one journal: what it sends is applied once, whatever happens on the way."""

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]

RUN_ID_PATTERN: Final = re.compile(r"[A-Za-z0-9][\w-]{0,255}", re.ASCII)
DEFAULT_EXPERIMENT_ID: Final = ExperimentId("0")


def new_run_id() -> RunId:
    """Mint a run id: 32 random hexadecimal digits."""
    return RunId(secrets.token_hex(16))
