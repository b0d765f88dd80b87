"""Tables as they are kept: JSON with the names of the columns and the rows (pandas calls it ``split``)."""

from typing import Any

import msgspec

from penstock.errors import InvalidParameter


class Table(msgspec.Struct, frozen=True):
    """Columns by name, and the rows."""

    columns: list[str]
    data: list[list[Any]]


def table_of(data: Any) -> Table:
    """A table from a data frame, or from a dictionary of columns.

    Raises:
        InvalidParameter: it is neither, or the columns are not of one length.
    """
    if hasattr(data, "to_dict") and hasattr(data, "columns"):
        data = data.to_dict(orient="list")
    if not isinstance(data, dict):
        raise InvalidParameter(f"A table must be a data frame or a dictionary of columns, not {type(data).__name__}.")
    columns = {str(name): _column(values) for name, values in data.items()}
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidParameter(f"The columns of the table are not of one length: {lengths}.")
    return Table(list(columns), [list(row) for row in zip(*columns.values(), strict=True)])


def joined(above: Table, below: Table) -> Table:
    """Two tables as one; what one of them has no column for is None."""
    columns = list(dict.fromkeys([*above.columns, *below.columns]))
    return Table(columns, [*_arranged(above, columns), *_arranged(below, columns)])


def to_json(table: Table) -> bytes:
    """Write a table."""
    return msgspec.json.encode(table, enc_hook=_plain)


def from_json(content: bytes, path: str) -> Table:
    """Read a table.

    Raises:
        InvalidParameter: the file holds something else.
    """
    try:
        return msgspec.json.decode(content, type=Table)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidParameter(f"'{path}' is no table: {error}.") from None


def _column(values: Any) -> list[Any]:
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        return [values]
    return list(values)


def _arranged(table: Table, columns: list[str]) -> list[list[Any]]:
    if table.columns == columns:
        return table.data
    places = {name: at for at, name in enumerate(table.columns)}
    return [[row[places[name]] if name in places else None for name in columns] for row in table.data]


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's; anything else that JSON does not know as text."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)
