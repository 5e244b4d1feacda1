"""Trouble: the lines a person looks for when something went wrong."""

from __future__ import annotations

from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.records import Transcript

_WRONG = (Kind.ALARM, Kind.FAULT)
_REMEMBERED = 5_000
"""Lines among which the newest refusal is looked for."""


def begins_trouble(record: Record, before: Record | None) -> bool:
    """Whether with this line, after that one, begins a refusal (4xx, 5xx), an alarm or a fault."""
    if record.kind is Kind.SERVER:
        return refuses(record, before)
    return record.kind in _WRONG and (before is None or before.kind not in _WRONG)


def refuses(record: Record, before: Record | None) -> bool:
    """Whether with this line, after that one, begins a reply that refuses (4xx, 5xx)."""
    refused = record.kind is Kind.SERVER and record.raw[:1] in (b"4", b"5")
    return refused and not (before is not None and _goes_on(before, record.raw[:3]))


def newest_refusal(transcript: Transcript) -> int:
    """The line with which the newest refusal begins; -1 where none of the newest lines is one."""
    first = transcript.first
    for line in range(transcript.end - 1, max(first, transcript.end - _REMEMBERED) - 1, -1):
        if refuses(transcript[line], transcript[line - 1] if line > first else None):
            return line
    return -1


def refusal_of(transcript: Transcript, line: int) -> int:
    """The line with which the refusal begins that a line is of, also the one that says why, or -1.

    The line must be kept.
    """
    from smtp_tui.transcript.entry import extent  # not needed before somebody asks

    start = extent(transcript, line).start
    return start if refuses(transcript[start], None) else -1


def _goes_on(before: Record, code: bytes) -> bool:
    return before.kind is Kind.SERVER and before.raw[:4] == code + b"-"
