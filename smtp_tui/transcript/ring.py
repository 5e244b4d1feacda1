"""The ring: the newest records, kept plainly and within bounds."""

from __future__ import annotations

from smtp_tui.smtp.events import Span
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.wire.events import Protection

MOST_RECORDS = 200_000
MOST_OCTETS = 64 * 1024 * 1024
"""Octets of raw data and words together."""


# Exact tuples of atoms: the garbage collector leaves them alone, however many there are.
_Row = tuple[
    str,
    float,
    int,
    str | None,
    bytes,
    tuple[Span, ...],
    str,
    float | None,
    str,
    int,
    str,
    int,
    bool,
]

# Looked up for every line that is drawn or looked at; calling the enum takes many times as long.
_KINDS = {kind.value: kind for kind in Kind}
_PROTECTIONS: dict[str | None, Protection | None] = {None: None} | {
    each.value: each for each in Protection
}


class Ring:
    """Records by number, counted from the first ever; the oldest go when there are too many.

    ``first`` is the number of the oldest kept, ``end`` the one after the newest; ``dropped``
    counts those that went, ``octets`` what the others hold. ``epochs`` are, by connection, what
    has to be added to monotonic time to make it seconds since the epoch.
    """

    __slots__ = ("_most_octets", "_most_records", "_rows", "dropped", "epochs", "first", "octets")

    def __init__(self, most_records: int = MOST_RECORDS, most_octets: int = MOST_OCTETS) -> None:
        self._most_records = most_records
        self._most_octets = most_octets
        self._rows: list[_Row] = []
        self.first = 0
        self.dropped = 0
        self.octets = 0
        self.epochs: dict[int, float] = {}

    def __repr__(self) -> str:
        return f"<{len(self)} records from {self.first}>"

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: int) -> Record:
        index = number - self.first
        if index < 0:
            raise IndexError(number)
        return self._record(self._rows[index])

    @property
    def end(self) -> int:
        """The number the next record gets."""
        return self.first + len(self._rows)

    def append(self, record: Record) -> None:
        """Keep one more, and drop the oldest when that is too many."""
        protection = record.protection
        self._rows.append(
            (
                record.kind.value,
                record.at,
                record.connection,
                protection.value if protection is not None else None,
                record.raw,
                record.secrets,
                record.label,
                record.elapsed,
                record.note,
                record.offset,
                record.verb,
                record.pieces,
                record.joined,
            )
        )
        self.octets += len(record.raw) + len(record.note)
        if len(self._rows) > self._most_records or self.octets > self._most_octets:
            self._drop()

    def copy(self) -> Ring:
        """The same records; what becomes of this ring does not change them."""
        other = Ring(self._most_records, self._most_octets)
        other._rows = self._rows[:]
        other.epochs = dict(self.epochs)
        other.first, other.dropped, other.octets = self.first, self.dropped, self.octets
        return other

    def pop(self) -> Record:
        """Take the newest back."""
        record = self._record(self._rows.pop())
        self.octets -= len(record.raw) + len(record.note)
        return record

    def clear(self) -> None:
        """Forget all; numbers go on."""
        self.release(self.end)

    def release(self, end: int) -> None:
        """Forget those before that number, which somebody else keeps."""
        count = end - self.first
        self.octets -= sum(len(row[4]) + len(row[8]) for row in self._rows[:count])
        del self._rows[:count]
        self.first = end

    def _drop(self) -> None:
        """Drop a few more than must go: each time all that stay are moved."""
        records = self._most_records - self._most_records // 64
        octets = self._most_octets - self._most_octets // 64
        count = freed = 0
        for row in self._rows[:-1]:
            if len(self._rows) - count <= records and self.octets - freed <= octets:
                break
            freed += len(row[4]) + len(row[8])
            count += 1
        del self._rows[:count]
        self.first += count
        self.dropped += count
        self.octets -= freed

    def _record(self, row: _Row) -> Record:
        (
            kind, at, connection, protection, raw, secrets, label, elapsed, note, offset,
            verb, pieces, joined,
        ) = row  # fmt: skip
        return Record(
            _KINDS[kind],
            at,
            connection,
            _PROTECTIONS[protection],
            raw,
            secrets,
            label,
            elapsed,
            note,
            offset,
            at + self.epochs.get(connection, 0.0),
            verb,
            pieces,
            joined,
        )
