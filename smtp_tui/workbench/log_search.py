"""A search through the log's lines, a slice at a time, so that nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import chain

from smtp_tui.transcript.records import Transcript

SLICE = 0.01
"""Seconds a search holds the loop."""

_AT_ONCE = 50
_FORWARD = "Past the end: on from the beginning."
_BACKWARD = "Past the beginning: on from the end."


class Search:
    """Looks for a wanted line from one line on, up or down, and then from the other end on.

    ``go_on`` looks for a moment and says whether it is over; then ``found`` is the line's number
    or None, and ``around`` says in words that it went past an end. What ``wanted`` raises goes
    through.
    """

    def __init__(
        self, transcript: Transcript, start: int, step: int, wanted: Callable[[int], bool]
    ) -> None:
        first, end = transcript.first, transcript.end
        start = min(max(start, first), end - 1)
        if step > 0:
            ways = range(start + 1, end), range(first, start + 1)
        else:
            ways = range(start - 1, first - 1, -1), range(end - 1, start - 1, -1)
        self.found: int | None = None
        self._transcript = transcript
        self._start = start
        self._step = step
        self._lines = chain(*ways)
        self._wanted = wanted

    @property
    def around(self) -> str:
        """Words where what was found is on the other side of where it began, else ""."""
        if self.found is None or (self.found - self._start) * self._step > 0:
            return ""
        return _FORWARD if self._step > 0 else _BACKWARD

    def go_on(self) -> bool:
        """Look for a moment; whether it is over."""
        until = time.perf_counter() + SLICE
        for count, line in enumerate(self._lines):
            # lines may have been dropped since it began
            if line >= self._transcript.first and self._wanted(line):
                self.found = line
                return True
            if count % _AT_ONCE == 0 and time.perf_counter() > until:
                return False
        return True
