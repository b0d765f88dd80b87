"""Writes the page's types: ``python -m penstock.operations.typescript > ui/src/api/types.ts``.

TypeScript interfaces of every request and result, and a table of how each operation travels, are made from the
operations themselves, so that the page cannot believe in a field that is not there.
"""

import inspect
import json
import sys
from collections.abc import Iterable
from typing import Any, Final

from msgspec import inspect as kinds

from penstock.entities.event import Change
from penstock.operations.base import Operation
from penstock.operations.table import OPERATIONS, result_type

_HEAD: Final = """\
// Made by `python -m penstock.operations.typescript`; do not edit.
// Int64 fields are numbers here: exact up to 2**53, which no step or millisecond reaches.
"""
# Spellings that only old clients use: the page never sends them.
_OLD: Final = frozenset({"run_uuid"})
_PLAIN: Final[dict[type, str]] = {
    kinds.IntType: "number",
    kinds.FloatType: "number",
    kinds.StrType: "string",
    kinds.BoolType: "boolean",
    kinds.NoneType: "null",
}


def typescript() -> str:
    """The text of ``ui/src/api/types.ts``."""
    results = [kinds.type_info(result_type(operation)) for operation in OPERATIONS]
    structs = _closure([kinds.type_info(Change), *results, *map(_fields_only, OPERATIONS)])
    parts = [
        _HEAD,
        *(_interface(structs[name]) for name in sorted(structs)),
        *(_request(operation) for operation in OPERATIONS),
        _types_table(),
        _routes_table(),
    ]
    return "\n".join(parts)


def _fields_only(operation: type[Operation[Any]]) -> kinds.TupleType:
    """The types of a request's fields, without the request itself, which is written in another way."""
    info = kinds.type_info(operation)
    assert isinstance(info, kinds.StructType)
    return kinds.TupleType(tuple(field.type for field in info.fields))


def _closure(types: Iterable[kinds.Type]) -> dict[str, kinds.StructType]:
    """Every named struct that can be reached from ``types``; those sent as arrays are written in place."""
    found: dict[str, kinds.StructType] = {}
    waiting = list(types)
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, kinds.StructType):
            if kind.cls.__name__ in found:
                continue
            if not kind.array_like:
                found[kind.cls.__name__] = kind
            waiting += [field.type for field in kind.fields]
        elif isinstance(kind, kinds.ListType):
            waiting.append(kind.item_type)
        elif isinstance(kind, kinds.DictType):
            waiting.append(kind.value_type)
        elif isinstance(kind, kinds.UnionType):
            waiting += kind.types
        elif isinstance(kind, kinds.TupleType):
            waiting += kind.item_types
    return found


def _interface(struct: kinds.StructType) -> str:
    """What the server answers: a field is left out where the struct leaves out its default."""
    config = struct.cls.__struct_config__
    lines = []
    for field in struct.fields:
        mark = "?" if config.omit_defaults and not field.required else ""
        lines.append(f"  {field.encode_name}{mark}: {_field_type(field)};")
    return _block(struct.cls, lines)


def _request(operation: type[Operation[Any]]) -> str:
    """What the page asks: only what the route requires must be given."""
    info = kinds.type_info(operation)
    assert isinstance(info, kinds.StructType)
    lines = []
    for field in info.fields:
        if field.name not in _OLD:
            mark = "" if field.name in operation.route.required else "?"
            lines.append(f"  {field.encode_name}{mark}: {_field_type(field)};")
    return _block(operation, lines)


def _block(cls: type, lines: list[str]) -> str:
    summary = (inspect.getdoc(cls) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
    body = "{\n" + "\n".join(lines) + "\n}" if lines else "{}"
    return f"/** {summary} */\nexport interface {cls.__name__} {body}\n"


def _field_type(field: kinds.Field) -> str:
    # The wire spells NaN as text, in fields of this name only (operations/codec.py).
    if field.encode_name == "value" and isinstance(field.type, kinds.FloatType):
        return 'number | "NaN"'
    return _type(field.type)


def _type(kind: kinds.Type) -> str:
    if type(kind) in _PLAIN:
        return _PLAIN[type(kind)]
    if isinstance(kind, kinds.StructType):
        return _tuple(kind) if kind.array_like else kind.cls.__name__
    if isinstance(kind, kinds.UnionType):
        return " | ".join(_type(part) for part in kind.types)
    if isinstance(kind, kinds.ListType):
        item = _type(kind.item_type)
        return f"({item})[]" if " " in item else f"{item}[]"
    if isinstance(kind, kinds.DictType):
        return f"{{ [key: string]: {_type(kind.value_type)} }}"
    raise TypeError(f"No TypeScript for {kind!r}: add it to {__name__}.")


def _tuple(struct: kinds.StructType) -> str:
    items = [f"kind: {json.dumps(struct.tag)}"]
    items += [f"{field.name}{'' if field.required else '?'}: {_type(field.type)}" for field in struct.fields]
    return f"[{', '.join(items)}]"


def _types_table() -> str:
    rows = [f"  {op.__name__}: {{ request: {op.__name__}; result: {result_type(op).__name__} }};" for op in OPERATIONS]
    return (
        "/** The request and result of each operation. */\nexport interface Operations {\n" + "\n".join(rows) + "\n}\n"
    )


def _routes_table() -> str:
    rows = [
        f"  {op.__name__}: {{ method: {json.dumps(op.route.methods[0])}, path: {json.dumps(op.route.path)} }},"
        for op in OPERATIONS
    ]
    head = '/** How each operation travels. */\nexport const ROUTES: { [N in keyof Operations]: { method: "GET" | "POST"; path: string } } = {\n'
    return head + "\n".join(rows) + "\n};\n"


if __name__ == "__main__":
    # Bytes, so that the file is the same on every system.
    sys.stdout.buffer.write(typescript().encode())
