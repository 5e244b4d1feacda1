"""Strips of the log: painted rows that can be selected, kept while they are likely to be seen."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.selection import Selection
from textual.strip import Strip

from smtp_tui.transcript.records import Transcript
from smtp_tui.workbench.log_paint import TEXT_COLUMN, Painter
from smtp_tui.workbench.log_rows import Rows

_KEPT = 512
"""Lines whose strips are kept."""


class Drawn(NamedTuple):
    """One row, ready but for background, cursor and selection."""

    strip: Strip
    characters: int
    """Of the row's text, in sight or not."""
    skipped: int
    """Characters to the left of what is in sight."""

    def selected(self, selection: Selection, row: int, style: Style) -> Strip:
        """The strip, what is selected of it in another style; ``row`` is its number."""
        span = selection.get_span(row)
        if span is None:
            return self.strip
        first, last = span_of_text(span, self.characters)
        text = self.strip.text
        cells = [
            cell_len(text[: TEXT_COLUMN + max(0, character - self.skipped)])
            for character in (first, last)
        ]
        if cells[0] >= cells[1]:
            return self.strip
        inside = self.strip.crop(*cells)
        return Strip.join(
            [
                self.strip.crop(0, cells[0]),
                Strip(Segment.apply_style(inside, post_style=style), inside.cell_length),
                self.strip.crop(cells[1]),
            ]
        )


class Strips:
    """The strips of the lines drawn last; forget those whose looks or place changed."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._kept: LRUCache[int, list[Drawn]] = LRUCache(_KEPT)

    def line(self, line: int, row: int, painter: Painter, scroll_x: int) -> list[Drawn]:
        """The rows of a line; ``row`` is the number of its first."""
        if (known := self._kept.get(line)) is not None:
            return known
        record = self._transcript[line]
        drawn: list[Drawn] = []
        for painted in painter.rows(record, self._transcript.seconds(record)):
            strip, skipped = painter.strip(painted, scroll_x)
            strip = _with_offsets(strip, row + len(drawn), skipped)
            drawn.append(Drawn(strip, sum(len(part.text) for part in painted.body), skipped))
        self._kept[line] = drawn
        return drawn

    def forget(self, lines: range | None = None) -> None:
        """Draw these lines anew, or all."""
        if lines is None:
            self._kept.clear()
        else:
            for line in lines:
                self._kept.discard(line)


def selected_text(
    transcript: Transcript, rows: Rows, painter: Painter, selection: Selection
) -> str | None:
    """What is written on the selected rows; rows that were only wrapped are joined."""
    first = rows.top if selection.start is None else max(rows.top, selection.start.y)
    last = rows.bottom - 1 if selection.end is None else min(rows.bottom - 1, selection.end.y)
    if first > last:
        return None
    lines: list[str] = []
    for line in range(rows.at(first)[0], rows.at(last)[0] + 1):
        parts: list[str] = []
        for row, text in enumerate(painter.texts(transcript[line]), rows.row(line)):
            span = selection.get_span(row)
            if span is not None:
                start, end = span_of_text(span, len(text))
                parts.append(text[start:end])
        lines.append("".join(parts))
    return "\n".join(lines)


def span_of_text(span: tuple[int, int], characters: int) -> tuple[int, int]:
    """A span of a row, counted from its left edge, as a span of its text; -1 is the end."""
    start, end = span
    last = characters if end == -1 else min(characters, end - TEXT_COLUMN)
    return min(characters, max(0, start - TEXT_COLUMN)), max(0, last)


def _with_offsets(strip: Strip, row: int, skipped: int) -> Strip:
    """The strip with what the mouse needs to select: where in the row each character is."""
    column = 0
    segments: list[Segment] = []
    for text, style, _ in strip:
        place = column if column < TEXT_COLUMN else column + skipped
        offset = Style.from_meta({"offset": (place, row)})
        segments.append(Segment(text, style + offset if style is not None else offset))
        column += len(text)
    return Strip(segments, strip.cell_length)
