"""Strips of the log: painted rows that can be selected, kept while they are likely to be seen."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.selection import Selection
from textual.strip import Strip

from smtp_tui.smtp.events import Span
from smtp_tui.workbench.log_lens import Lens
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
        return self.styled(span_of_text(span, self.characters), style).strip

    def placed(self, row: int) -> Strip:
        """The strip with what the mouse needs to select: where in the row each character is."""
        column = 0
        segments: list[Segment] = []
        for text, style, _ in self.strip:
            place = column if column < TEXT_COLUMN else column + self.skipped
            offset = Style.from_meta({"offset": (place, row)})
            segments.append(Segment(text, style + offset if style is not None else offset))
            column += len(text)
        return Strip(segments, self.strip.cell_length)

    def styled(self, span: Span, style: Style) -> Drawn:
        """The row, a span of its text in another style."""
        text = self.strip.text
        start, end = (
            cell_len(text[: TEXT_COLUMN + max(0, character - self.skipped)]) for character in span
        )
        if start >= end:
            return self
        inside = self.strip.crop(start, end)
        parts = [
            self.strip.crop(0, start),
            Strip(Segment.apply_style(inside, post_style=style), inside.cell_length),
            self.strip.crop(end),
        ]
        return self._replace(strip=Strip.join(parts))


class Strips:
    """The strips of the lines drawn last; forget those whose looks changed."""

    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self._kept: LRUCache[int, list[Drawn]] = LRUCache(_KEPT)

    def line(self, line: int, painter: Painter, scroll_x: int) -> list[Drawn]:
        """The rows of a line."""
        if (known := self._kept.get(line)) is not None:
            return known
        lens = self._lens
        record = lens.record(line, painter.one_row)
        drawn: list[Drawn] = []
        for painted in painter.rows(record, lens.transcript.seconds(record)):
            strip, skipped = painter.strip(painted, scroll_x)
            drawn.append(Drawn(strip, sum(len(part.text) for part in painted.body), skipped))
        if lens.sought is not None:
            drawn = self._marked(drawn, painter.texts(record), painter)
        self._kept[line] = drawn
        return drawn

    def _marked(self, drawn: list[Drawn], texts: list[str], painter: Painter) -> list[Drawn]:
        """The rows with what is sought marked in them."""
        spans = self._lens.spans("".join(texts))
        start = 0
        for row, words in enumerate(texts if spans else ()):
            end = start + len(words)
            for first, last in spans:
                if first < end and last > start:
                    span = max(first, start) - start, min(last, end) - start
                    drawn[row] = drawn[row].styled(span, painter.mark)
            start = end
        return drawn

    def forget(self, lines: range | None = None) -> None:
        """Draw these lines anew, or all."""
        if lines is None:
            self._kept.clear()
        else:
            for line in lines:
                self._kept.discard(line)


def selected_text(lens: Lens, rows: Rows, painter: Painter, selection: Selection) -> str | None:
    """What is written on the selected rows; rows that were only wrapped are joined."""
    first = rows.top if selection.start is None else max(rows.top, selection.start.y)
    last = rows.bottom - 1 if selection.end is None else min(rows.bottom - 1, selection.end.y)
    lines: list[str] = []
    for line in rows.between(first, last):
        parts: list[str] = []
        record = lens.record(line, painter.one_row)
        for row, text in enumerate(painter.texts(record), rows.row(line)):
            span = selection.get_span(row)
            if span is not None:
                start, end = span_of_text(span, len(text))
                parts.append(text[start:end])
        lines.append("".join(parts))
    return "\n".join(lines) if lines else None


def span_of_text(span: tuple[int, int], characters: int) -> tuple[int, int]:
    """A span of a row, counted from its left edge, as a span of its text; -1 is the end."""
    start, end = span
    last = characters if end == -1 else min(characters, end - TEXT_COLUMN)
    return min(characters, max(0, start - TEXT_COLUMN)), max(0, last)
