"""The wire's quirks, all of them and only here (REST surface, transport conventions).

Requests are read leniently, for clients of many ages and languages send them: numbers as text, NaN as text, null for
"not given", camelCase for snake_case, ``run_uuid`` for ``run_id``, JSON inside a JSON string. The common case takes
one typed pass; only what that pass refuses is looked at again, slowly.
"""

import math
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

import msgspec

from penstock.errors import InvalidParameter, PenstockError, error_from_wire
from penstock.operations.base import Operation, check_required

O = TypeVar("O", bound=Operation[Any])
T = TypeVar("T")

JSON = "application/json"
MSGPACK = "application/msgpack"


# ---- requests, as the server reads them


def decode_body(operation: type[O], body: bytes, content_type: str = JSON) -> O:
    """Read an operation from the body of a request.

    Raises:
        InvalidParameter: the body is not JSON, a field has the wrong type, or a required one is missing.
    """
    if content_type == MSGPACK:
        return _checked(_decode_msgpack(operation, body))
    if not body:
        return _checked(operation())
    if any(name in body for name in _camel_bytes(operation)):
        return _checked(_decode_slowly(operation, body))
    try:
        op: O = msgspec.json.decode(body, type=operation, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        op = _decode_slowly(operation, body)
    return _checked(op)


def decode_query(operation: type[O], pairs: Iterable[tuple[str, str]]) -> O:
    """Read an operation from the query string of a request.

    Raises:
        InvalidParameter: a field has the wrong type, or a required one is missing.
    """
    lists = _list_fields(operation)
    raw: dict[str, Any] = {}
    for name, value in pairs:
        if name in lists:
            raw.setdefault(name, []).append(value)
        else:
            raw[name] = value
    return _checked(_convert(operation, raw))


def _decode_msgpack(operation: type[O], body: bytes) -> O:
    try:
        op: O = msgspec.msgpack.decode(body, type=operation)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidParameter(f"The request is not valid: {error}.") from None
    return op


def _decode_slowly(operation: type[O], body: bytes) -> O:
    try:
        raw = msgspec.json.decode(body)
        if isinstance(raw, str):
            raw = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidParameter(f"The request body is not valid JSON: {error}.") from None
    if not isinstance(raw, dict):
        raise InvalidParameter(f"The request body must be a JSON object, not {type(raw).__name__}.")
    return _convert(operation, raw)


def _convert(operation: type[O], raw: dict[str, Any]) -> O:
    try:
        op: O = msgspec.convert(_tidy(raw, _camel_names(operation)), type=operation, strict=False)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidParameter(f"Invalid value in the request: {error}.") from None
    return op


def _tidy(raw: dict[str, Any], camel: dict[str, str]) -> dict[str, Any]:
    """Leave nulls out, spell names with underscores, and take booleans for the numbers they are."""
    tidy: dict[str, Any] = {}
    for name, value in raw.items():
        known = camel.get(name, name)
        if value is None:
            continue
        if known in tidy:
            raise InvalidParameter(f"The field '{known}' is given twice, in two spellings.")
        if isinstance(value, list):
            value = [_tidy(item, camel) if isinstance(item, dict) else item for item in value if item is not None]
        if name == "value" and isinstance(value, bool):
            value = float(value)
        tidy[known] = value
    return tidy


def _checked(op: O) -> O:
    """``op`` with ``run_id`` filled from its old spelling, if nothing required is missing."""
    if getattr(op, "run_uuid", "") and not op.run_id:  # type: ignore[attr-defined]
        msgspec.structs.force_setattr(op, "run_id", op.run_uuid)  # type: ignore[attr-defined]
    check_required(op)
    return op


@cache
def _camel_names(operation: type[Operation[Any]]) -> dict[str, str]:
    names = {name for name in operation.__struct_fields__ if "_" in name}
    return {_camel(name): name for name in names}


@cache
def _camel_bytes(operation: type[Operation[Any]]) -> tuple[bytes, ...]:
    return tuple(f'"{name}"'.encode() for name in _camel_names(operation))


@cache
def _list_fields(operation: type[Operation[Any]]) -> frozenset[str]:
    return frozenset(f.name for f in msgspec.structs.fields(operation) if f.default_factory is list)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


# ---- answers, as the server writes them


def encode_result(result: Any) -> bytes:
    """Write the result of an operation; NaN is text on the wire."""
    # The marks around the name cannot stand inside a JSON string, where they would be escaped.
    return msgspec.json.encode(result).replace(b'"value":null', b'"value":"NaN"')


def encode_error(error: PenstockError) -> bytes:
    """Write an error in MLflow's form."""
    return msgspec.json.encode({"error_code": error.error_code, "message": error.message})


# ---- the same, as the client does it


def encode_body(op: Operation[Any]) -> bytes:
    """Write an operation as the JSON body of a request; numbers that are not finite are text on the wire."""
    body = msgspec.json.encode(op)
    # JSON has none of these numbers: they have become null, as has whatever was not given.
    return msgspec.json.encode(_spelled(msgspec.to_builtins(op))) if b"null" in body else body


def _spelled(value: Any) -> Any:
    """``value`` with NaN and infinities as text, and without what was not given."""
    match value:
        case dict():
            return {name: _spelled(item) for name, item in value.items() if item is not None}
        case list():
            return [_spelled(item) for item in value]
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case _:
            return value


def encode_query(op: Operation[Any]) -> list[tuple[str, str]]:
    """Write an operation as a query string's names and values."""
    pairs: list[tuple[str, str]] = []
    for name, value in msgspec.to_builtins(op).items():
        items = value if isinstance(value, list) else [value]
        pairs.extend((name, item if isinstance(item, str) else msgspec.json.encode(item).decode()) for item in items)
    return pairs


def decode_result(kind: type[T], body: bytes) -> T:
    """Read the result of an operation; an empty body is ``{}``.

    Raises:
        PenstockError: the body is not what that operation answers.
    """
    try:
        return msgspec.json.decode(body or b"{}", type=kind, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PenstockError(f"The server's answer could not be read: {error}. Is it a tracking server?") from None


def decode_error(status: int, body: bytes) -> PenstockError:
    """Read the error that a server answered, in MLflow's form or any other."""
    try:
        raw = msgspec.json.decode(body)
        return error_from_wire(status, str(raw["error_code"]), str(raw.get("message", "")))
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        text = body[:500].decode(errors="replace").strip()
        return error_from_wire(status, None, f"The server answered {status}: {text}")
