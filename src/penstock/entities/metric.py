"""Metrics: named numbers over steps and time."""

from msgspec import Struct

from penstock.entities.ids import Int64


class Metric(Struct, frozen=True, omit_defaults=True, gc=False):
    """One point of a metric.

    ``timestamp`` is in milliseconds since 1970 (UTC); ``step`` counts whatever the user counts and may be negative.
    ``value`` may be NaN. ``run_id`` is filled only where points of several runs come together.
    """

    key: str
    value: float
    timestamp: Int64
    # Never omitted: clients of other languages read it without a default.
    step: Int64
    run_id: str = ""
    model_id: str = ""
    dataset_name: str = ""
    dataset_digest: str = ""


class Param(Struct, frozen=True, gc=False):
    """One input of a run; its value is text."""

    key: str
    value: str = ""


class RunTag(Struct, frozen=True, gc=False):
    """A note on a run: a name and a text, changed at will."""

    key: str
    value: str = ""


class ExperimentTag(Struct, frozen=True, gc=False):
    """A note on an experiment."""

    key: str
    value: str = ""


class Extreme(Struct, frozen=True, gc=False):
    """Where a series was least or greatest."""

    value: float
    step: Int64


class SeriesSummary(Struct, frozen=True, omit_defaults=True):
    """What is known of a (run, metric) series without reading its points.

    ``count`` points were logged; ``last`` is the point with the greatest (step, timestamp, value), ``first`` the
    one with the least. ``least`` and ``greatest`` leave NaN out and are None when every point is NaN.
    """

    key: str
    count: int
    first: Metric
    last: Metric
    least: Extreme | None = None
    greatest: Extreme | None = None
