"""What names and values are allowed: the limits of the wire, checked alike by client and server (surface, 2.4)."""

import math
import posixpath
import re
from typing import Final

from penstock.entities.ids import RUN_ID_PATTERN
from penstock.errors import InvalidParameter

MAX_KEY_LENGTH: Final = 250
# MLflow cuts params at 6,000 and run tags at 8,000 characters without a word; here more fits, and what does not is refused.
MAX_PARAM_VALUE_LENGTH: Final = 65_536
MAX_TAG_VALUE_LENGTH: Final = 65_536
MAX_EXPERIMENT_TAG_VALUE_LENGTH: Final = 20_000
MAX_EXPERIMENT_NAME_LENGTH: Final = 500
MAX_ARTIFACT_LOCATION_LENGTH: Final = 2048
MAX_METRICS_PER_BATCH: Final = 1000
MAX_PARAMS_PER_BATCH: Final = 100
MAX_TAGS_PER_BATCH: Final = 100
MAX_ENTITIES_PER_BATCH: Final = 1000

_KEY: Final = re.compile(r"[\w/\-. :]+", re.UNICODE)


def check_key(key: str, what: str = "key") -> str:
    """Return ``key`` if it may name a metric, a param or a tag.

    Raises:
        InvalidParameter: it is not text, empty, over 250 characters, has a character that is not allowed, or is not a
            normal relative path (``a//b``, ``../a``, ``/a``).
    """
    if not isinstance(key, str):
        raise InvalidParameter(f"A {what} must be text, not {type(key).__name__}.")
    if not key:
        raise InvalidParameter(f"Missing value for required parameter '{what}': it must not be empty.")
    if len(key) > MAX_KEY_LENGTH:
        raise InvalidParameter(f"The {what} '{key[:60]}...' has {len(key)} characters; {MAX_KEY_LENGTH} are allowed.")
    if not _KEY.fullmatch(key):
        raise InvalidParameter(
            f"Invalid {what} {key!r}: letters, digits, underscores, dashes, periods, spaces, colons and slashes are allowed."
        )
    if key != posixpath.normpath(key) or key.startswith(("/", "..")) or key == ".":
        raise InvalidParameter(f"Invalid {what} {key!r}: it must be a normal relative path, such as 'train/loss'.")
    return key


def check_text(value: str, limit: int, what: str) -> str:
    """Return ``value`` if it is no longer than ``limit`` characters; nothing is ever cut silently.

    Raises:
        InvalidParameter: it is longer, is not text, or holds a lone surrogate or NUL, which no store can keep.
    """
    if not isinstance(value, str):
        raise InvalidParameter(f"The {what} must be text, not {type(value).__name__}.")
    if len(value) > limit:
        raise InvalidParameter(
            f"The {what} has {len(value)} characters; {limit} are allowed. Log longer text as an artifact."
        )
    if "\0" in value:
        raise InvalidParameter(f"The {what} holds a NUL character.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidParameter(f"The {what} is not valid Unicode text.") from error
    return value


def check_run_id(run_id: str) -> str:
    """Return ``run_id`` if it can be one: 1-256 letters, digits, underscores or dashes.

    Raises:
        InvalidParameter: it cannot.
    """
    if not RUN_ID_PATTERN.fullmatch(run_id):
        raise InvalidParameter(
            f"Invalid run id {run_id[:300]!r}: 1 to 256 letters, digits, underscores or dashes are allowed."
        )
    return run_id


def storable(value: float) -> float:
    """Return the number that is kept for ``value``: infinities become the largest finite ones (surface, 2.5)."""
    if math.isinf(value):
        return math.copysign(1.7976931348623157e308, value)
    return value
