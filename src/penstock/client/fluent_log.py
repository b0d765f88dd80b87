"""The functions of ``penstock`` that log: to the active run, or to one that is named."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from penstock.client import active
from penstock.client.fluent import start_run
from penstock.client.run import ActiveRun

V = TypeVar("V")


def log_metric(
    key: str,
    value: Any,
    step: int | None = None,
    synchronous: bool | None = None,  # noqa: ARG001, FBT001
    timestamp: int | None = None,
    run_id: str | None = None,
) -> None:
    """Log a point of a metric to the active run; one is started if there is none. See ``ActiveRun.log_metric``.

    Args:
        key: the name.
        value: a number.
        step: counts whatever you count.
        synchronous: taken for those who come from MLflow; it is in the journal at once and sent soon, either way.
        timestamp: in milliseconds since 1970 (UTC).
        run_id: another run than the active one.

    Raises:
        InvalidParameter: an argument is wrong.
    """
    run = (active.current() or _run(None)) if run_id is None else _run(run_id)
    run.log_metric(key, value, step, timestamp)


def log_metrics(
    metrics: Mapping[str, Any],
    step: int | None = None,
    synchronous: bool | None = None,  # noqa: ARG001, FBT001
    run_id: str | None = None,
    timestamp: int | None = None,
) -> None:
    """Log a point of each of several metrics. See ``ActiveRun.log_metrics``."""
    _run(run_id).log_metrics(metrics, step, timestamp)


def log_param(key: str, value: V, synchronous: bool | None = None) -> V:  # noqa: ARG001, FBT001
    """Log a param and return its value. See ``ActiveRun.log_param``."""
    _run(None).log_param(key, value)
    return value


def log_params(
    params: Mapping[str, Any],
    synchronous: bool | None = None,  # noqa: ARG001, FBT001
    run_id: str | None = None,
) -> None:
    """Log several params. See ``ActiveRun.log_params``."""
    _run(run_id).log_params(params)


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> None:  # noqa: ARG001, FBT001
    """Set a tag of the active run. See ``ActiveRun.set_tag``."""
    _run(None).set_tag(key, value)


def set_tags(
    tags: Mapping[str, Any],
    synchronous: bool | None = None,  # noqa: ARG001, FBT001
    run_id: str | None = None,
) -> None:
    """Set several tags. See ``ActiveRun.set_tags``."""
    _run(run_id).set_tags(tags)


def delete_tag(key: str) -> None:
    """Take a tag off the active run. See ``ActiveRun.delete_tag``."""
    _run(None).delete_tag(key)


# ---- files


def log_artifact(local_path: str | Path, artifact_path: str | None = None, run_id: str | None = None) -> None:
    """Log a file or folder. See ``ActiveRun.log_artifact``."""
    _run(run_id).log_artifact(local_path, artifact_path)


def log_artifacts(local_dir: str | Path, artifact_path: str | None = None, run_id: str | None = None) -> None:
    """Log every file in a folder. See ``ActiveRun.log_artifacts``."""
    _run(run_id).log_artifacts(local_dir, artifact_path)


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Log text as a file. See ``ActiveRun.log_text``."""
    _run(run_id).log_text(text, artifact_file)


def log_dict(dictionary: Any, artifact_file: str, run_id: str | None = None) -> None:
    """Log a dictionary as JSON or YAML. See ``ActiveRun.log_dict``."""
    _run(run_id).log_dict(dictionary, artifact_file)


def log_figure(figure: Any, artifact_file: str, *, save_kwargs: dict[str, Any] | None = None) -> None:
    """Log a figure of Matplotlib or Plotly. See ``ActiveRun.log_figure``."""
    _run(None).log_figure(figure, artifact_file, save_kwargs=save_kwargs)


def log_image(
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
) -> None:
    """Log an image, alone or as one of a series. See ``ActiveRun.log_image``."""
    _run(None).log_image(image, artifact_file, key=key, step=step, timestamp=timestamp)


def log_table(data: Any, artifact_file: str, run_id: str | None = None) -> None:
    """Log a table, or more rows of it. See ``ActiveRun.log_table``."""
    _run(run_id).log_table(data, artifact_file)


def load_table(artifact_file: str, run_ids: Sequence[str] | None = None) -> Any:
    """Read a table back. See ``ActiveRun.load_table``.

    Args:
        artifact_file: its path.
        run_ids: the runs to take it from, one after the other; the active run if not given.
    """
    from penstock.client.client import Client

    if run_ids is None:
        return _run(None).load_table(artifact_file)
    return Client().load_table(list(run_ids), artifact_file)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Where the active run's files are, or one of them.

    Raises:
        PenstockError: the store cannot be reached.
    """
    session = active.session()
    root = session.get_run(_run(None).info.run_id).info.artifact_uri
    return f"{root}/{artifact_path}" if artifact_path else root


def _run(run_id: str | None) -> ActiveRun:
    if run_id is not None:
        return active.session().attached(run_id)
    run = active.current()
    if run is None:
        active.check_free()
        run = start_run()
    return run
