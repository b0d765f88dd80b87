"""``Client``: every operation by itself, on any run, with nothing active and nothing in the background."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from penstock.client import active, query
from penstock.client.client_files import RunFilesClient
from penstock.client.query import PagedList
from penstock.client.values import as_integer, as_number, as_text, now_ms
from penstock.entities import wellknown
from penstock.entities.experiment import Experiment, ViewType
from penstock.entities.metric import Metric, Param, RunTag
from penstock.entities.run import Run, RunStatus
from penstock.errors import NotFound
from penstock.operations import experiments, runs
from penstock.operations.base import Operation, Transport

R = TypeVar("R")


class Client(RunFilesClient):
    """Asks and changes a store, with MLflow's names. Each call is done, or has raised, when it returns.

    Args:
        tracking_uri: the store; the present one if not given.

    Raises:
        InvalidParameter: it is no tracking URI.
    """

    def __init__(self, tracking_uri: str | None = None) -> None:
        super().__init__(active.session(), tracking_uri)

    @property
    def tracking_uri(self) -> str:
        """The store."""
        return self._connection.uri

    # ---- experiments

    def create_experiment(
        self, name: str, artifact_location: str | None = None, tags: Mapping[str, Any] | None = None
    ) -> str:
        """Make an experiment and return its id.

        Raises:
            AlreadyExists: the name is taken, perhaps by a deleted experiment.
        """
        return query.create_experiment(self._transport, name, artifact_location, tags)

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Look an experiment up by id, deleted ones too.

        Raises:
            NotFound: there is none.
        """
        return self._read(experiments.GetExperiment(experiment_id=str(experiment_id))).experiment

    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """Look an experiment up by name, deleted ones too; None if there is none."""
        try:
            return self._read(experiments.GetExperimentByName(experiment_name=name)).experiment
        except NotFound:
            return None

    def search_experiments(
        self,
        view_type: ViewType | str = ViewType.ACTIVE_ONLY,
        max_results: int = 1000,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """Find experiments, a page at a time; the ``token`` of the answer asks for the next.

        Raises:
            InvalidParameter: the filter, the order or the token cannot be understood.
        """
        op = experiments.SearchExperiments(
            max_results=max_results, page_token=page_token or "", filter=filter_string or "",
            order_by=list(order_by or []), view_type=str(view_type),
        )  # fmt: skip
        page = self._read(op)
        return PagedList(page.experiments, page.next_page_token)

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Rename an experiment."""
        self._transport.send(experiments.UpdateExperiment(experiment_id=str(experiment_id), new_name=new_name))

    def delete_experiment(self, experiment_id: str) -> None:
        """Put an experiment and its runs into the bin."""
        self._transport.send(experiments.DeleteExperiment(experiment_id=str(experiment_id)))

    def restore_experiment(self, experiment_id: str) -> None:
        """Take an experiment and its runs out of the bin."""
        self._transport.send(experiments.RestoreExperiment(experiment_id=str(experiment_id)))

    def set_experiment_tag(self, experiment_id: str, key: str, value: Any) -> None:
        """Set a tag of an experiment, over what was there."""
        text = as_text(value)
        self._transport.send(experiments.SetExperimentTag(experiment_id=str(experiment_id), key=key, value=text))

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Take a tag off an experiment.

        Raises:
            NotFound: it is not there.
        """
        self._transport.send(experiments.DeleteExperimentTag(experiment_id=str(experiment_id), key=key))

    # ---- runs

    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: Mapping[str, Any] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """Start a run, which nobody ends but ``set_terminated``."""
        pairs = {key: as_text(value) for key, value in (tags or {}).items()}
        op = runs.CreateRun(
            experiment_id=str(experiment_id), user_id=pairs.get(wellknown.USER, ""), run_name=run_name or "",
            start_time=now_ms() if start_time is None else start_time,
            tags=[RunTag(key, value) for key, value in pairs.items()],
        )  # fmt: skip
        return self._transport.send(op).run

    def get_run(self, run_id: str) -> Run:
        """A run with the last point of each metric, its params and tags.

        Raises:
            NotFound: there is none.
        """
        return self._read(runs.GetRun(run_id=run_id)).run

    def get_parent_run(self, run_id: str) -> Run | None:
        """The run that a run is nested in, or None."""
        parent = self.get_run(run_id).data.tags.get(wellknown.PARENT_RUN)
        return self.get_run(parent) if parent else None

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        filter_string: str = "",
        run_view_type: ViewType | str = ViewType.ACTIVE_ONLY,
        max_results: int = 1000,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        """Find runs, a page at a time; the ``token`` of the answer asks for the next.

        Raises:
            InvalidParameter: the filter, the order or the token cannot be understood.
        """
        op = runs.SearchRuns(
            experiment_ids=[str(each) for each in experiment_ids], filter=filter_string,
            run_view_type=str(run_view_type), max_results=max_results, order_by=list(order_by or []),
            page_token=page_token or "",
        )  # fmt: skip
        page = self._read(op)
        return PagedList(page.runs, page.next_page_token)

    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """Change the status or the name of a run."""
        self._transport.send(runs.UpdateRun(run_id=run_id, status=status or "", run_name=name or ""))

    def set_terminated(self, run_id: str, status: str | None = None, end_time: int | None = None) -> None:
        """End a run.

        Args:
            run_id: the run.
            status: ``FINISHED`` if not given.
            end_time: in milliseconds since 1970 (UTC), now if not given.
        """
        at = now_ms() if end_time is None else end_time
        self._transport.send(runs.UpdateRun(run_id=run_id, status=str(status or RunStatus.FINISHED.value), end_time=at))

    def delete_run(self, run_id: str) -> None:
        """Put a run into the bin."""
        self._transport.send(runs.DeleteRun(run_id=run_id))

    def restore_run(self, run_id: str) -> None:
        """Take a run out of the bin."""
        self._transport.send(runs.RestoreRun(run_id=run_id))

    # ---- logging

    def log_metric(
        self,
        run_id: str,
        key: str,
        value: Any,
        timestamp: int | None = None,
        step: int | None = None,
        synchronous: bool | None = None,  # noqa: ARG002, FBT001
    ) -> None:
        """Log a point of a metric (see ``ActiveRun.log_metric``), and wait until it is stored."""
        op = runs.LogMetric(
            run_id=run_id, key=key, value=as_number(value, key), step=as_integer(step or 0, "step"),
            timestamp=now_ms() if timestamp is None else as_integer(timestamp, "timestamp"),
        )  # fmt: skip
        self._transport.send(op)

    def log_param(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> Any:  # noqa: ARG002, FBT001
        """Log a param, and return its value.

        Raises:
            InvalidParameter: it has another value.
        """
        self._transport.send(runs.LogParam(run_id=run_id, key=key, value=as_text(value)))
        return value

    def set_tag(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> None:  # noqa: ARG002, FBT001
        """Set a tag of a run, over what was there."""
        self._transport.send(runs.SetTag(run_id=run_id, key=key, value=as_text(value)))

    def delete_tag(self, run_id: str, key: str) -> None:
        """Take a tag off a run.

        Raises:
            NotFound: it is not there.
        """
        self._transport.send(runs.DeleteTag(run_id=run_id, key=key))

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[RunTag] = (),
        synchronous: bool | None = None,  # noqa: ARG002, FBT001
    ) -> None:
        """Log points, params and tags: all of them, or, if one is refused, none.

        Raises:
            InvalidParameter: one is refused, or they are more than the wire allows.
        """
        points = [runs.BatchMetric(each.key, each.value, each.timestamp, each.step) for each in metrics]
        self._transport.send(runs.LogBatch(run_id=run_id, metrics=points, params=list(params), tags=list(tags)))

    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """Every point of a metric, by time, step and value."""
        found: list[Metric] = []
        token = ""
        while True:
            page = self._read(runs.GetMetricHistory(run_id=run_id, metric_key=key, page_token=token))
            found += page.metrics
            token = page.next_page_token
            if not token:
                return found

    @property
    def _transport(self) -> Transport:
        return self._connection.transport

    def _read(self, op: Operation[R]) -> R:
        self._session.flush_to_read(self._connection)
        return self._transport.send(op)
