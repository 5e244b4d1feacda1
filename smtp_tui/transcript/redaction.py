"""Redaction: records as they may leave the program, with no secret in any form."""

from __future__ import annotations

from dataclasses import replace

from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.record import Record

_COVER = b"*"


class Redaction:
    """Takes records in their order and gives them without their secrets.

    In place of each octet of a secret stands an asterisk, so that spans and lengths stay true.
    ``hidden`` counts the octets covered so far.
    """

    __slots__ = ("_veil", "hidden")

    def __init__(self) -> None:
        self.hidden = 0
        self._veil = Veil()

    def record(self, record: Record) -> Record:
        """The record without secrets, also where our own words repeat one."""
        raw = record.raw
        for start, end in record.secrets:
            self._veil.learn(raw[start:end], record.label)
            raw = raw[:start] + _COVER * (end - start) + raw[end:]
            self.hidden += end - start
        note = self._veil.text(record.note) if record.note else ""
        if raw is record.raw and note == record.note:
            return record
        return replace(record, raw=raw, note=note)
