"""One thing that was sent and waits for its replies."""

from __future__ import annotations

from dataclasses import dataclass, field

from smtp_tui.smtp.events import Command, Span
from smtp_tui.smtp.state import AUTH_RESPONSE, MESSAGE_BODY

HEAD = 4096
"""How many octets of a message or a chunk events show."""

_TURNING = (b"AUTH", AUTH_RESPONSE, b"DATA")


@dataclass(slots=True)
class Waiting:
    """Octets that want replies; ``expects`` counts those still to come."""

    verb: bytes
    raw: bytearray = field(repr=False)
    offset: int
    octets: int
    secrets: tuple[Span, ...] = ()
    expects: int = 1
    answered: int = 0
    size: int = 0
    """How many octets a BDAT command announced."""
    chunk: int = 0
    """How many of them have been sent; ``raw`` may hold fewer."""
    last: bool = False
    mechanism: str = ""
    per_recipient: bool = False
    """It gets one reply for each accepted recipient, as a message does in LMTP."""
    loose: bool = False
    """A message holding something that only some servers take for its end."""
    doubts: list[str] = field(default_factory=list)
    """What is doubtful about it if the server reads it as the command it looks like."""
    _shown: Command | None = None

    @property
    def row(self) -> bytes:
        """The verb under which the state table knows it."""
        if self.per_recipient:
            return MESSAGE_BODY
        return b"BDAT LAST" if self.last else self.verb

    @property
    def ends_message(self) -> bool:
        """Whether its reply says what becomes of a message."""
        return self.last or self.verb == MESSAGE_BODY

    @property
    def turns(self) -> bool:
        """Whether its reply may change how the server reads what is behind it."""
        return self.verb in _TURNING or self.size > 0

    @property
    def line_octets(self) -> int:
        """Its length without the octets of a chunk."""
        return self.octets - self.chunk

    @property
    def kept(self) -> int:
        """How many octets of its chunk ``raw`` holds."""
        return len(self.raw) - self.line_octets if self.size else 0

    @property
    def whole(self) -> bool:
        """Whether ``raw`` holds all its octets."""
        return len(self.raw) == self.octets

    def command(self) -> Command:
        """It as events show it: of a message or a chunk only the head."""
        if self._shown is None or self._shown.octets != self.octets:
            shown = len(self.raw)
            if self.verb == MESSAGE_BODY or self.size:
                shown = min(shown, (self.line_octets if self.size else 0) + HEAD)
            raw = bytes(self.raw[:shown])
            self._shown = Command(self.verb, raw, self.offset, self.octets, self.secrets)
        return self._shown
