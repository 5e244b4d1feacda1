"""A part of a log file as a transcript, which all that shows transcripts can show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from smtp_tui.transcript.log_file import LogFile
from smtp_tui.transcript.query import Query
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.records import Transcript

MOST = 10_000
"""Records of a part."""
MOST_OCTETS = 16 * 1024 * 1024
"""Octets of the file in a part, unless one line alone has more."""
_SLICE = 100
"""Records that are looked at without a pause: the UI loop waits for them."""
_SLICE_OCTETS = 128 * 1024
_MOST_OPENINGS = 1000

_Key = tuple[int, int]
"""What tells connections of a file apart: the run of the program, and its number in that."""


class LogPart(Transcript):
    """Records as they were written; time counts from the first of each connection here.

    Connections get numbers of their own, because every run of the program begins with 1.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        super().__init__()
        self._numbers: dict[_Key, int] = {}
        self._connections = 0
        for record in records:
            self.keep(record)

    def keep(self, record: Record) -> None:
        """One more."""
        key = (record.run, record.connection)
        if record.kind is Kind.OPENING or key not in self._numbers:
            self._connections += 1
            self._numbers[key] = self._connections
            self._opened[self._connections] = record.at
            self._ring.epochs[self._connections] = record.wall - record.at
        number = self._numbers[key]
        self._ring.append(replace(record, connection=number))
        self._exchanges.add(self._ring.end - 1, record.kind)


@dataclass(frozen=True, slots=True)
class Part:
    """``lines`` are those of the file that ``transcript`` holds, of ``total`` it has by now.

    ``matches`` counts the lines in the whole file that a query took, None where none was asked;
    the first ``kept`` of them are there.
    """

    transcript: LogPart
    lines: range
    total: int
    trouble: str = ""
    matches: int | None = None
    kept: int = 0


def part(file: LogFile, start: int | None = None, stop: int | None = None) -> Part:
    """The part from one line on, or else the one up to a line; the last one without either."""
    while file.index():
        pass
    total = len(file)
    if start is None:
        lines = _up_to(file, total if stop is None else max(0, min(stop, total)))
        lines = lines if lines.start else _onwards(file, 0)
    else:
        lines = _onwards(file, max(0, min(start, total)))
        lines = lines if lines.stop < total else _up_to(file, total)
    transcript = LogPart(file.records(lines.start, lines.stop))
    lines = range(lines.start, lines.start + len(transcript))
    return Part(transcript, lines, total, trouble(file))


def _onwards(file: LogFile, start: int) -> range:
    return range(start, min(start + MOST, file.last_within(start, MOST_OCTETS)))


def _up_to(file: LogFile, stop: int) -> range:
    return range(max(stop - MOST, file.first_within(stop, MOST_OCTETS)), stop)


@dataclass(frozen=True, slots=True)
class Growth:
    """How a file changed: it has ``total`` lines now, ``records`` are those behind the part."""

    total: int
    trouble: str
    records: tuple[Record, ...] = ()


def growth(file: LogFile, shown: Part) -> Growth | None:
    """What changed since a part was read; None for nothing."""
    while file.index():
        pass
    total, words = len(file), trouble(file)
    if (total, words) == (shown.total, shown.trouble):
        return None
    follows = shown.matches is None and shown.lines.stop == shown.total < total
    more = _onwards(file, shown.total) if follows else range(0)
    records = file.records(more.start, more.stop)
    return Growth(total, words, tuple(records))


def trouble(file: LogFile) -> str:
    """What is wrong with the file as a whole, in one sentence; "" for nothing."""
    if file.trouble:
        return file.trouble
    if file.cut_off and not len(file):
        return "The file holds no whole line: it is no log file."
    if file.cut_off:
        return f"The last {file.cut_off:,} octets are a line without an end: it is not shown."
    return "" if len(file) else "The file is empty."


class LogSearch:
    """All lines of a file that a query takes, a slice at a time; the first of them are kept.

    With them goes the opening of their connection, which says where to, and when its time began.
    By turns ``read`` reads a slice, in the thread that has the file, and ``sift`` looks at it, in
    the main thread: only there an expression that takes too long is given up.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self._looked_at = 0
        self._total = 0
        self._trouble = ""
        self._openings: dict[_Key, Record] = {}  # of connections of which no line is kept yet
        self._found: list[Record] = []
        self._octets = 0
        self._kept = 0
        self._count = 0

    @property
    def percent(self) -> int:
        """Which part of the lines was looked at, 0 to 100."""
        return 100 * self._looked_at // max(1, self._total)

    def read(self, file: LogFile) -> list[Record]:
        """The lines to look at next; none where there are no more."""
        while file.index():
            pass
        self._total, self._trouble = len(file), trouble(file)
        start = self._looked_at
        return file.records(start, min(start + _SLICE, file.last_within(start, _SLICE_OCTETS)))

    def sift(self, records: list[Record]) -> None:
        """Look at some lines. Raises ``TooSlow``."""
        for record in records:
            if record.kind is Kind.OPENING:
                self._remember(record)
            if self._query.takes(record):
                self._count += 1
                self._keep(record)
        self._looked_at += len(records)

    def _remember(self, opening: Record) -> None:
        key = (opening.run, opening.connection)
        self._openings.pop(key, None)
        self._openings[key] = opening
        if len(self._openings) > _MOST_OPENINGS:
            del self._openings[next(iter(self._openings))]

    def _keep(self, record: Record) -> None:
        if self._kept >= MOST or self._octets > MOST_OCTETS:
            return
        opening = self._openings.pop((record.run, record.connection), None)
        if opening is not None and opening is not record:
            self._found.append(opening)
        self._found.append(record)
        self._kept += 1
        self._octets += len(record.raw) + len(record.note)

    def result(self) -> Part:
        """What was found until now."""
        return Part(
            LogPart(self._found),
            range(self._looked_at),
            self._total,
            self._trouble,
            self._count,
            self._kept,
        )
