"""Who may do what. Each operation names its permission; whether the asker has it is decided here and nowhere else."""

from typing import Any, Final

from msgspec import Struct

from penstock.errors import PermissionDenied
from penstock.operations.base import Operation, Permission


class Asker(Struct, frozen=True):
    """Whoever asks: a ``name`` for events, and the permissions they hold."""

    name: str
    permissions: frozenset[Permission]


ANONYMOUS: Final = Asker("", frozenset(Permission))
"""Without logins, whoever reaches the store may do everything; the server answers this machine alone by default."""


def check(who: Asker, operation: type[Operation[Any]]) -> None:
    """Let ``who`` ask for ``operation``, or not.

    Raises:
        PermissionDenied: the permission that the operation names is missing.
    """
    needed = operation.route.permission
    if needed is not Permission.PUBLIC and needed not in who.permissions:
        raise PermissionDenied(f"{who.name or 'Whoever is asking'} has no '{needed}' permission for this.")
