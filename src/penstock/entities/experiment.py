"""Experiments: folders of runs."""

from enum import StrEnum

from msgspec import Struct, field

from penstock.entities.ids import ExperimentId, Int64
from penstock.entities.metric import ExperimentTag


class LifecycleStage(StrEnum):
    """Whether a thing is there or in the bin."""

    ACTIVE = "active"
    DELETED = "deleted"


class ViewType(StrEnum):
    """Which lifecycle stages a search looks at."""

    ACTIVE_ONLY = "ACTIVE_ONLY"
    DELETED_ONLY = "DELETED_ONLY"
    ALL = "ALL"


class Experiment(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A named group of runs. Times are milliseconds since 1970 (UTC)."""

    experiment_id: ExperimentId
    name: str
    artifact_location: str = ""
    lifecycle_stage: str = ""
    last_update_time: Int64 = 0
    creation_time: Int64 = 0
    tag_list: list[ExperimentTag] = field(name="tags", default_factory=list)

    @property
    def tags(self) -> dict[str, str]:
        """The tags as a new dictionary from key to value."""
        return {tag.key: tag.value for tag in self.tag_list}
