"""Where the lines of a large file are, in little memory: the line ends of each stretch count."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable

STRETCH = 16 * 1024
"""Octets between two places of which it is known how many line ends are before them."""
_FEW = 256
"""Octets that are looked through line end by line end."""


class LineIndex:
    """``read`` gives octets of the file: how many at most, from which place.

    ``lines`` counts the whole ones among the octets ``looked`` at, ``end`` is where the line behind
    the last of them begins. Lines are numbered from 0.
    """

    __slots__ = ("_before", "_read", "end", "lines", "looked")

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        self._read = read
        self._before = array("Q", [0])  # line ends before each multiple of a stretch
        self.lines = 0
        self.looked = 0
        self.end = 0

    def go_on(self, octets: int) -> bool:
        """Look at about so many more; whether there were any."""
        first = self.looked
        data = self._read(first, octets - first % STRETCH)
        position = 0
        while position < len(data):
            stop = min(len(data), position + STRETCH - self.looked % STRETCH)
            self.lines += data.count(b"\n", position, stop)
            self.looked += stop - position
            position = stop
            if self.looked % STRETCH == 0:
                self._before.append(self.lines)
        if last := data.rfind(b"\n") + 1:
            self.end = first + last
        return bool(data)

    def cut(self, size: int) -> None:
        """The file has only so many octets left; the last of them have to be looked at again."""
        whole = size // STRETCH
        del self._before[whole + 1 :]
        self.looked = whole * STRETCH
        self.lines = self._before[whole]
        self.end = self.start(self.lines)

    def start(self, number: int) -> int:
        """Where a line begins that is known, or the one behind the last of them."""
        if number <= 0:
            return 0
        stretch = bisect_left(self._before, number) - 1
        begin = stretch * STRETCH
        return begin + _behind(self._read(begin, STRETCH), number - self._before[stretch])

    def first_within(self, stop: int, octets: int) -> int:
        """The first line from which to that one there are at most so many octets, or one line."""
        begin = self.start(stop) - octets
        if begin <= 0:
            return 0
        stretch = begin // STRETCH + 1
        first = self._before[stretch] + 1 if stretch < len(self._before) else stop
        return max(0, min(first, stop - 1))

    def last_within(self, start: int, octets: int) -> int:
        """The line to which from that one there are at most so many octets, or one line."""
        stretch = (self.start(start) + octets) // STRETCH
        last = self._before[stretch] if stretch < len(self._before) else self.lines
        return min(self.lines, max(start + 1, last))


def _behind(data: bytes, count: int) -> int:
    """The place behind that many line ends; the end of the octets where they are not there."""
    low, high = 0, len(data)
    while high - low > _FEW:
        middle = (low + high) // 2
        ends = data.count(b"\n", low, middle)
        if ends < count:
            low, count = middle, count - ends
        else:
            high = middle
    for _ in range(count):
        low = data.find(b"\n", low) + 1
        if not low:
            return len(data)  # the file was changed
    return low
