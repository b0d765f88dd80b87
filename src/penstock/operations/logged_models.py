"""Operations on logged models, on MLflow's paths. None are kept yet; questions about them are answered truthfully."""

from typing import ClassVar

from msgspec import Struct

from penstock.operations.base import Operation, Route, read


class LoggedModelPage(Struct, frozen=True):
    """The matching logged models: none, ``{}`` on the wire."""


class SearchLoggedModels(Operation[LoggedModelPage], frozen=True, kw_only=True):
    """Find logged models. MLflow 3 clients ask for a run's models whenever they list a folder of its artifacts."""

    experiment_ids: list[str] = []
    route: ClassVar[Route] = read("logged-models/search", methods=("POST",))
