"""Questions that take several pages, and runs as a table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from penstock.entities.experiment import Experiment, ViewType
from penstock.entities.metric import ExperimentTag
from penstock.entities.run import Run
from penstock.errors import InvalidParameter, NotFound
from penstock.operations.base import Transport
from penstock.operations.experiments import CreateExperiment, GetExperimentByName, SearchExperiments
from penstock.operations.runs import SearchRuns

T = TypeVar("T")

_PAGE: Final = 1000


class PagedList(list[T]):
    """A list with ``token``, which asks for what follows it; empty if nothing does."""

    def __init__(self, items: Iterable[T], token: str) -> None:
        super().__init__(items)
        self.token = token


def create_experiment(
    transport: Transport, name: str, artifact_location: str | None, tags: Mapping[str, Any] | None
) -> str:
    """Make an experiment and return its id."""
    pairs = [ExperimentTag(key, str(value)) for key, value in (tags or {}).items()]
    op = CreateExperiment(name=name, artifact_location=str(artifact_location or ""), tags=pairs)
    return transport.send(op).experiment_id


def all_experiments(
    transport: Transport,
    view_type: ViewType | str,
    max_results: int | None,
    filter_string: str | None,
    order_by: Sequence[str] | None,
) -> list[Experiment]:
    """Every matching experiment, page after page."""
    found: list[Experiment] = []
    token = ""
    while max_results is None or len(found) < max_results:
        most = _PAGE if max_results is None else min(_PAGE, max_results - len(found))
        page = transport.send(
            SearchExperiments(
                max_results=most,
                page_token=token,
                filter=filter_string or "",
                order_by=list(order_by or []),
                view_type=str(view_type),
            )
        )
        found += page.experiments
        token = page.next_page_token
        if not token:
            break
    return found


def all_runs(
    transport: Transport,
    experiment_ids: Sequence[str],
    filter_string: str,
    run_view_type: ViewType | str,
    max_results: int,
    order_by: Sequence[str] | None,
) -> list[Run]:
    """Every matching run, page after page."""
    found: list[Run] = []
    token = ""
    while len(found) < max_results and experiment_ids:
        page = transport.send(
            SearchRuns(
                experiment_ids=list(experiment_ids),
                filter=filter_string,
                run_view_type=str(run_view_type),
                max_results=min(_PAGE, max_results - len(found)),
                order_by=list(order_by or []),
                page_token=token,
            )
        )
        found += page.runs
        token = page.next_page_token
        if not token:
            break
    return found


def experiments_to_search(
    transport: Transport,
    experiment_ids: Sequence[str] | None,
    experiment_names: Sequence[str] | None,
    *,
    everywhere: bool,
    otherwise: Callable[[], str],
) -> list[str]:
    """The ids of the experiments that a search looks at; names that are not there are passed over.

    Raises:
        InvalidParameter: they are given in two ways.
    """
    if bool(experiment_ids) + bool(experiment_names) + everywhere > 1:
        raise InvalidParameter("Give one of experiment_ids, experiment_names and search_all_experiments.")
    if everywhere:
        return [each.experiment_id for each in all_experiments(transport, ViewType.ACTIVE_ONLY, None, None, None)]
    if experiment_names:
        return [found.experiment_id for name in experiment_names if (found := _by_name(transport, name)) is not None]
    if experiment_ids is not None:
        return [str(each) for each in experiment_ids]
    here = otherwise()
    return [here] if here else []


def check_format(output_format: str) -> None:
    """Refuse a format that is not known.

    Raises:
        InvalidParameter: it is not.
    """
    if output_format not in {"pandas", "list"}:
        raise InvalidParameter(f"output_format must be 'pandas' or 'list', not {output_format!r}.")


def as_frame(runs: list[Run]) -> Any:
    """Runs as a data frame, with MLflow's names for the columns; the list itself where pandas is not installed."""
    try:
        import pandas as pd
    except ImportError:
        return runs
    info = ("run_id", "experiment_id", "status", "artifact_uri")
    columns: dict[str, Any] = {name: [getattr(run.info, name) for run in runs] for name in info}
    for name in ("start_time", "end_time"):
        times = [getattr(run.info, name) or None for run in runs]
        columns[name] = pd.to_datetime(pd.Series(times, dtype="Int64"), unit="ms", utc=True)
    for kind, missing in (("metrics", float("nan")), ("params", None), ("tags", None)):
        rows = [getattr(run.data, kind) for run in runs]
        for key in dict.fromkeys(key for row in rows for key in row):
            columns[f"{kind}.{key}"] = [row.get(key, missing) for row in rows]
    return pd.DataFrame(columns)


def _by_name(transport: Transport, name: str) -> Experiment | None:
    try:
        return transport.send(GetExperimentByName(experiment_name=name)).experiment
    except NotFound:
        return None
