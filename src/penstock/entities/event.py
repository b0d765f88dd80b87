"""Events: what changed, in order, for whoever wants to know."""

from msgspec import Struct

from penstock.entities.ids import Int64


class Event(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One change, written in the transaction that made it.

    ``event_id`` grows; ``kind`` is ``<noun>.<verb>`` (``run.started``, ``experiment.deleted``); ``subject`` is the id
    of the thing; ``detail`` says what changed. ``time`` is in milliseconds since 1970 (UTC).
    """

    event_id: int
    time: Int64
    kind: str
    subject: str
    user_id: str = ""
    detail: dict[str, str] = {}


class Change(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A notice on the live stream: these runs or experiments are not what they were. Ask again for what you show.

    ``revision`` grows with each transaction of the store; a stream is taken up again after it.
    """

    revision: int
    run_ids: list[str] = []
    experiment_ids: list[str] = []
