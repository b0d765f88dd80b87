"""Operations on experiments, on MLflow's paths (REST surface, tracking service)."""

from typing import ClassVar

from msgspec import Struct

from penstock.entities.experiment import Experiment
from penstock.entities.ids import Int64
from penstock.entities.metric import ExperimentTag
from penstock.operations.base import Nothing, Operation, Permission, Route, read, write


class ExperimentCreated(Struct, frozen=True):
    """The id of the new experiment."""

    experiment_id: str


class ExperimentFound(Struct, frozen=True):
    """The experiment that was asked for."""

    experiment: Experiment


class ExperimentPage(Struct, frozen=True, omit_defaults=True):
    """Some of the matching experiments, and a token for the next ones."""

    experiments: list[Experiment] = []
    next_page_token: str = ""


class CreateExperiment(Operation[ExperimentCreated], frozen=True, kw_only=True):
    """Make an experiment; its name must be free, also among deleted ones."""

    name: str = ""
    artifact_location: str = ""
    tags: list[ExperimentTag] = []
    route: ClassVar[Route] = write("experiments/create", "name")


class GetExperiment(Operation[ExperimentFound], frozen=True, kw_only=True):
    """Look an experiment up by id, deleted ones too."""

    experiment_id: str = ""
    route: ClassVar[Route] = read("experiments/get", "experiment_id")


class GetExperimentByName(Operation[ExperimentFound], frozen=True, kw_only=True):
    """Look an experiment up by name, deleted ones too."""

    experiment_name: str = ""
    route: ClassVar[Route] = read("experiments/get-by-name", "experiment_name")


class SearchExperiments(Operation[ExperimentPage], frozen=True, kw_only=True):
    """Find experiments by a filter (surface, 2.6)."""

    # The wire has no default: a request that leaves it out asks for none, and is refused.
    max_results: Int64 = 0
    page_token: str = ""
    filter: str = ""
    order_by: list[str] = []
    view_type: str = ""
    route: ClassVar[Route] = read("experiments/search", methods=("POST", "GET"))


class UpdateExperiment(Operation[Nothing], frozen=True, kw_only=True):
    """Rename an experiment."""

    experiment_id: str = ""
    new_name: str = ""
    route: ClassVar[Route] = write("experiments/update", "experiment_id", "new_name")


class DeleteExperiment(Operation[Nothing], frozen=True, kw_only=True):
    """Put an experiment and its runs into the bin."""

    experiment_id: str = ""
    route: ClassVar[Route] = write("experiments/delete", "experiment_id", permission=Permission.DELETE)


class RestoreExperiment(Operation[Nothing], frozen=True, kw_only=True):
    """Take an experiment and its runs out of the bin."""

    experiment_id: str = ""
    route: ClassVar[Route] = write("experiments/restore", "experiment_id", permission=Permission.DELETE)


class SetExperimentTag(Operation[Nothing], frozen=True, kw_only=True):
    """Set a tag of an active experiment, over what was there."""

    experiment_id: str = ""
    key: str = ""
    value: str = ""
    route: ClassVar[Route] = write("experiments/set-experiment-tag", "experiment_id", "key")


class DeleteExperimentTag(Operation[Nothing], frozen=True, kw_only=True):
    """Take a tag off an experiment; one that is not there is an error."""

    experiment_id: str = ""
    key: str = ""
    route: ClassVar[Route] = write("experiments/delete-experiment-tag", "experiment_id", "key")
