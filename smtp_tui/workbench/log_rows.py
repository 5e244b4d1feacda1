"""Rows: which line of the transcript stands on which row of the log, for lines of any height."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable


class Rows:
    """The heights of consecutive lines, added up.

    Lines have the transcript's numbers; ``first`` is the first that is counted. Rows are counted
    from wherever the first line ever added began, so that a row keeps its number while lines
    come and go at both ends; ``top`` is the first row, ``bottom`` the one after the last.
    """

    __slots__ = ("_ends", "first", "top")

    def __init__(self, first: int = 0) -> None:
        self.first = first
        self.top = 0
        self._ends = array("q")

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def end(self) -> int:
        """The number after the last line."""
        return self.first + len(self._ends)

    @property
    def bottom(self) -> int:
        """The row after the last."""
        return self._ends[-1] if self._ends else self.top

    def append(self, heights: Iterable[int]) -> None:
        """Add lines behind the last."""
        row = self.bottom
        ends = self._ends
        for height in heights:
            row += height
            ends.append(row)

    def prepend(self, heights: list[int]) -> None:
        """Add lines, in their order, before the first."""
        top = self.top - sum(heights)
        added, row = array("q"), top
        for height in heights:
            row += height
            added.append(row)
        self._ends[:0] = added
        self.first -= len(heights)
        self.top = top

    def drop(self, first: int) -> None:
        """Forget the lines before ``first``."""
        count = min(max(0, first - self.first), len(self._ends))
        if count:
            self.top = self._ends[count - 1]
            del self._ends[:count]
        self.first = max(self.first, first)

    def truncate(self, end: int) -> None:
        """Forget the lines from ``end`` on."""
        del self._ends[max(0, end - self.first) :]

    def row(self, line: int) -> int:
        """The first row of a line that is counted, or of the nearest that is."""
        index = min(max(0, line - self.first), len(self._ends))
        return self._ends[index - 1] if index else self.top

    def at(self, row: int) -> tuple[int, int]:
        """The line on a row, ``top`` to before ``bottom``, and which of its own rows that is."""
        index = bisect_right(self._ends, row)
        return self.first + index, row - (self._ends[index - 1] if index else self.top)
