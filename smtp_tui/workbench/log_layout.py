"""The layout of the log: how high every line is, kept up as lines come, go and are re-wrapped."""

from __future__ import annotations

import time
from array import array

from smtp_tui.transcript.records import Transcript
from smtp_tui.transcript.runs import text
from smtp_tui.workbench.log_paint import Painter
from smtp_tui.workbench.log_rows import Rows

SLICE = 0.02
"""Seconds that laying out old lines may hold the loop."""
LONGEST_SLICE = 0.25
"""Seconds for it where the line in sight is not reached before."""

_CHUNK = 250


class Layout:
    """The rows of a transcript's lines, for one painter at a time.

    ``begin`` starts anew with the newest lines, ``fill`` goes on with older ones, ``update``
    follows the transcript. ``longest`` is the widest line in cells where lines are not wrapped.
    """

    def __init__(self, transcript: Transcript, painter: Painter) -> None:
        self.rows = Rows(transcript.end)
        self.painter = painter
        self.longest = 0
        self._transcript = transcript
        # the cells each line takes on a single row; 0 where that is not known
        self._cells = array("I")
        self._first = transcript.first
        self._follow(transcript.end)

    @property
    def complete(self) -> bool:
        """Whether the oldest line is laid out too."""
        return self.rows.first <= self._transcript.first

    def begin(self, painter: Painter) -> None:
        """Forget all rows; from now on lines are laid out for this painter."""
        self.painter = painter
        self.rows = Rows(self._transcript.end)
        self.longest = 0
        self._follow(self._transcript.end)

    def update(self, start: int) -> range:
        """Lines from ``start`` on are new or replaced, old ones may be gone; gives the replaced."""
        rows, lines = self.rows, self._transcript
        replaced = range(start, rows.end)
        self._follow(start)
        rows.drop(lines.first)
        rows.truncate(start)
        rows.append([self._height(line) for line in range(rows.end, lines.end)])
        return replaced

    def fill(self, line: int) -> None:
        """Lay out more of the older lines: to ``line`` unless that takes long, then a moment."""
        begun = time.perf_counter()
        while not self.complete:
            rows = self.rows
            start = max(self._transcript.first, rows.first - _CHUNK)
            rows.prepend([self._height(number) for number in range(start, rows.first)])
            took = time.perf_counter() - begun
            if took > LONGEST_SLICE or (took > SLICE and rows.first <= line):
                return

    def _follow(self, start: int) -> None:
        """Keep what is known of the lines that still stand, up to ``start``."""
        lines, cells = self._transcript, self._cells
        del cells[: max(0, lines.first - self._first)]
        self._first = lines.first
        del cells[max(0, start - self._first) :]
        cells.frombytes(bytes((len(lines) - len(cells)) * cells.itemsize))

    def _height(self, line: int) -> int:
        painter = self.painter
        cells = self._cells[line - self._first]
        if not cells or (painter.wrap and cells > painter.most):
            record = self._transcript[line]
            words = text(record)
            cells = self._cells[line - self._first] = painter.cells(record, words) or 1
            if painter.wrap and cells > painter.most:
                return painter.height(record, words)
        self.longest = max(self.longest, cells)
        return 1
