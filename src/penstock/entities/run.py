"""Runs: one execution of somebody's code, and what it said."""

from enum import StrEnum

from msgspec import Struct, field

from penstock.entities.ids import ExperimentId, Int64, RunId
from penstock.entities.metric import Metric, Param, RunTag


class RunStatus(StrEnum):
    """What became of a run."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"

    @property
    def is_terminal(self) -> bool:
        """Whether a run in this status has ended."""
        return self in _TERMINAL


_TERMINAL = frozenset({RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED})


class RunInfo(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who ran what, when, and where its files are. Times are milliseconds since 1970 (UTC); 0 means not yet."""

    run_id: RunId
    # Old clients read run_uuid: both are always written.
    run_uuid: RunId
    experiment_id: ExperimentId
    run_name: str = ""
    user_id: str = ""
    status: str = ""
    start_time: Int64 = 0
    end_time: Int64 = 0
    artifact_uri: str = ""
    lifecycle_stage: str = ""


class RunData(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a run said: the last point of each metric, its params and its tags."""

    metric_list: list[Metric] = field(name="metrics", default_factory=list)
    param_list: list[Param] = field(name="params", default_factory=list)
    tag_list: list[RunTag] = field(name="tags", default_factory=list)

    @property
    def metrics(self) -> dict[str, float]:
        """The last value of each metric, by key, as a new dictionary."""
        return {metric.key: metric.value for metric in self.metric_list}

    @property
    def params(self) -> dict[str, str]:
        """The params by key, as a new dictionary."""
        return {param.key: param.value for param in self.param_list}

    @property
    def tags(self) -> dict[str, str]:
        """The tags by key, as a new dictionary."""
        return {tag.key: tag.value for tag in self.tag_list}


class RunInputs(Struct, frozen=True, omit_defaults=True):
    """What went into a run (datasets and models: always empty for now)."""


class Run(Struct, frozen=True, kw_only=True):
    """One run, whole."""

    info: RunInfo
    data: RunData
    inputs: RunInputs = field(default_factory=RunInputs)
