"""Penstock records experiments, packages code and models, and governs models on their way to production.

import penstock

with penstock.start_run():
    penstock.log_param("rate", 0.1)
    penstock.log_metric("loss", 0.42, step=1)
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

from penstock.version import VERSION

if TYPE_CHECKING:
    from penstock.client.client import Client
    from penstock.client.fluent import (
        active_run,
        create_experiment,
        delete_experiment,
        delete_run,
        end_run,
        flush,
        get_experiment,
        get_experiment_by_name,
        get_parent_run,
        get_run,
        get_tracking_uri,
        last_active_run,
        restore_experiment,
        restore_run,
        search_experiments,
        search_runs,
        set_experiment,
        set_experiment_tag,
        set_tracking_uri,
        start_run,
    )
    from penstock.client.fluent_log import (
        delete_tag,
        get_artifact_uri,
        load_table,
        log_artifact,
        log_artifacts,
        log_dict,
        log_figure,
        log_image,
        log_metric,
        log_metrics,
        log_param,
        log_params,
        log_table,
        log_text,
        set_tag,
        set_tags,
    )
    from penstock.client.run import ActiveRun
    from penstock.entities.artifact import FileInfo
    from penstock.entities.experiment import Experiment, ViewType
    from penstock.entities.metric import ExperimentTag, Metric, Param, RunTag
    from penstock.entities.run import Run, RunData, RunInfo, RunStatus
    from penstock.errors import (
        AlreadyExists,
        InvalidParameter,
        InvalidState,
        NotFound,
        PenstockError,
        PermissionDenied,
        Unauthenticated,
        Unavailable,
        Unsupported,
    )


__version__ = VERSION

__all__ = [
    "ActiveRun",
    "AlreadyExists",
    "Client",
    "Experiment",
    "ExperimentTag",
    "FileInfo",
    "InvalidParameter",
    "InvalidState",
    "Metric",
    "NotFound",
    "Param",
    "PenstockError",
    "PermissionDenied",
    "Run",
    "RunData",
    "RunInfo",
    "RunStatus",
    "RunTag",
    "Unauthenticated",
    "Unavailable",
    "Unsupported",
    "ViewType",
    "__version__",
    "active_run",
    "create_experiment",
    "delete_experiment",
    "delete_run",
    "delete_tag",
    "end_run",
    "flush",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_parent_run",
    "get_run",
    "get_tracking_uri",
    "last_active_run",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_table",
    "log_text",
    "restore_experiment",
    "restore_run",
    "search_experiments",
    "search_runs",
    "set_experiment",
    "set_experiment_tag",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "start_run",
]


# Where the names are defined, if not in client/fluent.py. Each is loaded when it is first asked for:
# the server and the command line live in this package too, and need none of it.
_HOMES: Final = {
    "client.fluent_log": (
        "log_metric",
        "log_metrics",
        "log_param",
        "log_params",
        "set_tag",
        "set_tags",
        "delete_tag",
        "log_artifact",
        "log_artifacts",
        "log_text",
        "log_dict",
        "log_figure",
        "log_image",
        "log_table",
        "load_table",
        "get_artifact_uri",
    ),
    "client.client": ("Client",),
    "client.run": ("ActiveRun",),
    "entities.artifact": ("FileInfo",),
    "entities.experiment": ("Experiment", "ViewType"),
    "entities.metric": ("ExperimentTag", "Metric", "Param", "RunTag"),
    "entities.run": ("Run", "RunData", "RunInfo", "RunStatus"),
    "errors": (
        "AlreadyExists",
        "InvalidParameter",
        "InvalidState",
        "NotFound",
        "PenstockError",
        "PermissionDenied",
        "Unauthenticated",
        "Unavailable",
        "Unsupported",
    ),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'penstock' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"penstock.{_HOME_OF.get(name, 'client.fluent')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
