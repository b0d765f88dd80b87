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
    """A step or a time as an integer of 64 bits; a float that is one will do.

    Raises:
        InvalidParameter: it is none, or out of range.
    """
    try:
        number = int(value) if isinstance(value, float) and value.is_integer() else operator.index(value)
    except TypeError:
        raise InvalidParameter(f"The {what} must be an integer, not {value!r} ({type(value).__name__}).") from None
    if not -(2**63) <= number < 2**63:
        raise InvalidParameter(f"The {what} {number} is out of range: integers of 64 bits are allowed.")
    return number


def as_time(value: Any) -> int:
    """A time in milliseconds since 1970 (UTC) as an integer.

    Raises:
        InvalidParameter: it is none, or is negative.
    """
    number = as_integer(value, "timestamp")
    if number < 0:
        raise InvalidParameter(f"The timestamp {number} is out of range: it counts the milliseconds since 1970 (UTC).")
    return number


def as_text(value: Any) -> str:
    """A param's or tag's value as text."""
    return value if type(value) is str else str(value)


def now_ms() -> int:
    """The time in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000
