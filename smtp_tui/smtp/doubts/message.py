"""Doubts about a line of message text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp_tui.smtp.commands import verb_of, verbs
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.state import State


def of_text(line: bytes, state: State) -> Iterator[Advice]:
    """Of a line of message text (RFC 5321 4.5.2)."""
    if re.match(rb"\.[^.]", line):  # with two, one is left, as whoever types them knows
        yield Advice(
            Severity.WARNING,
            "the server takes the first dot away; type two for one dot",
            "RFC 5321 4.5.2",
            b"." + line,
        )
    if verb_of(line) in verbs() and line.strip().upper() in (b"QUIT", b"RSET", b"NOOP", b"DATA"):
        yield Advice(
            Severity.NOTE,
            "inside the message this is text; a line with a single dot ends it",
            "RFC 5321 4.1.1.4",
        )
    if not line.isascii() and state.hello is not None and "8BITMIME" not in state.extensions:
        yield Advice(
            Severity.WARNING,
            "characters beyond ASCII, and the server does not offer 8BITMIME",
            "RFC 6152 3",
        )
