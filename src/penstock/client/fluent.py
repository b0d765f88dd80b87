"""The functions of ``penstock`` about stores, experiments and runs; those that log are in ``fluent_log.py``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from penstock.client import active, query
from penstock.client.run import ActiveRun
from penstock.entities import wellknown
from penstock.entities.experiment import Experiment, ViewType
from penstock.entities.run import Run, RunStatus
from penstock.errors import InvalidState, NotFound
from penstock.operations import experiments, runs

# ---- where to


def set_tracking_uri(uri: str | Path) -> None:
    """Choose where runs go from now on.

    Args:
        uri: a folder, ``sqlite:///FILE``, or ``http(s)://HOST`` of a server of ours or of MLflow.

    Raises:
        InvalidParameter: it is none of these.
    """
    active.session().set_uri(str(uri))


def get_tracking_uri() -> str:
    """Where runs go: what was set, else ``PENSTOCK_TRACKING_URI``, else the folder ``.penstock`` here."""
    return active.session().connection().uri


def flush(timeout: float | None = None) -> bool:
    """Wait until the store has all that this process has logged.

    Args:
        timeout: seconds to wait at most; ``PENSTOCK_FLUSH_TIMEOUT`` if not given.

    Returns:
        Whether it has. What it has not waits in the journal and is sent later.
    """
    session = active.session()
    return session.sender.flush(session.settings.number("PENSTOCK_FLUSH_TIMEOUT") if timeout is None else timeout)


# ---- experiments


def set_experiment(experiment_name: str | None = None, experiment_id: str | None = None) -> Experiment:
    """Choose the experiment of the runs to come, and make it if there is none of that name.

    Args:
        experiment_name: its name; or else
        experiment_id: its id.

    Returns:
        The experiment; its id is empty while the store cannot be reached, which stops nothing.

    Raises:
        InvalidParameter: neither or both are given.
        InvalidState: it is deleted.
        NotFound: there is none with that id.
    """
    return active.session().set_experiment(experiment_name or "", experiment_id or "")


def create_experiment(name: str, artifact_location: str | None = None, tags: Mapping[str, Any] | None = None) -> str:
    """Make an experiment and return its id.

    Args:
        name: a free name, up to 500 characters.
        artifact_location: where its runs keep artifacts, if not where the store does.
        tags: first tags.

    Raises:
        AlreadyExists: the name is taken, perhaps by a deleted experiment.
    """
    return query.create_experiment(active.session().connection().transport, name, artifact_location, tags)


def get_experiment(experiment_id: str) -> Experiment:
    """Look an experiment up by id, deleted ones too.

    Raises:
        NotFound: there is none.
    """
    return active.session().ask(experiments.GetExperiment(experiment_id=str(experiment_id))).experiment


def get_experiment_by_name(name: str) -> Experiment | None:
    """Look an experiment up by name, deleted ones too; None if there is none."""
    try:
        return active.session().ask(experiments.GetExperimentByName(experiment_name=name)).experiment
    except NotFound:
        return None


def search_experiments(
    view_type: ViewType | str = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[Experiment]:
    """Find experiments.

    Args:
        view_type: active ones, deleted ones, or all.
        max_results: how many at most; all if not given.
        filter_string: e.g. ``name LIKE 'vision%' AND tags.team = 'a'``.
        order_by: e.g. ``["last_update_time DESC"]``.

    Raises:
        InvalidParameter: the filter or the order cannot be understood.
    """
    session = active.session()
    session.flush_to_read()
    return query.all_experiments(session.connection().transport, view_type, max_results, filter_string, order_by)


def set_experiment_tag(key: str, value: Any) -> None:
    """Set a tag of the current experiment.

    Raises:
        PenstockError: what the store answered, or ``Unavailable``.
    """
    chosen = active.session().current_experiment().experiment_id
    active.session().ask(experiments.SetExperimentTag(experiment_id=chosen, key=key, value=str(value)))


def delete_experiment(experiment_id: str) -> None:
    """Put an experiment and its runs into the bin.

    Raises:
        NotFound: there is none.
    """
    active.session().ask(experiments.DeleteExperiment(experiment_id=str(experiment_id)))


def restore_experiment(experiment_id: str) -> None:
    """Take an experiment and its runs out of the bin.

    Raises:
        NotFound: it is not there.
    """
    active.session().ask(experiments.RestoreExperiment(experiment_id=str(experiment_id)))


# ---- runs


def start_run(  # noqa: PLR0913, PLR0917 - the arguments that users of MLflow know
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,  # noqa: FBT001, FBT002
    parent_run_id: str | None = None,
    tags: Mapping[str, Any] | None = None,
    description: str | None = None,
) -> ActiveRun:
    """Start a run and make it the active one, here and in the threads and tasks started from here.

    Args:
        run_id: go on with this run instead of a new one.
        experiment_id: where it belongs, if not to the current experiment.
        run_name: its name; one is made up if not given.
        nested: whether it may be a child of the active run, which stays open.
        parent_run_id: make it a child of this run.
        tags: first tags.
        description: a note on it, in Markdown.

    Returns:
        The run: a context manager that ends it, ``FAILED`` if the block raises.

    Raises:
        InvalidState: a run is active here and ``nested`` is not set, or the run to go on with is deleted.
        InvalidParameter: an argument is wrong.
        NotFound: there is no run ``run_id``.
    """
    session = active.session()
    wanted = run_id or session.take_run_id()
    above = active.stack_for(nested=nested)
    if above and not nested:
        raise InvalidState(
            f"Run {above[-1].info.run_id} is active. End it with penstock.end_run(), or start this one inside it with "
            "start_run(nested=True)."
        )
    parent = parent_run_id or (above[-1].info.run_id if above else "")
    extra = {wellknown.PARENT_RUN: parent, wellknown.NOTE: description or ""}
    return session.start_run(
        run_id=wanted, experiment_id=str(experiment_id or ""), run_name=run_name or "", above=above,
        tags={**(tags or {}), **{key: value for key, value in extra.items() if value}},
    )  # fmt: skip


def end_run(status: str = RunStatus.FINISHED.value) -> None:
    """End the active run; nothing happens if there is none.

    Args:
        status: ``FINISHED``, ``FAILED`` or ``KILLED``.
    """
    run = active.current()
    if run is not None:
        run.end(status)


def active_run() -> ActiveRun | None:
    """The active run, seen from here, or None."""
    return active.current()


def last_active_run() -> Run | None:
    """The run that is active here, or was started last by this process, as the store has it."""
    session = active.session()
    run = active.current() or session.last_run
    return session.get_run(run.info.run_id) if run is not None else None


def get_run(run_id: str) -> Run:
    """A run with the last point of each metric, its params and tags.

    Raises:
        NotFound: there is none.
    """
    return active.session().get_run(run_id)


def get_parent_run(run_id: str) -> Run | None:
    """The run that a run is nested in, or None.

    Raises:
        NotFound: there is no run ``run_id``.
    """
    parent = get_run(run_id).data.tags.get(wellknown.PARENT_RUN)
    return get_run(parent) if parent else None


def delete_run(run_id: str) -> None:
    """Put a run into the bin.

    Raises:
        NotFound: there is none.
    """
    active.session().ask(runs.DeleteRun(run_id=run_id))


def restore_run(run_id: str) -> None:
    """Take a run out of the bin.

    Raises:
        NotFound: there is none.
    """
    active.session().ask(runs.RestoreRun(run_id=run_id))


def search_runs(  # noqa: PLR0913, PLR0917 - the arguments that users of MLflow know
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: ViewType | str = ViewType.ACTIVE_ONLY,
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: str = "pandas",
    search_all_experiments: bool = False,  # noqa: FBT001, FBT002
    experiment_names: Sequence[str] | None = None,
) -> Any:
    """Find runs.

    Args:
        experiment_ids: where to look; the current experiment if nothing is said.
        filter_string: e.g. ``metrics.loss < 0.1 AND params.model = 'tree'``.
        run_view_type: active runs, deleted ones, or all.
        max_results: how many at most.
        order_by: e.g. ``["metrics.loss ASC"]``.
        output_format: ``"pandas"`` or ``"list"``.
        search_all_experiments: look everywhere.
        experiment_names: where to look, by name.

    Returns:
        A data frame with a row a run and columns such as ``run_id``, ``metrics.loss``, ``params.model``; or a list of
        ``Run`` if that was asked for or pandas is not installed.

    Raises:
        InvalidParameter: the filter, the order or the format cannot be understood.
    """
    query.check_format(output_format)
    session = active.session()
    session.flush_to_read()
    transport = session.connection().transport
    ids = query.experiments_to_search(
        transport, experiment_ids, experiment_names, everywhere=search_all_experiments,
        otherwise=lambda: session.current_experiment().experiment_id,
    )  # fmt: skip
    found = query.all_runs(transport, ids, filter_string, run_view_type, max_results, order_by)
    return query.as_frame(found) if output_format == "pandas" else found
