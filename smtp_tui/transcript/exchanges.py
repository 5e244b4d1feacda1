"""Exchanges: what the client said, and all that followed until it spoke again."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

from smtp_tui.transcript.record import Kind


class Exchanges:
    """Where exchanges begin, by the numbers of a transcript's lines.

    One begins with the client's line, or with the heading of a connection. Lines the client said
    in one go, as pipelined commands (RFC 2920) or a message, are one exchange with their replies:
    which reply is whose cannot be seen from where they stand.
    """

    __slots__ = ("_heads", "_talking")

    def __init__(self) -> None:
        self._heads = array("q")
        self._talking = False  # the newest line is the client's

    def add(self, line: int, kind: Kind) -> None:
        """The newest line is of this kind."""
        talking = kind is Kind.CLIENT
        if kind is Kind.OPENING or (talking and not self._talking):
            self._heads.append(line)
        self._talking = talking

    def take_back(self, line: int, newest: Kind | None) -> None:
        """That line is no more; the newest is of this kind now."""
        if self._heads and self._heads[-1] == line:
            self._heads.pop()
        self._talking = newest is Kind.CLIENT

    def forget(self, first: int) -> None:
        """Lines before ``first`` are gone."""
        heads = self._heads
        if heads and heads[0] < first:
            del heads[: bisect_left(heads, first)]

    def clear(self) -> None:
        """No line is left."""
        del self._heads[:]
        self._talking = False

    def head(self, line: int) -> int:
        """The first line of the exchange a line belongs to; -1 where that is gone."""
        index = bisect_right(self._heads, line)
        return self._heads[index - 1] if index else -1

    def next(self, line: int) -> int:
        """The first line of the exchange after the one a line belongs to; -1 if it is the last."""
        index = bisect_right(self._heads, line)
        return self._heads[index] if index < len(self._heads) else -1
