"""Runs, through a transport."""

import re

import pytest

from penstock.entities.metric import RunTag
from penstock.entities.run import RunStatus
from penstock.errors import InvalidParameter, InvalidState, NotFound
from penstock.operations.base import Transport
from penstock.operations.runs import (
    CreateRun,
    DeleteRun,
    DeleteTag,
    GetRun,
    ListArtifacts,
    LogMetric,
    LogParam,
    RestoreRun,
    SearchRuns,
    SetTag,
    UpdateRun,
)
from penstock.testing.transport.base import TransportCase, create_run, get_run

_UNKNOWN = "0" * 32


class RunBehaviours(TransportCase):
    """Create, get, search, update, delete, restore and tag runs."""

    def test_a_created_run_has_its_head_filled(self, transport: Transport, experiment_id: str) -> None:
        op = CreateRun(
            experiment_id=experiment_id, user_id="ada", run_name="one", start_time=17, tags=[RunTag("a", "b")]
        )
        run = transport.send(op).run
        assert re.fullmatch(r"[0-9a-f]{32}", run.info.run_id)
        assert run.info.run_uuid == run.info.run_id
        assert (run.info.run_name, run.info.user_id, run.info.start_time) == ("one", "ada", 17)
        assert (run.info.status, run.info.lifecycle_stage, run.info.end_time) == ("RUNNING", "active", 0)
        assert run.info.experiment_id == experiment_id
        assert run.info.run_id in run.info.artifact_uri
        assert run.data.tags == {"a": "b", "mlflow.runName": "one"}
        assert get_run(transport, run.info.run_id) == run

    def test_a_run_without_a_name_gets_one(self, transport: Transport, experiment_id: str) -> None:
        run = transport.send(CreateRun(experiment_id=experiment_id)).run
        assert run.info.run_name
        assert run.data.tags["mlflow.runName"] == run.info.run_name

    def test_a_run_may_be_named_by_its_tag(self, transport: Transport, experiment_id: str) -> None:
        named = CreateRun(experiment_id=experiment_id, tags=[RunTag("mlflow.runName", "by tag")])
        assert transport.send(named).run.info.run_name == "by tag"

    def test_two_different_names_are_refused(self, transport: Transport, experiment_id: str) -> None:
        with pytest.raises(InvalidParameter):
            transport.send(CreateRun(experiment_id=experiment_id, run_name="x", tags=[RunTag("mlflow.runName", "y")]))

    def test_a_run_without_an_experiment_goes_to_the_default_one(self, transport: Transport) -> None:
        assert transport.send(CreateRun()).run.info.experiment_id == "0"

    def test_a_run_in_an_unknown_experiment_is_refused(self, transport: Transport) -> None:
        with pytest.raises(NotFound):
            create_run(transport, "987654")

    def test_unknown_runs_are_not_found(self, transport: Transport) -> None:
        for op in (
            GetRun(run_id=_UNKNOWN),
            UpdateRun(run_id=_UNKNOWN, status="FINISHED"),
            DeleteRun(run_id=_UNKNOWN),
            LogMetric(run_id=_UNKNOWN, key="m", value=1.0, timestamp=1),
            LogParam(run_id=_UNKNOWN, key="p", value="v"),
            SetTag(run_id=_UNKNOWN, key="t", value="v"),
            ListArtifacts(run_id=_UNKNOWN),
        ):
            with pytest.raises(NotFound):
                transport.send(op)

    def test_a_missing_run_id_is_refused(self, transport: Transport) -> None:
        for op in (GetRun(), UpdateRun(status="FINISHED"), SetTag(key="t", value="v")):
            with pytest.raises(InvalidParameter, match="run_id"):
                transport.send(op)

    def test_an_update_changes_what_it_names_and_nothing_else(self, transport: Transport, run_id: str) -> None:
        before = get_run(transport, run_id).info
        answered = transport.send(UpdateRun(run_id=run_id, status="FINISHED", end_time=99)).run_info
        after = get_run(transport, run_id).info
        assert answered == after
        assert (after.status, after.end_time) == (RunStatus.FINISHED, 99)
        assert (after.run_name, after.start_time) == (before.run_name, before.start_time)

    def test_renaming_a_run_renames_its_tag_and_the_other_way_round(self, transport: Transport, run_id: str) -> None:
        transport.send(UpdateRun(run_id=run_id, run_name="new"))
        assert get_run(transport, run_id).data.tags["mlflow.runName"] == "new"
        transport.send(SetTag(run_id=run_id, key="mlflow.runName", value="newer"))
        assert get_run(transport, run_id).info.run_name == "newer"

    def test_an_empty_name_or_unknown_status_changes_nothing(self, transport: Transport, run_id: str) -> None:
        before = get_run(transport, run_id)
        transport.send(UpdateRun(run_id=run_id, run_name="", status="BOGUS"))
        assert get_run(transport, run_id) == before

    def test_a_deleted_run_is_still_there_but_takes_no_change(self, transport: Transport, run_id: str) -> None:
        transport.send(DeleteRun(run_id=run_id))
        assert get_run(transport, run_id).info.lifecycle_stage == "deleted"
        for op in (
            UpdateRun(run_id=run_id, status="FAILED"),
            LogMetric(run_id=run_id, key="m", value=1.0, timestamp=1),
            LogParam(run_id=run_id, key="p", value="v"),
            SetTag(run_id=run_id, key="t", value="v"),
        ):
            with pytest.raises((InvalidState, InvalidParameter)):
                transport.send(op)

    def test_a_restored_run_is_as_it_was(self, transport: Transport, run_id: str) -> None:
        before = get_run(transport, run_id)
        transport.send(DeleteRun(run_id=run_id))
        transport.send(RestoreRun(run_id=run_id))
        assert get_run(transport, run_id) == before

    def test_a_tag_of_a_run_is_set_changed_and_taken_off(self, transport: Transport, run_id: str) -> None:
        transport.send(SetTag(run_id=run_id, key="stage", value="one"))
        transport.send(SetTag(run_id=run_id, key="stage", value="zwei ✓"))
        assert get_run(transport, run_id).data.tags["stage"] == "zwei ✓"
        transport.send(DeleteTag(run_id=run_id, key="stage"))
        assert "stage" not in get_run(transport, run_id).data.tags
        with pytest.raises(NotFound):
            transport.send(DeleteTag(run_id=run_id, key="stage"))

    def test_a_run_without_files_lists_none(self, transport: Transport, run_id: str) -> None:
        page = transport.send(ListArtifacts(run_id=run_id))
        assert page.files == []
        assert page.root_uri == get_run(transport, run_id).info.artifact_uri

    @pytest.mark.parametrize("path", ["../x", "/etc", "a/../../b", "a//b"])
    def test_a_path_out_of_the_run_is_refused(self, transport: Transport, run_id: str, path: str) -> None:
        with pytest.raises(InvalidParameter):
            transport.send(ListArtifacts(run_id=run_id, path=path))


