"""Every setting, in one table; nobody else reads ``os.environ``.

A setting is looked up as ``PENSTOCK_<NAME>``, then as its MLflow twin where it has one, then takes its default.
"""

import os
from collections.abc import Mapping, MutableMapping
from typing import Final, NamedTuple

from penstock.errors import InvalidParameter

__all__ = ["SETTINGS", "Setting", "Settings"]


class Setting(NamedTuple):
    """One row of the table: ``name`` in the environment, its kind by the type of ``default``, and what it does."""

    name: str
    default: str | int | float | bool
    help: str
    twin: str = ""


SETTINGS: Final[tuple[Setting, ...]] = (
    Setting("PENSTOCK_TRACKING_URI", "", "Where runs go: a folder, sqlite:///FILE or http(s)://HOST. Empty: .penstock here.", "MLFLOW_TRACKING_URI"),
    Setting("PENSTOCK_TRACKING_USERNAME", "", "User name for the server, sent with the password.", "MLFLOW_TRACKING_USERNAME"),
    Setting("PENSTOCK_TRACKING_PASSWORD", "", "Password for the server.", "MLFLOW_TRACKING_PASSWORD"),
    Setting("PENSTOCK_TRACKING_TOKEN", "", "Access token for the server, used when there is no user name.", "MLFLOW_TRACKING_TOKEN"),
    Setting("PENSTOCK_EXPERIMENT_NAME", "", "The experiment of runs that name none.", "MLFLOW_EXPERIMENT_NAME"),
    Setting("PENSTOCK_EXPERIMENT_ID", "", "The experiment of runs that name none, by id.", "MLFLOW_EXPERIMENT_ID"),
    Setting("PENSTOCK_RUN_ID", "", "The first start_run of the process resumes this run.", "MLFLOW_RUN_ID"),
    Setting("PENSTOCK_JOURNAL_DIR", "", "Where journals wait for a server. Empty: .penstock/journal here.", ""),
    Setting("PENSTOCK_FLUSH_TIMEOUT", 30.0, "Seconds the end of a process waits for its journals to be sent; the rest is sent later.", ""),
    Setting("PENSTOCK_HTTP_TIMEOUT", 120.0, "Seconds to wait for a server's answer to a question or command.", "MLFLOW_HTTP_REQUEST_TIMEOUT"),
    Setting("PENSTOCK_HTTP_RETRIES", 7, "How often a question or command is tried again when the server is away.", "MLFLOW_HTTP_REQUEST_MAX_RETRIES"),
    Setting("PENSTOCK_INSECURE_TLS", False, "Do not check the server's certificate.", "MLFLOW_TRACKING_INSECURE_TLS"),
    Setting("PENSTOCK_SERVER_CERT", "", "A file of certificate authorities to trust for the server.", "MLFLOW_TRACKING_SERVER_CERT_PATH"),
    Setting("PENSTOCK_CAPTURE_DIFF", True, "Record the uncommitted changes of the working tree with each run.", ""),
    Setting("PENSTOCK_CAPTURE_PACKAGES", True, "Record the installed packages with each run.", ""),
    Setting("PENSTOCK_BACKEND_STORE_URI", "", "Server: where runs are kept.", "MLFLOW_BACKEND_STORE_URI"),
    Setting("PENSTOCK_DEFAULT_ARTIFACT_ROOT", "", "Server: where new experiments keep artifacts. Empty: behind the server.", "MLFLOW_DEFAULT_ARTIFACT_ROOT"),
    Setting("PENSTOCK_ARTIFACTS_DESTINATION", "", "Server: where the artifacts it serves are kept.", "MLFLOW_ARTIFACTS_DESTINATION"),
    Setting("PENSTOCK_SERVE_ARTIFACTS", True, "Server: pass artifacts through the server.", "MLFLOW_SERVE_ARTIFACTS"),
    Setting("PENSTOCK_HOST", "127.0.0.1", "Server: address to listen on.", "MLFLOW_HOST"),
    Setting("PENSTOCK_PORT", 5000, "Server: port to listen on.", "MLFLOW_PORT"),
    Setting("PENSTOCK_ALLOWED_HOSTS", "", "Server: more host names it answers to, separated by commas.", "MLFLOW_SERVER_ALLOWED_HOSTS"),
    Setting("PENSTOCK_ALLOWED_ORIGINS", "", "Server: more origins (scheme://host:port) whose pages may write, separated by commas.", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"),
    Setting("PENSTOCK_MAX_UPLOAD_BYTES", 0, "Server: largest artifact it takes. 0: no limit.", ""),
)  # fmt: skip

_BY_NAME: Final = {row.name: row for row in SETTINGS}
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


class Settings:
    """The settings of one process or server: read once, then passed by constructor."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    @classmethod
    def of_process(cls) -> "Settings":
        """The settings in this process's environment, read when asked for."""
        return cls(os.environ)

    def overlaid(self, values: Mapping[str, str]) -> "Settings":
        """These settings, with ``values`` (by full name) in place of what the environment says; empty ones say nothing."""
        return Settings({**self._environ, **{name: value for name, value in values.items() if value}})

    def text(self, name: str) -> str:
        """The setting as text."""
        row = _BY_NAME[name]
        return self._raw(row) or str(row.default)

    def take(self, name: str) -> str:
        """The setting as text, taken out of the environment: neither later calls nor child processes find it."""
        row = _BY_NAME[name]
        value = self.text(name)
        if isinstance(self._environ, MutableMapping):
            self._environ.pop(row.name, None)
            self._environ.pop(row.twin, None)
        return value

    def number(self, name: str) -> float:
        """The setting as a number.

        Raises:
            InvalidParameter: it is set to something else.
        """
        text = self.text(name)
        try:
            return float(text)
        except ValueError:
            raise InvalidParameter(f"{name} must be a number, not {text!r}.") from None

    def flag(self, name: str) -> bool:
        """The setting as yes or no.

        Raises:
            InvalidParameter: it is set to something else.
        """
        text = self.text(name).lower()
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        raise InvalidParameter(f"{name} must be true or false, not {text!r}.")

    def is_set(self, name: str) -> bool:
        """Whether the environment says anything about it."""
        return bool(self._raw(_BY_NAME[name]))

    def _raw(self, row: Setting) -> str:
        value = self._environ.get(row.name, "")
        if not value and row.twin:
            value = self._environ.get(row.twin, "")
        return value
