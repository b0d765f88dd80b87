"""Experiments, through a transport."""

import pytest

from penstock.entities.experiment import Experiment, LifecycleStage
from penstock.entities.metric import ExperimentTag
from penstock.entities.rules import MAX_EXPERIMENT_NAME_LENGTH, MAX_EXPERIMENT_TAG_VALUE_LENGTH
from penstock.errors import AlreadyExists, InvalidParameter, InvalidState, NotFound
from penstock.operations.base import Transport
from penstock.operations.experiments import (
    CreateExperiment,
    DeleteExperiment,
    DeleteExperimentTag,
    GetExperiment,
    GetExperimentByName,
    RestoreExperiment,
    SearchExperiments,
    SetExperimentTag,
    UpdateExperiment,
)
from penstock.testing.transport.base import TransportCase, create_run, get_run


def _get(transport: Transport, experiment_id: str) -> Experiment:
    return transport.send(GetExperiment(experiment_id=experiment_id)).experiment


def _names(transport: Transport, view_type: str = "", query: str = "") -> list[str]:
    page = transport.send(SearchExperiments(max_results=100, view_type=view_type, filter=query))
    return sorted(experiment.name for experiment in page.experiments)


class ExperimentBehaviours(TransportCase):
    """Create, get, search, update, delete, restore and tag experiments."""

    def test_a_new_store_has_the_default_experiment(self, transport: Transport) -> None:
        default = _get(transport, "0")
        assert (default.name, default.lifecycle_stage) == ("Default", "active")

    def test_a_created_experiment_is_found_by_id_and_by_name(self, transport: Transport) -> None:
        tags = [ExperimentTag("team", "vision"), ExperimentTag("note", "")]
        made = transport.send(CreateExperiment(name="digits ✓", tags=tags)).experiment_id
        found = _get(transport, made)
        assert (found.name, found.tags, found.lifecycle_stage) == ("digits ✓", {"team": "vision", "note": ""}, "active")
        assert found.creation_time > 0
        assert found.artifact_location
        assert transport.send(GetExperimentByName(experiment_name="digits ✓")).experiment == found

    def test_the_artifact_location_given_is_kept(self, transport: Transport) -> None:
        made = transport.send(
            CreateExperiment(name="placed", artifact_location="mlflow-artifacts:/there")
        ).experiment_id
        assert _get(transport, made).artifact_location == "mlflow-artifacts:/there"

    @pytest.mark.parametrize("location", ["runs:/abc/there", "x" * 3000])
    def test_an_artifact_location_that_cannot_be_is_refused(self, transport: Transport, location: str) -> None:
        with pytest.raises(InvalidParameter):
            transport.send(CreateExperiment(name="placed", artifact_location=location))

    def test_a_name_is_taken_once_even_by_a_deleted_experiment(self, transport: Transport, experiment_id: str) -> None:
        with pytest.raises(AlreadyExists, match="suite"):
            transport.send(CreateExperiment(name="suite"))
        transport.send(DeleteExperiment(experiment_id=experiment_id))
        with pytest.raises(AlreadyExists):
            transport.send(CreateExperiment(name="suite"))

    @pytest.mark.parametrize("name", ["", "x" * (MAX_EXPERIMENT_NAME_LENGTH + 1)])
    def test_a_name_that_is_empty_or_too_long_is_refused(self, transport: Transport, name: str) -> None:
        with pytest.raises(InvalidParameter):
            transport.send(CreateExperiment(name=name))

    def test_names_differ_by_case_and_need_no_quoting(self, transport: Transport) -> None:
        for name in ("Case", "case", "it's; DROP TABLE runs --", '"quoted"'):
            made = transport.send(CreateExperiment(name=name)).experiment_id
            assert _get(transport, made).name == name

    def test_unknown_experiments_are_not_found(self, transport: Transport) -> None:
        with pytest.raises(NotFound):
            transport.send(GetExperiment(experiment_id="987654"))
        with pytest.raises(NotFound):
            transport.send(GetExperimentByName(experiment_name="nobody"))
        with pytest.raises(NotFound):
            transport.send(DeleteExperiment(experiment_id="987654"))
        with pytest.raises(NotFound):
            transport.send(UpdateExperiment(experiment_id="987654", new_name="x"))

    def test_a_missing_field_is_refused(self, transport: Transport) -> None:
        with pytest.raises(InvalidParameter, match="experiment_id"):
            transport.send(GetExperiment())
        with pytest.raises(InvalidParameter, match="new_name"):
            transport.send(UpdateExperiment(experiment_id="0"))

    def test_a_renamed_experiment_is_found_under_its_new_name_alone(
        self, transport: Transport, experiment_id: str
    ) -> None:
        transport.send(UpdateExperiment(experiment_id=experiment_id, new_name="renamed"))
        assert _get(transport, experiment_id).name == "renamed"
        with pytest.raises(NotFound):
            transport.send(GetExperimentByName(experiment_name="suite"))

    def test_renaming_to_a_name_that_is_taken_is_refused(self, transport: Transport, experiment_id: str) -> None:
        transport.send(CreateExperiment(name="other"))
        with pytest.raises(AlreadyExists):
            transport.send(UpdateExperiment(experiment_id=experiment_id, new_name="other"))
        assert _get(transport, experiment_id).name == "suite"

    def test_deleting_takes_the_runs_along_and_restoring_brings_them_back(
        self, transport: Transport, experiment_id: str, run_id: str
    ) -> None:
        transport.send(DeleteExperiment(experiment_id=experiment_id))
        assert _get(transport, experiment_id).lifecycle_stage == LifecycleStage.DELETED
        assert get_run(transport, run_id).info.lifecycle_stage == LifecycleStage.DELETED
        transport.send(RestoreExperiment(experiment_id=experiment_id))
        assert _get(transport, experiment_id).lifecycle_stage == LifecycleStage.ACTIVE
        assert get_run(transport, run_id).info.lifecycle_stage == LifecycleStage.ACTIVE

    def test_deleting_or_restoring_twice_is_not_found(self, transport: Transport, experiment_id: str) -> None:
        with pytest.raises(NotFound):
            transport.send(RestoreExperiment(experiment_id=experiment_id))
        transport.send(DeleteExperiment(experiment_id=experiment_id))
        with pytest.raises(NotFound):
            transport.send(DeleteExperiment(experiment_id=experiment_id))

    def test_a_deleted_experiment_takes_no_change(self, transport: Transport, experiment_id: str) -> None:
        transport.send(DeleteExperiment(experiment_id=experiment_id))
        with pytest.raises(InvalidState):
            transport.send(UpdateExperiment(experiment_id=experiment_id, new_name="x"))
        with pytest.raises((InvalidState, InvalidParameter)):
            transport.send(SetExperimentTag(experiment_id=experiment_id, key="k", value="v"))
        with pytest.raises((InvalidState, InvalidParameter)):
            create_run(transport, experiment_id)

    def test_a_tag_of_an_experiment_is_set_changed_and_taken_off(
        self, transport: Transport, experiment_id: str
    ) -> None:
        transport.send(SetExperimentTag(experiment_id=experiment_id, key="stage", value="one"))
        transport.send(SetExperimentTag(experiment_id=experiment_id, key="stage", value="two"))
        assert _get(transport, experiment_id).tags == {"stage": "two"}
        transport.send(DeleteExperimentTag(experiment_id=experiment_id, key="stage"))
        assert _get(transport, experiment_id).tags == {}
        with pytest.raises(NotFound):
            transport.send(DeleteExperimentTag(experiment_id=experiment_id, key="stage"))

    def test_a_tag_value_over_the_limit_is_refused_whole(self, transport: Transport, experiment_id: str) -> None:
        longest = "v" * MAX_EXPERIMENT_TAG_VALUE_LENGTH
        transport.send(SetExperimentTag(experiment_id=experiment_id, key="k", value=longest))
        with pytest.raises(InvalidParameter):
            transport.send(SetExperimentTag(experiment_id=experiment_id, key="k", value=longest + "v"))
        assert _get(transport, experiment_id).tags == {"k": longest}

    def test_a_search_for_experiments_looks_at_the_stages_asked_for(
        self, transport: Transport, experiment_id: str
    ) -> None:
        transport.send(CreateExperiment(name="kept"))
        transport.send(DeleteExperiment(experiment_id=experiment_id))
        assert _names(transport) == ["Default", "kept"]
        assert _names(transport, view_type="DELETED_ONLY") == ["suite"]
        assert _names(transport, view_type="ALL") == ["Default", "kept", "suite"]
        assert _names(transport, query="name LIKE 'k%'") == ["kept"]

    def test_a_search_is_paged_and_the_last_page_has_no_token(self, transport: Transport) -> None:
        for number in range(5):
            transport.send(CreateExperiment(name=f"e{number}"))
        names: list[str] = []
        token = ""
        while True:
            page = transport.send(SearchExperiments(max_results=2, page_token=token, order_by=["name ASC"]))
            assert len(page.experiments) <= 2
            names += [experiment.name for experiment in page.experiments]
            token = page.next_page_token
            if not token:
                break
        assert names == ["Default", "e0", "e1", "e2", "e3", "e4"]

    @pytest.mark.parametrize("max_results", [0, -1, 50_001])
    def test_a_search_needs_a_sensible_number_of_results(self, transport: Transport, max_results: int) -> None:
        with pytest.raises(InvalidParameter):
            transport.send(SearchExperiments(max_results=max_results))

    def test_a_search_with_a_broken_filter_or_token_is_refused(self, transport: Transport) -> None:
        with pytest.raises(InvalidParameter):
            transport.send(SearchExperiments(max_results=1, filter="name ~ 'x'"))
        with pytest.raises(InvalidParameter):
            transport.send(SearchExperiments(max_results=1, page_token="not a token"))
