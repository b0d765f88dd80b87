"""What an operation is, and the one verb that carries it.

An operation is a struct: its fields are the request. Its ``route`` says how it travels and who may ask. A route
without a permission cannot be written, so an operation that forgot one fails at import.
"""

from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from msgspec import Struct

from penstock.errors import InvalidParameter

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

MLFLOW = "/api/2.0/mlflow/"
PENSTOCK = "/api/penstock/v1/"


class Permission(StrEnum):
    """What the asker must be allowed; ``service/access.py`` decides."""

    PUBLIC = "public"
    READ = "read"
    EDIT = "edit"
    DELETE = "delete"


class Route(Struct, frozen=True, kw_only=True):
    """How an operation travels.

    ``methods``: HTTP methods, the first is the one our client uses. ``path``: below the host, as our client sends it.
    ``aliases``: other paths of the same operation. ``required``: fields that must be given and not be empty.
    ``writes``: whether it changes the store.
    """

    methods: tuple[str, ...]
    path: str
    permission: Permission
    writes: bool
    required: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that leads here: MLflow's operations are reached under two more prefixes."""
        own = (self.path, *self.aliases)
        if not self.path.startswith(MLFLOW):
            return own
        twins = [
            path.replace("/api/2.0/", prefix, 1) for path in own for prefix in ("/ajax-api/2.0/", "/api/2.0/preview/")
        ]
        return (*own, *twins)


class Operation(Struct, Generic[R_co], frozen=True, kw_only=True, omit_defaults=True):
    """The base of every operation; ``R_co`` is the type of its result."""

    route: ClassVar[Route]


def check_required(op: Operation[Any]) -> None:
    """Let an operation pass whose required fields are all given.

    Raises:
        InvalidParameter: one is missing or empty; the message names it.
    """
    for name in op.route.required:
        value = getattr(op, name)
        if value in (None, "", []):
            raise InvalidParameter(f"Missing value for required parameter '{name}'.")


class Nothing(Struct, frozen=True):
    """The result of an operation that has none: ``{}`` on the wire."""


class Transport(Protocol):
    """Carries operations to a store: in this process, or over HTTP. There is no other way in."""

    def send(self, op: Operation[R]) -> R:
        """Carry out ``op`` and return its result.

        Raises:
            PenstockError: what the store answered, or ``Unavailable`` when it could not be reached.
        """
        ...

    def close(self) -> None:
        """Give back connections and files; sending afterwards opens them anew."""
        ...


def read(path: str, *required: str, methods: tuple[str, ...] = ("GET",), base: str = MLFLOW) -> Route:
    """A route that asks."""
    return Route(methods=methods, path=base + path, permission=Permission.READ, writes=False, required=required)


def write(path: str, *required: str, permission: Permission = Permission.EDIT, base: str = MLFLOW) -> Route:
    """A route that changes something, by POST."""
    return Route(methods=("POST",), path=base + path, permission=permission, writes=True, required=required)
