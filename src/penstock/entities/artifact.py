"""Artifacts: the files of a run."""

from msgspec import UNSET, Struct, UnsetType


class FileInfo(Struct, frozen=True, omit_defaults=True):
    """One file or directory. ``path`` is relative to the run's root; ``file_size`` is in bytes, unset for directories."""

    path: str
    # Never omitted: clients read it without a default.
    is_dir: bool
    file_size: int | UnsetType = UNSET
