"""Writes the reference of the public face from the code itself.

python -m tests.habits.api_page > docs/reference/api.md
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

import msgspec

import penstock

_HEAD = """# Python

Made from the code by `python -m tests.habits.api_page`; do not edit.
Names and arguments are MLflow's where MLflow has them.
Everything here is imported from `penstock`; what is not on this page may change without notice."""


def page() -> str:
    """The whole page."""
    public = {name: getattr(penstock, name) for name in penstock.__all__}
    functions = [name for name, value in public.items() if inspect.isfunction(value)]
    classes = [name for name, value in public.items() if inspect.isclass(value)]
    errors = [name for name in classes if issubclass(public[name], penstock.PenstockError)]
    holders = [name for name in classes if name not in errors and not _is_data(public[name])]
    data = [name for name in classes if name not in errors and name not in holders]
    parts = [_HEAD, "## Functions"]
    parts += [_function(name, public[name]) for name in functions]
    parts += ["## Classes", *(_class(name, public[name]) for name in holders)]
    parts += ["## What is returned", *(_data(name, public[name]) for name in data)]
    parts += [
        "## Errors",
        "\n".join(["| error | when |", "|---|---|", *(_error(name, public[name]) for name in errors)]),
    ]
    others = [name for name in public if name not in functions and name not in classes]
    if others:
        parts += ["## Values", "\n".join(f"- `{name}`" for name in others)]
    return "\n\n".join(parts) + "\n"


def _is_data(kind: type) -> bool:
    return issubclass(kind, msgspec.Struct | Enum)


def _function(name: str, function: Callable[..., Any], level: str = "###") -> str:
    return f"{level} {name}\n\n```python\n{_signature(function)}\n```\n\n{_text(function)}"


def _class(name: str, kind: type) -> str:
    methods = [
        _function(f"{name}.{attribute}", value, "####")
        for attribute, value in _methods(kind)
    ]  # fmt: skip
    return "\n\n".join([f"### {name}\n\n{_text(kind)}", *methods])


def _methods(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for base in reversed(kind.__mro__):
        for attribute, value in vars(base).items():
            if inspect.isfunction(value) and not attribute.startswith("_") and getattr(kind, attribute) is value:
                yield attribute, value


def _data(name: str, kind: type) -> str:
    if issubclass(kind, Enum):
        fields = ", ".join(f"`{member.name}`" for member in kind)
    else:
        fields = ", ".join(f"`{field}`" for field in (*_fields(kind), *_properties(kind)))
    return f"### {name}\n\n{_text(kind)}\n\nHas {fields}."


def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(kind.__struct_fields__)


def _properties(kind: type) -> list[str]:
    return [name for name, value in vars(kind).items() if isinstance(value, property)]


def _error(name: str, kind: type) -> str:
    return f"| `{name}` | {_text(kind).splitlines()[0]} |"


def _signature(function: Callable[..., Any]) -> str:
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(node, ast.FunctionDef)
    arguments = ast.unparse(node.args).removeprefix("self, ").removeprefix("self")
    returns = ast.unparse(node.returns).strip("'") if node.returns else "None"
    line = f"{node.name}({arguments}) -> {returns}"
    if len(line) <= 110:
        return line
    return f"{node.name}(\n{_wrapped(node.args)}\n) -> {returns}"


def _wrapped(arguments: ast.arguments) -> str:
    one_each = ast.unparse(arguments).replace(", *, ", ",\x00*,\x00")
    parts, depth, start = [], 0, 0
    for place, char in enumerate(one_each):
        depth += (char in "[(") - (char in "])")
        if depth == 0 and char == ",":
            parts.append(one_each[start:place].strip(" \x00"))
            start = place + 1
    parts.append(one_each[start:].strip(" \x00"))
    return "\n".join(f"    {part}," for part in parts if part not in {"self", ""})


def _text(thing: Any) -> str:
    text = inspect.getdoc(thing)
    assert text, f"{thing} has no docstring."
    return text.partition("\n\n")[0].replace("``", "`").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(page())
