"""Every error Penstock raises, on both sides of the wire.

    PenstockError
    |- InvalidParameter        400 INVALID_PARAMETER_VALUE   what was asked is wrong
    |  `- AlreadyExists        400 RESOURCE_ALREADY_EXISTS   the name is taken
    |- InvalidState            400 INVALID_STATE             not allowed in the present state
    |- Unauthenticated         401 UNAUTHENTICATED           nobody said who is asking
    |- PermissionDenied        403 PERMISSION_DENIED         who is asking may not
    |- NotFound                404 RESOURCE_DOES_NOT_EXIST   no such thing
    |- EndpointNotFound        404 ENDPOINT_NOT_FOUND        the server has no such operation
    |- TooLarge                413 BAD_REQUEST               the body is over a limit
    |- Busy                    429 REQUEST_LIMIT_EXCEEDED    ask again later
    |- Internal                500 INTERNAL_ERROR            our fault
    |- Unsupported             501 NOT_IMPLEMENTED           this store cannot do that
    |- Unavailable             503 TEMPORARILY_UNAVAILABLE   the store or the network is away
    |  `- StorageFull          507 RESOURCE_EXHAUSTED        no space left
    `- ForeignError            (as answered)                 a server answered with a code that is not ours

The class is the kind of error: the server writes its code, the client raises the same class from it.
Codes and statuses are MLflow's (REST surface, error codes), so that its clients understand them.
"""

from typing import ClassVar

__all__ = [
    "AlreadyExists",
    "Busy",
    "EndpointNotFound",
    "ForeignError",
    "Internal",
    "InvalidParameter",
    "InvalidState",
    "NotFound",
    "PenstockError",
    "PermissionDenied",
    "StorageFull",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "Unsupported",
    "error_from_wire",
]


class PenstockError(Exception):
    """The root of the tree: catch it to catch everything that Penstock raises.

    Attributes:
        message: what was wrong, where, and what to do about it; for people.
        error_code: the code on the wire, e.g. ``"RESOURCE_DOES_NOT_EXIST"``.
        status: the HTTP status that goes with it.
    """

    error_code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidParameter(PenstockError):
    """An argument is wrong: the message names it and says what is allowed."""

    error_code = "INVALID_PARAMETER_VALUE"
    status = 400


class AlreadyExists(InvalidParameter):
    """The name is taken, perhaps by something deleted."""

    error_code = "RESOURCE_ALREADY_EXISTS"


class InvalidState(PenstockError):
    """The thing is there but in a state that does not allow this, e.g. deleted."""

    # MLflow answers 500 here, which makes its own client retry for minutes what can never succeed.
    error_code = "INVALID_STATE"
    status = 400


class Unauthenticated(PenstockError):
    """The server needs to know who is asking."""

    error_code = "UNAUTHENTICATED"
    status = 401


class PermissionDenied(PenstockError):
    """Whoever is asking may not do this."""

    error_code = "PERMISSION_DENIED"
    status = 403


class NotFound(PenstockError):
    """There is no such experiment, run, artifact or other thing."""

    error_code = "RESOURCE_DOES_NOT_EXIST"
    status = 404


class EndpointNotFound(PenstockError):
    """The server does not know this path or method."""

    error_code = "ENDPOINT_NOT_FOUND"
    status = 404


class TooLarge(PenstockError):
    """The request is larger than the server allows."""

    error_code = "BAD_REQUEST"
    status = 413


class Busy(PenstockError):
    """The server has too much to do; try again later."""

    error_code = "REQUEST_LIMIT_EXCEEDED"
    status = 429


class Internal(PenstockError):
    """Something broke inside Penstock."""


class Unsupported(PenstockError):
    """This store or server cannot do that."""

    error_code = "NOT_IMPLEMENTED"
    status = 501


class Unavailable(PenstockError):
    """The store or the network is away; the same call may work later."""

    error_code = "TEMPORARILY_UNAVAILABLE"
    status = 503


class StorageFull(Unavailable):
    """The disk under the store has no space left."""

    error_code = "RESOURCE_EXHAUSTED"
    status = 507


class ForeignError(PenstockError):
    """A server answered with an error code that Penstock does not know.

    Attributes:
        foreign_code: the code or status text as it was answered.
    """

    def __init__(self, message: str, foreign_code: str) -> None:
        super().__init__(message)
        self.foreign_code = foreign_code


_BY_CODE: dict[str, type[PenstockError]] = {
    kind.error_code: kind
    for kind in (
        InvalidParameter, AlreadyExists, InvalidState, Unauthenticated, PermissionDenied, NotFound,
        EndpointNotFound, TooLarge, Busy, Internal, Unsupported, Unavailable, StorageFull,
    )
}  # fmt: skip
_BY_STATUS: dict[int, type[PenstockError]] = {
    400: InvalidParameter, 401: Unauthenticated, 403: PermissionDenied, 404: EndpointNotFound, 413: TooLarge,
    429: Busy, 500: Internal, 501: Unsupported, 502: Unavailable, 503: Unavailable, 504: Unavailable, 507: StorageFull,
}  # fmt: skip


def error_from_wire(status: int, error_code: str | None, message: str) -> PenstockError:
    """Make the error that a server's answer stands for.

    Args:
        status: the HTTP status.
        error_code: the ``error_code`` of the body, or None if the body was not in that form.
        message: the ``message`` of the body, or its text.

    Returns:
        An error to raise: the class by its code, else by its status, else ``ForeignError``.
    """
    kind = _BY_CODE.get(error_code) if error_code else _BY_STATUS.get(status)
    if kind is None:
        return ForeignError(message, error_code or str(status))
    return kind(message)
