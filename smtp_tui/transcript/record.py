"""A record: one line of a session, what the wire carried and what we say about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from smtp_tui.smtp.events import Span
from smtp_tui.wire.events import Protection


class Kind(Enum):
    """What a line is."""

    OPENING = "opening"
    NOTE = "note"
    HINT = "hint"
    ALARM = "alarm"
    CLIENT = "client"
    SERVER = "server"
    FAULT = "fault"
    """Octets from the server that are no reply."""

    @property
    def letter(self) -> str:
        """What stands before the line: C and S for who speaks, * for us, ! where we are alarmed."""
        return _LETTERS[self]


_LETTERS = {
    Kind.OPENING: "*",
    Kind.NOTE: "*",
    Kind.HINT: "*",
    Kind.ALARM: "!",
    Kind.CLIENT: "C",
    Kind.SERVER: "S",
    Kind.FAULT: "S",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a session.

    ``raw`` are the octets of the wire with their line end, ``note`` are our own words (foreign
    text in them is still raw). ``at`` is monotonic time, ``elapsed`` what the server took, both
    in seconds; ``wall`` is the same moment in seconds since the epoch. ``secrets`` are spans of
    ``raw``, ``label`` names their kind. ``protection`` is None for what did not pass the wire.
    ``offset`` ties a reply to its command: of what the client said it counts the octets sent
    before it on the connection, of a reply it is that of the line it answers; -1 for none.
    ``verb`` is what a reply answers, as ``Command`` has it. ``pieces`` counts the writes or reads
    that it came in, ``joined`` says that the first of them began with the line before.
    ``run`` tells apart which run of the program wrote it to a log file; 0 where nobody knows.
    """

    kind: Kind
    at: float
    connection: int
    protection: Protection | None = None
    raw: bytes = field(default=b"", repr=False)
    secrets: tuple[Span, ...] = ()
    label: str = ""
    elapsed: float | None = None
    note: str = ""
    offset: int = -1
    wall: float = 0.0
    verb: str = ""
    pieces: int = 1
    joined: bool = False
    run: int = 0

    @property
    def content(self) -> bytes:
        """The octets without a CRLF at their end; any other line end is part of what is seen."""
        return self.raw.removesuffix(b"\r\n")
