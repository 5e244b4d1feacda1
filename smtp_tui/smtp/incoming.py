"""The reply that is coming in, line by line, until its last."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from smtp_tui.smtp.events import Command, Reply, Unsolicited
from smtp_tui.smtp.replies import Line, Parsed, enhanced_status

_PER_LINE = 64
"""Octets that a line of a whole reply takes beyond its own; counted, so short ones are bounded."""


@dataclass(slots=True)
class Incoming:
    """``asked``: a command was waiting when its first octet came. ``size`` is what it will take.

    Its lines are kept as one string and cut when it is whole: short ones cost no more than long.
    """

    asked: bool
    first_code: int
    code: int = 0
    flags: set[str] = field(default_factory=set)
    size: int = 0
    _raw: bytearray = field(default_factory=bytearray)
    _ends: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, line: Line, parsed: Parsed) -> bool:
        """Take one line; True when it is the first that contradicts the code of the others."""
        contradicts = parsed.code != self.first_code and "mixed-codes" not in self.flags
        if contradicts:
            self.flags.add("mixed-codes")
        self.code = parsed.code
        self._raw += line.raw
        self._ends.append(len(self._raw))
        self.flags |= line.flags
        self.size += len(line.raw) + line.dropped + _PER_LINE
        return contradicts

    @property
    def octets(self) -> bytes:
        """All lines as they came."""
        return bytes(self._raw)

    def reply(self, command: Command, recipient: bytes | None) -> Reply:
        """It as the answer to a command."""
        lines = self._lines()
        return Reply(
            self.code,
            enhanced_status(lines[0]),
            lines,
            self.octets,
            command,
            frozenset(self.flags),
            recipient,
        )

    def unsolicited(self) -> Unsolicited:
        """It as the answer to nothing."""
        lines = self._lines()
        return Unsolicited(
            self.code, enhanced_status(lines[0]), lines, self.octets, frozenset(self.flags)
        )

    def _lines(self) -> tuple[bytes, ...]:
        """The texts after the codes."""
        raw, starts = self.octets, [0, *self._ends]
        return tuple(
            Line(raw[start:end], 0).content[4:]
            for start, end in zip(starts, self._ends, strict=False)
        )
