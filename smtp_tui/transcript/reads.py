"""In how many reads each line of the server came, and whether it shared the first of them."""

from __future__ import annotations


class Reads:
    """Tell it what was read, then ask for each line that this completed, in order."""

    __slots__ = ("_first", "_joined", "_open", "_taken")

    def __init__(self) -> None:
        self._first = 0  # reads that hold octets of the line completed next
        self._joined = False  # its first octet came in one read with the line before
        self._taken = True  # the first line that the last read completed was asked for
        self._open = False  # the last read ended within a line

    def received(self, data: bytes) -> None:
        """One read."""
        if not self._open:
            self._first, self._joined = 0, False
        elif self._taken:  # its beginning came at the end of the last read, behind other lines
            self._first, self._joined = 1, True
        self._first += 1
        self._taken = False
        self._open = not data.endswith(b"\n")

    def line(self) -> tuple[int, bool]:
        """The reads of the next line, and whether the first of them is shared."""
        if self._taken:
            return 1, True
        self._taken = True
        return self._first, self._joined
