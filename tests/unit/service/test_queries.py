"""Searches give what a table needs, and a run whole."""

from penstock.entities import wellknown
from penstock.entities.metric import RunTag
from penstock.operations.runs import CreateRun, GetRun, SearchRuns
from penstock.service.handle import Service


def test_a_search_leaves_the_long_tags_to_the_run(service: Service) -> None:
    tags = [RunTag(key, key) for key in ("short", *sorted(wellknown.LONG))]
    run = service.send(CreateRun(tags=tags)).run
    (found,) = service.send(SearchRuns(experiment_ids=["0"])).runs
    assert set(found.data.tags) == {"short", wellknown.RUN_NAME}
    assert set(service.send(GetRun(run_id=run.info.run_id)).run.data.tags) == {
        "short",
        wellknown.RUN_NAME,
        *wellknown.LONG,
    }
