"""A batch: what is sent of a journal at once."""

from itertools import islice

import msgspec

from penstock.client.frames import raw_records, records, walk
from penstock.entities.record import Record
from penstock.errors import InvalidParameter


class Batch(msgspec.Struct, frozen=True):
    """Frames to be sent: ``count`` of them from ``first_seq`` on; they end at ``end`` in the journal."""

    first_seq: int
    count: int
    end: int
    frames: bytes

    @property
    def next_seq(self) -> int:
        """The place of the record that follows."""
        return self.first_seq + self.count

    def records(self) -> list[Record]:
        """The records in it."""
        return records(self.count, self.frames)

    def raw_records(self) -> list[msgspec.Raw]:
        """The records in it, still encoded."""
        return raw_records(self.count, self.frames)

    def first(self, count: int) -> "Batch":
        """The first ``count`` frames of it alone."""
        if count >= self.count:
            return self
        size = next(islice(walk(self.frames, 0), count - 1, None))
        return Batch(self.first_seq, count, self.end - len(self.frames) + size, self.frames[:size])

    def recounted(self) -> "Batch":
        """The same batch with its frames counted one by one.

        Raises:
            InvalidParameter: it is damaged.
        """
        ends = list(walk(self.frames, 0))
        if not ends or ends[-1] != len(self.frames):
            raise InvalidParameter(f"The journal is damaged after record {self.first_seq + len(ends)}.")
        return Batch(self.first_seq, len(ends), self.end, self.frames)
