"""A session written down in records, for tests of what is made of records."""

from __future__ import annotations

from smtp_tui.transcript.record import Kind, Record
from smtp_tui.wire.events import Protection

PLAIN = b"AHRpbUBleGFtcGxlLm9yZwB0YW5zdGFhZg=="  # \0tim@example.org\0tanstaaf
USER = b"dGltQGV4YW1wbGUub3Jn"
PASSWORD = b"dGFuc3RhYWY="


class Written:
    """Adds records one by one; a reply answers the oldest line that has none, greeting first."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.protection = Protection.CLEAR
        self._offset = 0
        self._waiting = [-1]
        self._at = 100.0

    def client(self, raw: bytes, secret: bytes = b"", label: str = "PLAIN") -> Written:
        """A line of the client with its line end; ``secret`` is what of it is one."""
        start = raw.find(secret)
        spans = ((start, start + len(secret)),) if secret else ()
        self._add(Kind.CLIENT, raw, spans, label if secret else "", offset=self._offset)
        self._waiting.append(self._offset)
        self._offset += len(raw)
        return self

    def text(self, *lines: bytes) -> Written:
        """Message text, which waits for nothing."""
        for line in lines:
            self._add(Kind.CLIENT, line, offset=self._offset)
            self._offset += len(line)
        return self

    def ends(self) -> Written:
        """The dot, which wants a reply."""
        return self.client(b".\r\n")

    def server(self, raw: bytes) -> Written:
        """A reply, all its lines."""
        offset = self._waiting.pop(0) if self._waiting else -1
        for line in raw.splitlines(keepends=True):
            self._add(Kind.SERVER, line, offset=offset, elapsed=0.04)
        return self

    def note(self, text: str, kind: Kind = Kind.NOTE) -> Written:
        """Words of ours."""
        self.records.append(Record(kind, self._at, 1, note=text, wall=1_700_000_000.0))
        return self

    def secure(self) -> Written:
        """From here on it is encrypted."""
        self.protection = Protection.VERIFIED
        return self

    def _add(
        self,
        kind: Kind,
        raw: bytes,
        secrets: tuple[tuple[int, int], ...] = (),
        label: str = "",
        *,
        offset: int,
        elapsed: float | None = None,
    ) -> None:
        self._at += 0.04
        self.records.append(
            Record(
                kind,
                self._at,
                1,
                self.protection,
                raw,
                secrets,
                label,
                elapsed,
                "",
                offset,
                1_700_000_000.0 + self._at - 100,
            )
        )


def signed_in() -> Written:
    """A greeting, EHLO, TLS and AUTH PLAIN."""
    return (
        Written()
        .note("smtp.example.org:587 · STARTTLS", Kind.OPENING)
        .server(b"220 smtp.example.org ESMTP\r\n")
        .client(b"STARTTLS\r\n")
        .server(b"220 go ahead\r\n")
        .secure()
        .client(b"EHLO me\r\n")
        .server(b"250-smtp.example.org\r\n250 AUTH PLAIN\r\n")
        .client(b"AUTH PLAIN " + PLAIN + b"\r\n", PLAIN)
        .server(b"235 2.7.0 Accepted\r\n")
    )
