"""The questions: searches, histories, curves, lists."""

import math
from collections.abc import Iterator
from itertools import repeat
from typing import Final

from penstock.artifacts.path import artifact_path
from penstock.entities.artifact import FileInfo
from penstock.entities.metric import Metric
from penstock.errors import InvalidParameter
from penstock.operations import logged_models as models
from penstock.operations import records as own
from penstock.operations import runs as ops
from penstock.search.grammar import parse_runs_filter
from penstock.search.ordering import parse_runs_order
from penstock.search.paging import next_token, read_token
from penstock.service.experiments import check_max_results, experiment_row, view_type
from penstock.service.tracking import existing
from penstock.service.work import Work
from penstock.store import columns, history, outbox, runs, windows
from penstock.store.search_sql import count_runs, find_runs
from penstock.store.segments import Points

MAX_HISTORY_PAGE: Final = 25_000
MAX_WINDOW_RUNS: Final = 100
MAX_WINDOW_POINTS: Final = 20_000


def search_runs(work: Work, op: ops.SearchRuns) -> ops.RunPage:
    """Find runs."""
    count = check_max_results(op.max_results)
    offset = read_token(op.page_token)
    filter_, order = parse_runs_filter(op.filter), parse_runs_order(op.order_by)
    experiments = [experiment_row(one) for one in op.experiment_ids]
    if not experiments:
        return ops.RunPage()
    view = view_type(op.run_view_type)
    rows = find_runs(work.tx.sql, experiments, filter_, order, view, count + 1, offset)
    token = next_token(offset + count) if len(rows) > count else ""
    return ops.RunPage(runs.load(work.tx, rows[:count], with_long_tags=False), token)


def count(work: Work, op: own.CountRuns) -> own.RunCount:
    """Count runs."""
    filter_ = parse_runs_filter(op.filter)
    experiments = [experiment_row(one) for one in op.experiment_ids]
    if not experiments:
        return own.RunCount(0)
    return own.RunCount(count_runs(work.tx.sql, experiments, filter_, view_type(op.run_view_type)))


def list_columns(work: Work, op: own.ListColumns) -> own.ColumnNames:
    """Names of metrics, params and tags in some experiments."""
    rows = [experiment_row(one) for one in op.experiment_ids]
    return own.ColumnNames(*columns.names_in(work.tx, rows))


def get_history(work: Work, op: ops.GetMetricHistory) -> ops.MetricPage:
    """The points of a metric: a page of them when a number is given, else all."""
    if op.max_results is not None and op.max_results <= 0:
        raise InvalidParameter(f"Invalid value {op.max_results} for parameter 'max_results': it must be positive.")
    skip = read_token(op.page_token)
    limit = math.inf if op.max_results is None else min(op.max_results, MAX_HISTORY_PAGE)
    metrics: list[Metric] = []
    for page in history_pages(work, op, skip):
        metrics.extend(page[: int(limit) + 1 - len(metrics)] if limit < math.inf else page)
        if len(metrics) > limit:
            return ops.MetricPage(metrics[:-1], next_token(skip + int(limit)))
    return ops.MetricPage(metrics)


def history_pages(work: Work, op: ops.GetMetricHistory, skip: int = 0) -> Iterator[list[Metric]]:
    """Every point of a metric in order, some thousands at a time."""
    row = existing(work, op.run_id)
    found = history.find_series(work.tx, row.id, op.metric_key)
    if found is None:
        return
    for points in history.pages(work.tx, found, skip):
        yield list(map(Metric, repeat(op.metric_key), points.values, points.timestamps, points.steps))


def get_window(work: Work, op: own.GetMetricWindow) -> own.WindowPage:
    """Curves for a chart."""
    if len(op.run_ids) > MAX_WINDOW_RUNS:
        raise InvalidParameter(f"At most {MAX_WINDOW_RUNS} runs can be asked for at once, not {len(op.run_ids)}.")
    if not 2 <= op.max_points <= MAX_WINDOW_POINTS:
        raise InvalidParameter(
            f"Invalid value for parameter 'max_points': it must be between 2 and {MAX_WINDOW_POINTS}."
        )
    found: list[own.Window] = []
    for run_id in op.run_ids:
        series = history.find_series(work.tx, existing(work, run_id).id, op.metric_key)
        if series is not None:
            curve = windows.window(work.tx, series, op.max_points, op.start_step, op.end_step)
            found.append(_window(run_id, op.metric_key, curve.points, exact=curve.exact))
    return own.WindowPage(found)


def _window(run_id: str, key: str, points: Points, *, exact: bool) -> own.Window:
    values = [value if value == value else None for value in points.values]
    return own.Window(run_id, key, exact, list(points.steps), list(points.timestamps), values)


def get_summaries(work: Work, op: own.GetSeriesSummaries) -> own.SummaryPage:
    """What is known of each metric of a run."""
    return own.SummaryPage(columns.summaries(work.tx, existing(work, op.run_id).id))


def list_events(work: Work, op: own.ListEvents) -> own.EventPage:
    """What changed."""
    return own.EventPage(outbox.events_after(work.tx, op.after, check_max_results(op.max_results, 10_000)))


def list_artifacts(work: Work, op: ops.ListArtifacts) -> ops.ArtifactPage:
    """What is in a directory of a run's artifacts."""
    row = existing(work, op.run_id)
    store, root = work.places.resolve(row.artifact_uri)
    prefix = f"{root}/" if root.parts else ""
    files = [
        FileInfo(file.path.removeprefix(prefix), file.is_dir, file.file_size)
        for file in store.list(root.join(artifact_path(op.path)))
    ]
    return ops.ArtifactPage(row.artifact_uri, files)


def search_logged_models(_work: Work, _op: models.SearchLoggedModels) -> models.LoggedModelPage:
    """Find logged models: none are kept."""
    return models.LoggedModelPage()
