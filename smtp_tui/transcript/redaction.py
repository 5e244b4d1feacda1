"""Redaction: records as they may leave the program, with no secret in any form."""

from __future__ import annotations

from dataclasses import replace

from smtp_tui.transcript.echoes import Echoes, merged
from smtp_tui.transcript.masking import mask
from smtp_tui.transcript.record import Record
from smtp_tui.transcript.roles import Roles

_COVER = b"*"


class Redaction:
    """Takes records in their order and gives them without their secrets.

    In place of each octet of a secret stands an asterisk, so that spans and lengths stay true.
    What a secret decodes to is covered as well wherever it comes back. ``hidden`` counts the
    octets covered so far.
    """

    __slots__ = ("_echoes", "_roles", "hidden")

    def __init__(self) -> None:
        self.hidden = 0
        self._echoes = Echoes()
        self._roles = Roles()

    def record(self, record: Record) -> Record:
        """The record without secrets, also where our own words repeat one."""
        self._roles.of(record)
        for start, end in record.secrets:
            self._learn(record.raw[start:end], record.label)
        if not record.secrets and not self._echoes:
            return record
        found, label = self._echoes.find(record.raw)
        spans = merged((*record.secrets, *found))
        note = self._covered(record.note)
        if not spans and note == record.note:
            return record
        raw = record.raw
        for start, end in spans:
            raw = raw[:start] + _COVER * (end - start) + raw[end:]
            self.hidden += end - start
        return replace(
            record,
            raw=raw,
            secrets=spans,
            label=record.label or (label if spans else ""),
            note=note,
        )

    def _learn(self, secret: bytes, label: str) -> None:
        if secret.strip(_COVER):  # else it was covered before
            self._echoes.learn(secret, label, self._roles.placeholder)

    def _covered(self, note: str) -> str:
        data = note.encode("utf-8", "surrogateescape")
        spans, label = self._echoes.find(data)
        for start, end in reversed(spans):
            data = data[:start] + mask(label, end - start).encode() + data[end:]
            self.hidden += end - start
        return data.decode("utf-8", "surrogateescape") if spans else note
