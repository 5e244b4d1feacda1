"""The whole of lines of which the dialogue keeps only the beginning."""

from __future__ import annotations

from collections import deque


class WholeLines:
    """Tell it what was read, then ask for the whole of each line, by its beginning, in order."""

    __slots__ = ("_lines", "_tail")

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._tail = bytearray()

    def received(self, data: bytes) -> None:
        """One read; lines of earlier ones are forgotten."""
        self._lines.clear()
        self._tail += data
        if b"\n" in data:
            *whole, rest = bytes(self._tail).split(b"\n")
            self._lines.extend(line + b"\n" for line in whole)
            self._tail = bytearray(rest)

    def of(self, beginning: bytes) -> bytes:
        """The next line that begins so; the beginning itself where none does."""
        while self._lines:
            line = self._lines.popleft()
            if line.startswith(beginning):
                return line
        return beginning
