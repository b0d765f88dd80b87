"""The one gate for artifact paths (rule PATH-1).

A path is checked once, in the form in which it is used, and from then on is an ``ArtifactPath``, which nobody can
build otherwise: a store takes nothing else, so a new caller cannot forget the check. The text is opaque: it is never
decoded, normalised or case-folded, here or later. Whoever takes it from a URL decodes it exactly once before.
"""

from typing import Final

from penstock.errors import InvalidParameter

_MAX_SEGMENT_BYTES: Final = 255
_MAX_PATH_BYTES: Final = 1024
_MAX_DEPTH: Final = 64
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", "clock$", "conin$", "conout$"}
    | {f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"}
)
_GATE: Final = object()


class ArtifactPath:
    """A checked relative path; the root is the one without parts. Make it with ``artifact_path``."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[str, ...], gate: object) -> None:
        if gate is not _GATE:
            raise TypeError("An ArtifactPath is made by artifact_path() alone.")
        self.parts: Final = parts

    def __str__(self) -> str:
        return "/".join(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ArtifactPath) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    @property
    def is_root(self) -> bool:
        """Whether this is the store's root."""
        return not self.parts

    @property
    def name(self) -> str:
        """The last part; empty for the root."""
        return self.parts[-1] if self.parts else ""

    def join(self, below: "ArtifactPath") -> "ArtifactPath":
        """``below``, seen from this directory.

        Raises:
            InvalidParameter: the whole is too long or too deep.
        """
        return artifact_path(f"{self}/{below}" if self.parts and below.parts else str(self) or str(below))


def artifact_path(text: str) -> ArtifactPath:
    """Check a path that came from outside; the empty text is the root.

    Raises:
        InvalidParameter: an empty, ``.`` or ``..`` part, a leading or trailing slash, a backslash, a control character,
            a drive, a device name of Windows, a trailing dot or space, a lone surrogate, or a part over 255 bytes, a
            path over 1,024 bytes or 64 parts.
    """
    if text == "":
        return ArtifactPath((), _GATE)
    parts = tuple(text.split("/"))
    reason = _whole_fault(text, parts) or next(filter(None, map(_part_fault, parts)), None)
    if reason:
        raise InvalidParameter(f"Invalid path {text[:200]!r}: {reason}.")
    return ArtifactPath(parts, _GATE)


def _whole_fault(text: str, parts: tuple[str, ...]) -> str | None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "it is not valid Unicode text"
    if size > _MAX_PATH_BYTES:
        return f"it is longer than {_MAX_PATH_BYTES} bytes"
    if len(parts) > _MAX_DEPTH:
        return f"it is deeper than {_MAX_DEPTH} directories"
    if parts[0][1:2] == ":" and parts[0][0].isalpha():
        return "it names a drive"
    return None


def _part_fault(part: str) -> str | None:  # noqa: PLR0911 - one line a fault  # noqa: PLR0911 - one answer for each rule
    if part == "":
        return "a part is empty (is there a slash at an end, or a double one?)"
    if part in {".", ".."}:
        return f"'{part}' is not allowed as a part"
    if "\\" in part:
        return "a backslash is not allowed"
    if any(ord(char) < 32 or ord(char) == 127 for char in part):
        return "a control character is not allowed"
    if part[-1] in ". ":
        return "a part must not end in a dot or a space"
    if part.split(".", maxsplit=1)[0].rstrip().lower() in _DEVICES:
        return f"'{part}' is a device name on Windows"
    if len(part.encode()) > _MAX_SEGMENT_BYTES:
        return f"a part is longer than {_MAX_SEGMENT_BYTES} bytes"
    return None
