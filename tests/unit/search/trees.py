"""Random filters and orders, and how they are written."""

from hypothesis import strategies as st

from penstock.search.tree import (
    And,
    Comparison,
    DatasetAttribute,
    ExperimentAttribute,
    Filter,
    Identifier,
    Membership,
    MetricKey,
    NullCheck,
    Operator,
    OrderTerm,
    ParamKey,
    RunAttribute,
    TagKey,
)

KEYS = st.sampled_from(["a", "b", "A", "mlflow.runName", "val loss", "train/loss"])
# What is special in LIKE, in GLOB, in neither; capitals; a letter outside ASCII.
TEXTS = st.text(alphabet="aAb%_*?[]^\\'é\n", max_size=4)
NUMBERS = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.5, 1.7976931348623157e308, -1.7976931348623157e308])
TIMES = st.integers(min_value=-2, max_value=4)

_SIX = [Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE]
_FOUR = [Operator.EQ, Operator.NE, Operator.LIKE, Operator.ILIKE]
_PARAMS = st.builds(ParamKey, KEYS)
_TAGS = st.builds(TagKey, KEYS)
_RUN_TIMES = st.sampled_from([RunAttribute.START_TIME, RunAttribute.END_TIME])
_RUN_TEXTS = st.sampled_from([one for one in RunAttribute if not one.endswith("time")])
_EXPERIMENT_TIMES = st.sampled_from([ExperimentAttribute.CREATION_TIME, ExperimentAttribute.LAST_UPDATE_TIME])


def _compared(
    left: st.SearchStrategy[Identifier], operators: list[Operator], right: st.SearchStrategy[str | float]
) -> st.SearchStrategy[Filter]:
    return st.builds(Comparison, left, st.sampled_from(operators), right)


def _listed(left: Identifier, values: st.SearchStrategy[str]) -> st.SearchStrategy[Filter]:
    lists = st.lists(values, min_size=1, max_size=3).map(tuple)
    return st.builds(Membership, st.just(left), lists, st.booleans())


def _joined(one: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    return one | st.lists(one, min_size=2, max_size=4).map(lambda parts: And(tuple(parts)))


RUN_IDS = st.sampled_from(["r1", "r2", "R1", "x_9"])
RUN_FILTERS = _joined(
    _compared(st.builds(MetricKey, KEYS), _SIX, NUMBERS)
    | _compared(_PARAMS | _TAGS | _RUN_TEXTS, _FOUR, TEXTS)
    | _compared(_RUN_TIMES, _SIX, TIMES)
    | _compared(st.sampled_from(list(DatasetAttribute)), _FOUR, TEXTS)
    | _listed(RunAttribute.RUN_ID, RUN_IDS)
    | st.builds(NullCheck, _PARAMS | _TAGS, st.booleans())
)
EXPERIMENT_IDS = st.sampled_from(["1", "2", "3", "01", "x", "99999999999999999999"])
EXPERIMENT_FILTERS = _joined(
    _compared(_TAGS | st.just(ExperimentAttribute.NAME), _FOUR, TEXTS)
    | _compared(_EXPERIMENT_TIMES, _SIX, TIMES)
    | _compared(st.just(ExperimentAttribute.EXPERIMENT_ID), [Operator.EQ, Operator.NE], EXPERIMENT_IDS)
    | _listed(ExperimentAttribute.EXPERIMENT_ID, EXPERIMENT_IDS)
    | st.builds(NullCheck, _TAGS, st.booleans())
)


def _orders(by: st.SearchStrategy[Identifier]) -> st.SearchStrategy[tuple[OrderTerm, ...]]:
    terms = st.builds(OrderTerm, by, st.booleans())
    return st.lists(terms, max_size=3, unique_by=lambda term: term.by).map(tuple)


RUN_ORDERS = _orders(st.builds(MetricKey, KEYS) | _PARAMS | _TAGS | st.sampled_from(list(RunAttribute)))
EXPERIMENT_ORDERS = _orders(st.sampled_from(list(ExperimentAttribute)))


def written(node: Filter) -> str:
    """The filter as a user would write it."""
    match node:
        case And(parts):
            return " AND ".join(map(written, parts))
        case Comparison(left, operator, right):
            return f"{named(left)} {operator} {_value(right)}"
        case Membership(left, values, negated):
            return f"{named(left)} {'NOT IN' if negated else 'IN'} ({', '.join(map(_value, values))})"
        case NullCheck(left, negated):
            return f"{named(left)} IS {'NOT ' if negated else ''}NULL"


def named(left: Identifier) -> str:
    """The identifier as a user would write it."""
    match left:
        case MetricKey(key):
            return f"metrics.`{key}`"
        case ParamKey(key):
            return f"params.`{key}`"
        case TagKey(key):
            return f"tags.`{key}`"
        case DatasetAttribute():
            return f"datasets.{left}"
    return str(left)


def _value(value: str | float) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
