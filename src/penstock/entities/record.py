"""Records: what a run says. One union, the same in the journal, on the wire and in the store's ingest.

Encoded as arrays whose first element names the kind (``["m", "loss", 0.5, 1700000000000, 3]``), because millions of
them pass by: 27 bytes and a fifth of a microsecond each. A field may be added at the end, with a default; a field is
never removed or moved, for journals of old releases are read by new ones.
"""

from msgspec import Struct

from penstock.entities.ids import Int64


class RunStarted(Struct, frozen=True, array_like=True, tag="run"):
    """The run begins, or goes on (``resumed``).

    Exactly one of ``experiment_id`` and ``experiment_name`` is given; a named experiment is made if it is missing, so
    that a run can start while the store is away.
    """

    start_time: Int64
    experiment_id: str = ""
    experiment_name: str = ""
    run_name: str = ""
    user_id: str = ""
    tags: dict[str, str] = {}
    resumed: bool = False


class MetricLogged(Struct, frozen=True, array_like=True, tag="m", gc=False):
    """A point of a metric; ``timestamp`` in milliseconds since 1970 (UTC)."""

    key: str
    value: float
    timestamp: Int64
    step: Int64 = 0


class ParamLogged(Struct, frozen=True, array_like=True, tag="p", gc=False):
    """A param: set once."""

    key: str
    value: str


class TagSet(Struct, frozen=True, array_like=True, tag="t", gc=False):
    """A tag, new or changed."""

    key: str
    value: str


class TagDeleted(Struct, frozen=True, array_like=True, tag="td", gc=False):
    """A tag taken away; one that is not there is no error."""

    key: str


class ArtifactLogged(Struct, frozen=True, array_like=True, tag="a", gc=False):
    """A file is in the artifact store: ``path`` below the run's root, ``size`` in bytes, ``sha256`` in hexadecimal."""

    path: str
    size: int
    sha256: str


class StatusChanged(Struct, frozen=True, array_like=True, tag="s", gc=False):
    """The run has a new status; ``end_time`` in milliseconds since 1970 (UTC), 0 while it goes on."""

    status: str
    end_time: Int64 = 0


Record = RunStarted | MetricLogged | ParamLogged | TagSet | TagDeleted | ArtifactLogged | StatusChanged
