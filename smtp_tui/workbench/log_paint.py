"""Painting a line of the transcript: gutter, time, letter, text and round trip, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.runs import GAP, Role, runs, text
from smtp_tui.wire.events import Protection
from smtp_tui.workbench.log_wrap import LEAST, breaks

TEXT_COLUMN = 13
"""Cells before the text: gutter 1, time 8, space, letter 1, two spaces."""

_MARGIN = 1
_ROUND_TRIP = 8
_LEAST_FOR_ROUND_TRIP = 60
_BAR = "▌"

_GUTTERS = {
    None: "log--gutter",
    Protection.CLEAR: "log--gutter-clear",
    Protection.VERIFIED: "log--gutter-verified",
    Protection.UNVERIFIED: "log--gutter-unverified",
    Protection.OUTDATED: "log--gutter-unverified",
}
_NOTES = {
    None: "log--note",
    Protection.VERIFIED: "log--good",
    Protection.UNVERIFIED: "log--hint",
    Protection.OUTDATED: "log--hint",
}
_KINDS = {
    Kind.OPENING: "log--heading",
    Kind.HINT: "log--hint",
    Kind.ALARM: "log--alarm",
    Kind.CLIENT: "log--client",
    Kind.FAULT: "log--fault",
}
_CLASSES = {
    b"2": "log--accepted",
    b"3": "log--intermediate",
    b"4": "log--temporary",
    b"5": "log--permanent",
}

STYLES = frozenset(
    {*_GUTTERS.values(), *_NOTES.values(), *_KINDS.values(), *_CLASSES.values()}
    | {"log--time", "log--letter-alarm", "log--annotation", "log--chip", "log--mask", "log--match"}
)
"""The component classes that are asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a line: the cells before the text, the text, and the round trip at the right."""

    head: tuple[Segment, ...]
    body: tuple[Segment, ...]
    tail: tuple[Segment, ...] = ()


class Painter:
    """Paints records for a width in cells; ``style`` gives the style of a component class."""

    def __init__(self, style: Callable[[str], Style], width: int, *, wrap: bool) -> None:
        self.width = width
        self.wrap = wrap
        self.most = width - TEXT_COLUMN - _MARGIN
        """Cells of a row for what ``cells`` counts."""
        self.one_row = self.most - _ROUND_TRIP
        """Cells that the text of a line has for sure without being wrapped."""
        self._style = style

    def cells(self, record: Record, line: str) -> int:
        """How many cells the text ``line`` of a record and its round trip take side by side."""
        return cell_len(line) + (_ROUND_TRIP if record.elapsed is not None else 0)

    def height(self, record: Record, line: str) -> int:
        """How many rows the text ``line`` of a record takes."""
        return len(self._starts(record, line))

    def texts(self, record: Record) -> list[str]:
        """What is written on each row."""
        line = text(record)
        starts = self._starts(record, line)
        return [line[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]

    def rows(self, record: Record, seconds: float) -> list[Row]:
        """The line, painted; ``seconds`` is its time in the session."""
        bodies = self._bodies(record)
        base = _style_name(record)
        painted = [
            Row(self._head(record, base, seconds), bodies[0], self._tail(record)),
            *(Row(self._head_of_rest(record), body) for body in bodies[1:]),
        ]
        if record.kind is Kind.OPENING:
            painted[-1] = self._ruled(painted[-1])
        return painted

    @property
    def mark(self) -> Style:
        """The style of what is sought."""
        return self._style("log--match")

    def room(self, row: Row) -> int:
        """Cells for the text of a row."""
        tail = sum(segment.cell_length for segment in row.tail)
        return max(LEAST, self.most - tail)

    def strip(self, row: Row, scroll_x: int) -> tuple[Strip, int]:
        """The row from a column of its text on, and how many characters that leaves out."""
        body = Strip(row.body)
        skipped = len(body.crop(0, scroll_x).text) if scroll_x else 0
        room = self.room(row)
        body = body.crop(scroll_x, scroll_x + room)
        segments = [*row.head, *body]
        if row.tail:
            segments += [Segment(" " * (room - body.cell_length)), *row.tail]
        return Strip(segments), skipped

    def _starts(self, record: Record, line: str) -> list[int]:
        if not self.wrap:
            return [0]
        room = self.most
        first = room - _ROUND_TRIP if self._timed(record) else room
        if record.content and record.note and cell_len(line) > first:
            return _starts_apart(line, len(visible(record.note)), first, room)
        return breaks(line, first, room)

    def _timed(self, record: Record) -> bool:
        return record.elapsed is not None and self.width >= _LEAST_FOR_ROUND_TRIP

    # The text

    def _bodies(self, record: Record) -> list[tuple[Segment, ...]]:
        pieces = [*runs(record)]
        line = "".join(piece for piece, _ in pieces)
        ends = [*self._starts(record, line)[1:], len(line)]
        bodies: list[list[Segment]] = [[] for _ in ends]
        row = position = 0
        for piece, role in pieces:
            while piece:
                while position >= ends[row]:
                    row += 1
                part, piece = piece[: ends[row] - position], piece[ends[row] - position :]
                bodies[row].extend(self._segments(part, role, record))
                position += len(part)
        return [tuple(body) for body in bodies]

    def _segments(self, part: str, role: Role, record: Record) -> Iterator[Segment]:
        match role:
            case Role.CHIP if part[0] == "‹" and part[-1] == "›":
                chip = self._style("log--chip")
                edge = Style(color=chip.bgcolor)
                yield Segment("▐", edge)
                yield Segment(part[1:-1], chip)
                yield Segment("▌", edge)
            case Role.CHIP:
                yield Segment(part, self._style("log--chip"))
            case Role.MASK:
                yield Segment(part, self._style("log--mask"))
            case Role.NOTE if record.content:
                yield Segment(part, self._style("log--annotation"))
            case Role.NOTE if record.kind is Kind.HINT:
                key, space, rest = part.partition(" ")
                yield Segment(key, self._style("log--hint") + Style(bold=True))
                yield Segment(space + rest, self._style("log--hint"))
            case _:
                yield Segment(part, self._style(_style_name(record)))

    # What stands around it

    def _head(self, record: Record, base: str, seconds: float) -> tuple[Segment, ...]:
        gutter = self._gutter(record)
        quiet = self._style("log--time")
        if record.kind is Kind.OPENING:
            return gutter, Segment("─" * (TEXT_COLUMN - 2) + " ", quiet)
        time = f"{max(0.0, seconds):8.3f}"[:8]
        if record.kind is Kind.HINT:
            return gutter, Segment(" " * 10), Segment("╰ ", self._style(base))
        if record.kind in (Kind.FAULT, Kind.ALARM):
            base = "log--letter-alarm"
        bold = record.kind is not Kind.NOTE
        letter = self._style(base) + Style(bold=True) if bold else quiet
        return gutter, Segment(f"{time} ", quiet), Segment(record.kind.letter, letter), _SPACE

    def _head_of_rest(self, record: Record) -> tuple[Segment, ...]:
        return self._gutter(record), Segment(" " * (TEXT_COLUMN - 1))

    def _gutter(self, record: Record) -> Segment:
        return Segment(_BAR, self._style(_GUTTERS[record.protection]))

    def _tail(self, record: Record) -> tuple[Segment, ...]:
        if not self._timed(record) or record.elapsed is None:
            return ()
        return (Segment(duration(record.elapsed).rjust(_ROUND_TRIP), self._style("log--time")),)

    def _ruled(self, row: Row) -> Row:
        used = sum(segment.cell_length for segment in row.body)
        left = self.most - used - 1
        rule = Segment(f" {'─' * max(0, left)}", self._style("log--time"))
        return Row(row.head, (*row.body, rule), row.tail)


def duration(seconds: float) -> str:
    """A short time for the eye: ``0.4 ms``, ``38 ms``, ``12.0 s``."""
    if seconds < 0.0095:
        return f"{max(0.0, seconds) * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 9.9995 else f"{seconds:.1f} s"


def _starts_apart(line: str, words: int, first: int, rest: int) -> list[int]:
    """Rows of a line that ends with so many characters of ours, which are not torn if they fit."""
    cut = len(line) - words
    starts = breaks(line[: cut - len(GAP)], first, rest)
    if cell_len(line[starts[-1] :]) <= (first if len(starts) == 1 else rest):
        return starts
    return [*starts, *(cut + start for start in breaks(line[cut:], rest, rest))]


def _style_name(record: Record) -> str:
    if record.kind is Kind.NOTE:
        return _NOTES[record.protection if record.protection is not Protection.CLEAR else None]
    if record.kind is Kind.SERVER:
        return _CLASSES.get(record.raw[:1], "log--fault")
    return _KINDS[record.kind]


_SPACE = Segment("  ")
