"""What users log, as what is kept: numbers as floats, everything else as text. Wrong arguments raise here, at the call."""

import operator
import time
from typing import Any, Final

from penstock.errors import InvalidParameter

_WORDS: Final = (str, bytes, bytearray)


def as_number(value: Any, key: str) -> float:
    """A metric's value as a float: Python and NumPy numbers, booleans, and arrays or tensors of one element.

    Raises:
        InvalidParameter: it is no number.
    """
    if not isinstance(value, _WORDS):
        try:
            return float(value.item() if getattr(value, "ndim", 0) else value)
        except (TypeError, ValueError, OverflowError, RuntimeError, AttributeError):
            pass
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    raise InvalidParameter(f"The value of metric '{key}' must be a number, not {shown} ({type(value).__name__}).")


def as_integer(value: Any, what: str) -> int:
    """A step or a time as an integer; a float that is one will do.

    Raises:
        InvalidParameter: it is none.
    """
    try:
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return operator.index(value)
    except TypeError:
        raise InvalidParameter(f"The {what} must be an integer, not {value!r} ({type(value).__name__}).") from None


def as_text(value: Any) -> str:
    """A param's or tag's value as text."""
    return value if type(value) is str else str(value)


def now_ms() -> int:
    """The time in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000
