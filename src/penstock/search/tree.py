"""What a filter or an order says, once it is understood: frozen values, equal when they mean the same.

A node says nothing of how it is answered. OR, NOT and BETWEEN would be three more members of ``Filter``.
"""

from enum import StrEnum

from msgspec import Struct


class RunAttribute(StrEnum):
    """What every run has; the value is its name in a filter."""

    RUN_ID = "run_id"
    RUN_NAME = "run_name"
    STATUS = "status"
    USER_ID = "user_id"
    ARTIFACT_URI = "artifact_uri"
    START_TIME = "start_time"
    END_TIME = "end_time"


class ExperimentAttribute(StrEnum):
    """What every experiment has; the value is its name in a filter."""

    NAME = "name"
    EXPERIMENT_ID = "experiment_id"
    CREATION_TIME = "creation_time"
    LAST_UPDATE_TIME = "last_update_time"


class DatasetAttribute(StrEnum):
    """What every dataset of a run has; the value is its name in a filter."""

    NAME = "name"
    DIGEST = "digest"
    CONTEXT = "context"


class MetricKey(Struct, frozen=True, tag=True):
    """The last value of a metric of the run."""

    key: str


class ParamKey(Struct, frozen=True, tag=True):
    """A param of the run."""

    key: str


class TagKey(Struct, frozen=True, tag=True):
    """A tag of the run or the experiment."""

    key: str


Identifier = MetricKey | ParamKey | TagKey | RunAttribute | ExperimentAttribute | DatasetAttribute


class Operator(StrEnum):
    """How two values are compared. LIKE tells capitals from small letters, ILIKE does not."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    LIKE = "LIKE"
    ILIKE = "ILIKE"


class Comparison(Struct, frozen=True, tag=True):
    """True where there is a value and it compares so.

    A metric is compared with a float, a time in milliseconds since 1970 (UTC) with an int of 64 bits, the rest with
    text. NaN differs from every number and is otherwise not comparable. In a pattern ``%`` stands for any
    characters and ``_`` for one; nothing else is special.
    """

    left: Identifier
    operator: Operator
    right: str | int | float


class Membership(Struct, frozen=True, tag=True):
    """True where the value is one of ``values``, or, ``negated``, where it is none of them."""

    left: Identifier
    values: tuple[str, ...]
    negated: bool = False


class NullCheck(Struct, frozen=True, tag=True):
    """True where there is no such param or tag, or, ``negated``, where there is one."""

    left: Identifier
    negated: bool = False


class And(Struct, frozen=True, tag=True):
    """True where all parts are; there are two or more."""

    parts: tuple["Filter", ...]


Filter = Comparison | Membership | NullCheck | And


class OrderTerm(Struct, frozen=True):
    """One key to sort by. Whatever the direction, NaN comes after all numbers and what has no value comes last."""

    by: Identifier
    descending: bool = False
