"""The reply that is coming in, line by line, until its last."""

from __future__ import annotations

from dataclasses import dataclass, field

from smtp_tui.smtp.events import Command, Reply, Unsolicited
from smtp_tui.smtp.replies import Line, Parsed, enhanced_status

_PER_LINE = 64
"""What keeping a line costs beyond its octets; counted so that short lines are bounded too."""


@dataclass(slots=True)
class Incoming:
    """``asked``: a command was waiting when its first octet came. ``size`` is what it takes."""

    asked: bool
    first_code: int
    code: int = 0
    lines: list[bytes] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    size: int = 0

    def add(self, line: Line, parsed: Parsed) -> bool:
        """Take one line; True when it is the first that contradicts the code of the others."""
        contradicts = parsed.code != self.first_code and "mixed-codes" not in self.flags
        if contradicts:
            self.flags.add("mixed-codes")
        self.code = parsed.code
        self.lines.append(parsed.text)
        self.raw.append(line.raw)
        self.flags |= line.flags
        self.size += len(line.raw) + _PER_LINE
        return contradicts

    @property
    def octets(self) -> bytes:
        """All lines as they came."""
        return b"".join(self.raw)

    def reply(self, command: Command, recipient: bytes | None) -> Reply:
        """It as the answer to a command."""
        return Reply(
            self.code,
            enhanced_status(self.lines[0]),
            tuple(self.lines),
            self.octets,
            command,
            frozenset(self.flags),
            recipient,
        )

    def unsolicited(self) -> Unsolicited:
        """It as the answer to nothing."""
        return Unsolicited(
            self.code,
            enhanced_status(self.lines[0]),
            tuple(self.lines),
            self.octets,
            frozenset(self.flags),
        )
