"""Rows: which line of the transcript stands on which row of the log, for lines of any height."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from operator import eq


class Rows:
    """The heights of consecutive lines, added up; a line of height 0 is hidden.

    Lines have the transcript's numbers; ``first`` is the first that is counted. Rows are counted
    from wherever the first line ever added began, so that a row keeps its number while lines
    come and go at both ends; ``top`` is the first row, ``bottom`` the one after the last.
    """

    __slots__ = ("_ends", "_hidden", "first", "top")

    def __init__(self, first: int = 0) -> None:
        self.first = first
        self.top = 0
        self._ends = array("q")
        self._hidden = 0

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

    @property
    def shown(self) -> int:
        """How many of the lines are not hidden."""
        return len(self._ends) - self._hidden

    def append(self, heights: list[int]) -> None:
        """Add lines behind the last."""
        self._hidden += heights.count(0)
        row = self.bottom
        ends = self._ends
        for height in heights:
            row += height
            ends.append(row)

    def prepend(self, heights: list[int]) -> None:
        """Add lines, in their order, before the first."""
        self._hidden += heights.count(0)
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
            self._hidden -= self._hidden_among(0, count)
            self.top = self._ends[count - 1]
            del self._ends[:count]
        self.first = max(self.first, first)

    def truncate(self, end: int) -> None:
        """Forget the lines from ``end`` on."""
        count = max(0, end - self.first)
        self._hidden -= self._hidden_among(count, len(self._ends))
        del self._ends[count:]

    def row(self, line: int) -> int:
        """The first row of a line that is counted, or of the nearest that is."""
        index = min(max(0, line - self.first), len(self._ends))
        return self._ends[index - 1] if index else self.top

    def at(self, row: int) -> tuple[int, int]:
        """The line on a row, ``top`` to before ``bottom``, and which of its own rows that is."""
        index = bisect_right(self._ends, row)
        return self.first + index, row - (self._ends[index - 1] if index else self.top)

    def nearest(self, line: int) -> int:
        """The line itself, or if it is hidden the next that is not, or the last; -1 without any."""
        if self.bottom == self.top:
            return -1
        return self.at(min(self.row(line), self.bottom - 1))[0]

    def step(self, line: int, step: int) -> int:
        """The next line that is not hidden, up (-1) or down (1); -1 where there is none."""
        row = self.row(line + 1) if step > 0 else self.row(line) - 1
        return self.at(row)[0] if self.top <= row < self.bottom else -1

    def between(self, first: int, last: int) -> Iterator[int]:
        """The lines that are not hidden, from the one on the first row to that on the last."""
        row, stop = max(first, self.top), min(last + 1, self.bottom)
        while row < stop:
            line = self.at(row)[0]
            yield line
            row = self.row(line + 1)

    def shown_after(self, line: int) -> int:
        """How many lines that are not hidden come after a line."""
        index = min(max(0, line + 1 - self.first), len(self._ends))
        count = len(self._ends) - index
        return count - self._hidden_among(index, len(self._ends)) if self._hidden else count

    def _hidden_among(self, start: int, stop: int) -> int:
        """How many are hidden of the lines at these places."""
        if not self._hidden or start >= stop:
            return 0
        before = self._ends[start - 1] if start else self.top
        ends = self._ends[start:stop]
        hidden: int = sum(map(eq, ends, ends[1:]))
        return hidden + (ends[0] == before)
