"""Redaction: records as they may leave the program, with no secret in any form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smtp_tui.smtp.tokens import decoded
from smtp_tui.transcript.echoes import Echoes, merged
from smtp_tui.transcript.masking import mask
from smtp_tui.transcript.record import Record
from smtp_tui.transcript.roles import Roles

_COVER = b"*"
_BEARER = b"auth=Bearer "


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
            self._echoes.learn(secret, label)
            for plain in _meant(secret, self._roles.placeholder or label):
                self._echoes.learn(plain, label)

    def _covered(self, note: str) -> str:
        data = note.encode("utf-8", "surrogateescape")
        spans, label = self._echoes.find(data)
        for start, end in reversed(spans):
            data = data[:start] + mask(label, end - start).encode() + data[end:]
            self.hidden += end - start
        return data.decode("utf-8", "surrogateescape") if spans else note


def _meant(secret: bytes, name: str) -> Iterator[bytes]:
    """The passwords and tokens that a response in Base64 holds; ``name`` is its placeholder."""
    octets = decoded(secret)
    if octets is None:
        return
    if _BEARER in octets:
        yield octets.partition(_BEARER)[2].partition(b"\1")[0]
    elif name == "LOGIN.password":
        yield octets
    elif octets.count(b"\0") == 2:
        yield octets.rpartition(b"\0")[2]
