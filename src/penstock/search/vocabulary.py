"""What can be asked of runs and of experiments: the identifiers, their other names, and the operators each takes."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from msgspec import Struct

from penstock.search.tree import (
    DatasetAttribute,
    ExperimentAttribute,
    Identifier,
    MetricKey,
    Operator,
    ParamKey,
    RunAttribute,
    TagKey,
)


class Value(Enum):
    """What an identifier is compared with; the text says it to people."""

    NUMBER = "a number without quotes"
    WHOLE = "a whole number without quotes"
    TEXT = "a text in single or double quotes"
    ID = "an id, such as '1'"


class Rule(Struct, frozen=True):
    """What may be asked of an identifier."""

    value: Value
    operators: tuple[Operator, ...]
    # IN and NOT IN.
    membership: bool = False
    # IS NULL and IS NOT NULL.
    nullable: bool = False
    sortable: bool = True


class Vocabulary(Struct, frozen=True):
    """The identifiers of one kind of thing.

    ``keyed``: what stands before a key of the user's (``metrics`` in ``metrics.loss``), and what it makes of the key.
    ``attributes``: the bare names. ``grouped``: the same under a prefix (``attributes.status``, ``dataset.name``).
    """

    keyed: Mapping[str, Callable[[str], Identifier]]
    attributes: Mapping[str, Identifier]
    grouped: Mapping[str, Mapping[str, Identifier]]
    rules: Mapping[type[Identifier] | Identifier, Rule]

    def rule(self, identifier: Identifier) -> Rule:
        """What may be asked of ``identifier``."""
        return self.rules.get(identifier) or self.rules[type(identifier)]


_ORDERED: Final = (Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE)
_TEXTUAL: Final = (Operator.EQ, Operator.NE, Operator.LIKE, Operator.ILIKE)
_TIME: Final = Rule(Value.WHOLE, _ORDERED)
_TAG: Final = Rule(Value.TEXT, _TEXTUAL, nullable=True)

_RUN_ATTRIBUTES: Final[dict[str, Identifier]] = {
    **{attribute.value: attribute for attribute in RunAttribute},
    # As columns are headed in tables of runs.
    "run name": RunAttribute.RUN_NAME,
    "Run name": RunAttribute.RUN_NAME,
    "Run Name": RunAttribute.RUN_NAME,
    "created": RunAttribute.START_TIME,
    "Created": RunAttribute.START_TIME,
}
_DATASET_ATTRIBUTES: Final[dict[str, Identifier]] = {attribute.value: attribute for attribute in DatasetAttribute}
_EXPERIMENT_ATTRIBUTES: Final[dict[str, Identifier]] = {a.value: a for a in ExperimentAttribute}

RUNS: Final = Vocabulary(
    keyed={
        **dict.fromkeys(("metrics", "metric"), MetricKey),
        **dict.fromkeys(("params", "param", "parameter", "parameters"), ParamKey),
        **dict.fromkeys(("tags", "tag"), TagKey),
    },
    attributes=_RUN_ATTRIBUTES,
    grouped={
        **dict.fromkeys(("attributes", "attribute", "attr", "run"), _RUN_ATTRIBUTES),
        **dict.fromkeys(("datasets", "dataset"), _DATASET_ATTRIBUTES),
    },
    rules={
        MetricKey: Rule(Value.NUMBER, _ORDERED),
        ParamKey: _TAG,
        TagKey: _TAG,
        DatasetAttribute: Rule(Value.TEXT, _TEXTUAL, membership=True, sortable=False),
        RunAttribute: Rule(Value.TEXT, _TEXTUAL),
        RunAttribute.RUN_ID: Rule(Value.TEXT, _TEXTUAL, membership=True),
        RunAttribute.START_TIME: _TIME,
        RunAttribute.END_TIME: _TIME,
    },
)

EXPERIMENTS: Final = Vocabulary(
    keyed=dict.fromkeys(("tags", "tag"), TagKey),
    attributes=_EXPERIMENT_ATTRIBUTES,
    grouped=dict.fromkeys(("attributes", "attribute", "attr", "experiment"), _EXPERIMENT_ATTRIBUTES),
    rules={
        TagKey: Rule(Value.TEXT, _TEXTUAL, nullable=True, sortable=False),
        ExperimentAttribute.NAME: Rule(Value.TEXT, _TEXTUAL),
        ExperimentAttribute.EXPERIMENT_ID: Rule(Value.ID, (Operator.EQ, Operator.NE), membership=True),
        ExperimentAttribute.CREATION_TIME: _TIME,
        ExperimentAttribute.LAST_UPDATE_TIME: _TIME,
    },
)
