"""Which rule carries out which operation."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from penstock.operations import experiments as e
from penstock.operations import logged_models as m
from penstock.operations import records as own
from penstock.operations import runs as r
from penstock.operations.base import Operation
from penstock.service import experiments, ingest, queries, tracking

RULES: Final[Mapping[type[Operation[Any]], Callable[[Any, Any], Any]]] = {
    e.CreateExperiment: experiments.create,
    e.GetExperiment: experiments.get,
    e.GetExperimentByName: experiments.get_by_name,
    e.SearchExperiments: experiments.search,
    e.UpdateExperiment: experiments.rename,
    e.DeleteExperiment: experiments.delete,
    e.RestoreExperiment: experiments.restore,
    e.SetExperimentTag: experiments.set_tag,
    e.DeleteExperimentTag: experiments.delete_tag,
    r.CreateRun: tracking.create,
    r.GetRun: tracking.get,
    r.UpdateRun: tracking.update,
    r.DeleteRun: tracking.delete,
    r.RestoreRun: tracking.restore,
    r.LogMetric: tracking.log_metric,
    r.LogParam: tracking.log_param,
    r.SetTag: tracking.set_tag,
    r.DeleteTag: tracking.delete_tag,
    r.LogBatch: tracking.log_batch,
    r.SearchRuns: queries.search_runs,
    r.GetMetricHistory: queries.get_history,
    r.ListArtifacts: queries.list_artifacts,
    m.SearchLoggedModels: queries.search_logged_models,
    own.AppendRecords: ingest.append_records,
    own.GetMetricWindow: queries.get_window,
    own.GetSeriesSummaries: queries.get_summaries,
    own.ListEvents: queries.list_events,
    own.ListColumns: queries.list_columns,
    own.CountRuns: queries.count,
}
