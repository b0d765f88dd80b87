"""Which store an artifact location opens: one row for each kind."""

import re
from collections.abc import Collection
from importlib import import_module
from typing import Final, NamedTuple, cast
from urllib.parse import unquote_to_bytes

from penstock.artifacts.base import ArtifactStore
from penstock.errors import InvalidParameter, Unsupported

# At least two letters, so that C:\\runs is no scheme.
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)


class Kind(NamedTuple):
    """A row: the URI's ``scheme`` (empty for a path), the store as ``"module:thing"``, and what to install for it."""

    scheme: str
    store: str
    install: str = ""


KINDS: Final = (
    Kind("", "penstock.artifacts.local:LocalArtifacts"),
    Kind("file", "penstock.artifacts.local:LocalArtifacts"),
)


def open_store(uri: str, kinds: Collection[Kind] = KINDS) -> ArtifactStore:
    """Open the artifact store at a location.

    Args:
        uri: a folder's path, or a URI of one of the schemes in ``kinds``.
        kinds: the stores to choose from.

    Raises:
        InvalidParameter: the location is empty, of an unknown scheme, or not a location of its kind.
        Unsupported: what the store needs is not installed.
    """
    found = _SCHEME.fullmatch(uri)
    scheme = found[1].lower() if found else ""
    kind = next((kind for kind in kinds if kind.scheme == scheme), None)
    if kind is None:
        known = ", ".join(f"{kind.scheme}:" for kind in kinds if kind.scheme)
        raise InvalidParameter(f"No artifact store for '{scheme}:' locations. Use a folder's path or one of {known}.")
    if not uri:
        raise InvalidParameter("The artifact location is empty: name a folder.")
    place = _folder(uri, found[2]) if found and scheme == "file" else uri
    module, _, thing = kind.store.partition(":")
    try:
        return cast("ArtifactStore", getattr(import_module(module), thing)(place))
    except ImportError:
        raise Unsupported(f"Artifacts at '{scheme}:' need more than is installed: pip install {kind.install}") from None


def _folder(uri: str, rest: str) -> str:
    """The path that a file URI names."""
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        if host not in {"", "localhost"}:
            raise InvalidParameter(f"'{uri}' names another machine: only folders of this one can be opened.")
        rest = slash + path
    if not rest.startswith("/") or "?" in rest or "#" in rest:
        raise InvalidParameter(f"'{uri}' is not a file URI: write file:///folder, with ? as %3F and # as %23.")
    try:
        return unquote_to_bytes(rest).decode()
    except UnicodeDecodeError:
        raise InvalidParameter(f"'{uri}' is not valid Unicode text once decoded.") from None