class SearchBehaviours(TransportCase):
    """Search runs. The filter language has its own tests; here is what a transport can get wrong."""

    def test_the_latest_run_comes_first(self, transport: Transport, experiment_id: str) -> None:
        for start in (10, 30, 20):
            create_run(transport, experiment_id, str(start), start)
        page = transport.send(SearchRuns(experiment_ids=[experiment_id]))
        assert [run.info.run_name for run in page.runs] == ["30", "20", "10"]
        assert page.next_page_token == ""

    def test_found_runs_are_whole(self, transport: Transport, experiment_id: str, run_id: str) -> None:
        transport.send(LogMetric(run_id=run_id, key="m", value=0.5, timestamp=1, step=2))
        transport.send(LogParam(run_id=run_id, key="p", value="v"))
        assert transport.send(SearchRuns(experiment_ids=[experiment_id])).runs == [get_run(transport, run_id)]

    def test_a_filter_and_an_order_on_metrics_hold(self, transport: Transport, experiment_id: str) -> None:
        for number in range(6):
            run = create_run(transport, experiment_id, f"r{number}").info.run_id
            transport.send(LogMetric(run_id=run, key="loss", value=number / 10, timestamp=1))
        op = SearchRuns(experiment_ids=[experiment_id], filter="metrics.loss > 0.1", order_by=["metrics.loss DESC"])
        assert [run.info.run_name for run in transport.send(op).runs] == ["r5", "r4", "r3", "r2"]

    def test_pages_together_are_the_whole_answer(self, transport: Transport, experiment_id: str) -> None:
        made = [create_run(transport, experiment_id, start_time=n).info.run_id for n in range(1, 8)]
        found: list[str] = []
        token = ""
        for _ in range(4):
            op = SearchRuns(experiment_ids=[experiment_id], max_results=2, page_token=token)
            page = transport.send(op)
            found += [run.info.run_id for run in page.runs]
            token = page.next_page_token
        assert found == made[::-1]
        assert token == ""

    def test_a_search_for_runs_looks_at_the_stages_asked_for(
        self, transport: Transport, experiment_id: str, run_id: str
    ) -> None:
        kept = create_run(transport, experiment_id, start_time=5_000).info.run_id
        transport.send(DeleteRun(run_id=run_id))
        for view, expected in {
            "": [kept],
            "ACTIVE_ONLY": [kept],
            "DELETED_ONLY": [run_id],
            "ALL": [kept, run_id],
        }.items():
            page = transport.send(SearchRuns(experiment_ids=[experiment_id], run_view_type=view))
            assert [run.info.run_id for run in page.runs] == expected

    def test_only_the_experiments_named_are_searched(self, transport: Transport, run_id: str) -> None:
        assert run_id
        assert transport.send(SearchRuns(experiment_ids=["0"])).runs == []
        assert transport.send(SearchRuns()).runs == []
        assert transport.send(SearchRuns(experiment_ids=["987654"])).runs == []

    @pytest.mark.parametrize(
        "fields",
        [
            {"max_results": 0},
            {"max_results": 50_001},
            {"filter": "metrics.loss >"},
            {"filter": "   "},
            {"order_by": ["nonsense.key"]},
            {"page_token": "!!"},
            {"experiment_ids": ["not a number"]},
        ],
        ids=str,
    )
    def test_a_search_that_makes_no_sense_is_refused(self, transport: Transport, fields: dict[str, object]) -> None:
        with pytest.raises(InvalidParameter):
            transport.send(SearchRuns(**{"experiment_ids": ["0"], **fields}))  # type: ignore[arg-type]
