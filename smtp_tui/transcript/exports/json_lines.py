"""A session as JSON lines, in the form of a log file."""

from __future__ import annotations

from smtp_tui.transcript.excerpt import Excerpt
from smtp_tui.transcript.log_format import written
from smtp_tui.transcript.record import Kind, Record


def write(excerpt: Excerpt) -> bytes:
    """One object a line; notes at the end say what is hidden."""
    return b"".join(map(written, (*excerpt.records, *_remarks(excerpt))))


def _remarks(excerpt: Excerpt) -> list[Record]:
    if not excerpt.records:
        return []
    last = excerpt.records[-1]
    return [
        Record(Kind.NOTE, last.at, last.connection, note=words, wall=last.wall)
        for words in excerpt.remarks
    ]
