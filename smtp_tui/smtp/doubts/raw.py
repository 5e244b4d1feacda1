"""Doubts about octets that are sent exactly as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.state import Phase, State

_BARE_LF = re.compile(rb"(?<!\r)\n")
_BARE_CR = re.compile(rb"\r(?!\n)")


def doubts(data: bytes, state: State) -> Iterator[Advice]:
    """What servers read in different ways (RFC 5321 2.3.8)."""
    if not data:
        return
    if _BARE_LF.search(data):
        yield Advice(
            Severity.WARNING,
            "a bare LF: some servers take it for a line end, some refuse, some wait",
            "RFC 5321 2.3.8",
        )
    if _BARE_CR.search(data):
        yield Advice(
            Severity.WARNING,
            "a bare CR: it is no line end, but some servers take it for one",
            "RFC 5321 2.3.8",
        )
    if b"\0" in data and state.phase is not Phase.CHUNK:
        yield Advice(Severity.WARNING, "a NUL: servers refuse or drop it", "RFC 5321 4.1.1")
    if not data.endswith(b"\n") and state.phase is not Phase.CHUNK:
        yield Advice(
            Severity.NOTE,
            "no line end: the server waits for the rest; \\r\\n ends the line",
            "RFC 5321 2.3.8",
        )
    if data.count(b"\n") > 1 and state.phase is Phase.COMMAND:
        yield Advice(
            Severity.NOTE, "several lines in one write: they are pipelined", "RFC 2920 3.1"
        )
