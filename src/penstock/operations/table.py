"""Every operation, in one list."""

from typing import Any, Final

from penstock.operations import experiments, logged_models, records, runs
from penstock.operations.base import Operation

OPERATIONS: Final[tuple[type[Operation[Any]], ...]] = (
    experiments.CreateExperiment,
    experiments.GetExperiment,
    experiments.GetExperimentByName,
    experiments.SearchExperiments,
    experiments.UpdateExperiment,
    experiments.DeleteExperiment,
    experiments.RestoreExperiment,
    experiments.SetExperimentTag,
    experiments.DeleteExperimentTag,
    runs.CreateRun,
    runs.GetRun,
    runs.UpdateRun,
    runs.DeleteRun,
    runs.RestoreRun,
    runs.SearchRuns,
    runs.LogMetric,
    runs.LogParam,
    runs.SetTag,
    runs.DeleteTag,
    runs.LogBatch,
    runs.GetMetricHistory,
    runs.ListArtifacts,
    logged_models.SearchLoggedModels,
    records.AppendRecords,
    records.GetMetricWindow,
    records.GetSeriesSummaries,
    records.ListEvents,
    records.ListColumns,
    records.CountRuns,
    records.GetServerInfo,
)


def result_type(operation: type[Operation[Any]]) -> Any:
    """The type that an operation's result is decoded into: the ``R`` of its ``Operation[R]``."""
    (base,) = operation.__orig_bases__  # type: ignore[attr-defined]
    return base.__args__[0]
