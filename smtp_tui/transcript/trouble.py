"""Trouble: the lines a person looks for when something went wrong."""

from __future__ import annotations

from smtp_tui.transcript.record import Kind, Record

_WRONG = (Kind.ALARM, Kind.FAULT)


def begins_trouble(record: Record, before: Record | None) -> bool:
    """Whether with this line, after that one, begins a refusal (4xx, 5xx), an alarm or a fault."""
    if record.kind is Kind.SERVER:
        return refuses(record, before)
    return record.kind in _WRONG and (before is None or before.kind not in _WRONG)


def refuses(record: Record, before: Record | None) -> bool:
    """Whether with this line, after that one, begins a reply that refuses (4xx, 5xx)."""
    refused = record.kind is Kind.SERVER and record.raw[:1] in (b"4", b"5")
    return refused and not (before is not None and _goes_on(before, record.raw[:3]))


def _goes_on(before: Record, code: bytes) -> bool:
    return before.kind is Kind.SERVER and before.raw[:4] == code + b"-"
