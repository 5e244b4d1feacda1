"""The reply that is coming in, line by line, until its last."""

from __future__ import annotations

from smtp_tui.smtp.events import Command, Reply, Unsolicited, made
from smtp_tui.smtp.replies import NO_FLAGS, PER_LINE, Line, enhanced_status
from smtp_tui.smtp.waiting import Waiting


class Incoming:
    """``head`` is what it answers, None for nothing. ``size`` counts as in ``Limits``.

    ``code`` is that of its last line so far, ``flags`` are those of all.
    """

    __slots__ = ("_lines", "code", "first_code", "flags", "head", "size")

    def __init__(self, head: Waiting | None, first_code: int) -> None:
        self.head = head
        self.first_code = self.code = first_code
        self.flags = NO_FLAGS
        self.size = 0
        self._lines: list[Line] = []

    def add(self, line: Line) -> bool:
        """Take one line; True when it is the first that contradicts the code of the others."""
        self.code = line.code
        self.size += len(line.raw) + line.dropped + PER_LINE
        self._lines.append(line)
        if line.flags:
            self.flags |= line.flags
        contradicts = line.code != self.first_code and "mixed-codes" not in self.flags
        if contradicts:
            self.mark("mixed-codes")
        return contradicts

    def endless(self, limit: int) -> str:
        """In words, that it goes on although it has reached the limit."""
        return (
            f"a reply without end: {len(self._lines):,} lines, and it goes on; at most {limit:,}"
            f" octets of one reply are taken, and each line counts {PER_LINE} more than it has"
        )

    def mark(self, flag: str) -> None:
        """Note something unusual about the whole."""
        self.flags |= {flag}

    @property
    def octets(self) -> bytes:
        """All lines as they came."""
        lines = self._lines
        return lines[0].raw if len(lines) == 1 else b"".join([line.raw for line in lines])

    def reply(self, command: Command, recipient: bytes | None) -> Reply:
        """It as the answer to a command."""
        texts = tuple([line.text for line in self._lines])
        status = enhanced_status(texts[0])
        fields = (self.code, status, texts, self.octets, command, self.flags, recipient)
        return made(Reply, fields)

    def unsolicited(self) -> Unsolicited:
        """It as the answer to nothing."""
        texts = tuple([line.text for line in self._lines])
        return Unsolicited(self.code, enhanced_status(texts[0]), texts, self.octets, self.flags)
