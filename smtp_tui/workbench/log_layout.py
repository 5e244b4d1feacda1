"""The layout of the log: how high every line is, kept up as lines come, go and are re-wrapped."""

from __future__ import annotations

import time
from array import array

from smtp_tui.transcript.runs import text
from smtp_tui.workbench.log_lens import Lens
from smtp_tui.workbench.log_paint import Painter
from smtp_tui.workbench.log_rows import Rows

SLICE = 0.01
"""Seconds that laying out old lines may hold the loop."""
LONGEST_SLICE = 0.08
"""Seconds for it where the line in sight is not reached before."""

_CHUNK = 100


class Layout:
    """The rows of a transcript's lines as a lens shows them, for one painter at a time.

    ``begin`` starts anew with the newest lines, ``fill`` goes on with older ones, ``update``
    follows the transcript; the last two raise ``TooSlow`` when a filter is. ``longest`` is the
    widest line in cells where lines are not wrapped.
    """

    def __init__(self, lens: Lens, painter: Painter) -> None:
        transcript = lens.transcript
        self.rows = Rows(transcript.end)
        self.painter = painter
        self.longest = 0
        self._lens = lens
        self._transcript = transcript
        # the cells each line takes on a single row; 0 where that is not known
        self._cells = array("I")
        self._first = transcript.first
        self._follow(transcript.end)

    @property
    def complete(self) -> bool:
        """Whether the oldest line is laid out too."""
        return self.rows.first <= self._transcript.first

    @property
    def progress(self) -> float:
        """Which part of the lines is laid out, 0 to 1."""
        return len(self.rows) / max(1, len(self._transcript))

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
        self._uncover()
        return replaced

    def _uncover(self) -> None:
        """What is left of a folded exchange whose first line is gone has to be seen again."""
        rows, first = self.rows, self._transcript.first
        if self._lens.filter is None and rows.first == first and rows.row(first + 1) == rows.top:
            rows.drop(self._transcript.exchange(first).stop)

    def fill(self, line: int) -> None:
        """Lay out more of the older lines: to ``line`` unless that takes long, then a moment."""
        begun = time.perf_counter()
        while not self.complete:
            rows = self.rows
            start = max(self._transcript.first, rows.first - _CHUNK)
            rows.prepend([self._height(number) for number in range(start, rows.first)])
            took = time.perf_counter() - begun
            if took > SLICE and (rows.first <= line or took > LONGEST_SLICE or self._lens.filter):
                return

    def _follow(self, start: int) -> None:
        """Keep what is known of the lines that still stand, up to ``start``."""
        lines, cells = self._transcript, self._cells
        del cells[: max(0, lines.first - self._first)]
        self._first = lines.first
        del cells[max(0, start - self._first) :]
        cells.frombytes(bytes((len(lines) - len(cells)) * cells.itemsize))

    def _height(self, line: int) -> int:
        lens = self._lens
        if not lens.whole:
            if lens.hides(line):
                return 0
            if lens.folds(line):
                return 1
        return self._whole_height(line)

    def _whole_height(self, line: int) -> int:
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
