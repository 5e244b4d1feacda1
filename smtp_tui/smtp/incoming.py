"""The reply that is coming in, line by line, until its last."""

from __future__ import annotations

from dataclasses import dataclass, field

from smtp_tui.smtp.events import Command, Reply, Unsolicited
from smtp_tui.smtp.replies import NO_FLAGS, PER_LINE, Line, Parsed, enhanced_status


@dataclass(slots=True)
class Incoming:
    """``asked``: a command was waiting when its first octet came. ``size`` counts as in ``Limits``.

    ``code`` is that of its last line so far, ``flags`` are those of all.
    """

    asked: bool
    first_code: int
    code: int = 0
    flags: frozenset[str] = NO_FLAGS
    size: int = 0
    _lines: list[bytes] = field(default_factory=list)
    _texts: list[bytes] = field(default_factory=list)

    def add(self, line: Line, parsed: Parsed) -> bool:
        """Take one line; True when it is the first that contradicts the code of the others."""
        self.code = parsed.code
        if parsed.flags:
            self.flags |= parsed.flags
        self.size += len(line.raw) + line.dropped + PER_LINE
        self._lines.append(line.raw)
        self._texts.append(parsed.text)
        contradicts = parsed.code != self.first_code and "mixed-codes" not in self.flags
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
        return b"".join(self._lines)

    def reply(self, command: Command, recipient: bytes | None) -> Reply:
        """It as the answer to a command."""
        texts = self._texts
        status = enhanced_status(texts[0])
        return Reply(self.code, status, tuple(texts), self.octets, command, self.flags, recipient)

    def unsolicited(self) -> Unsolicited:
        """It as the answer to nothing."""
        texts = self._texts
        return Unsolicited(
            self.code, enhanced_status(texts[0]), tuple(texts), self.octets, self.flags
        )
