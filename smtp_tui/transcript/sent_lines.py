"""Sent octets cut into lines, however the socket took them, with the secrets of each line."""

from __future__ import annotations

from dataclasses import dataclass, field

from smtp_tui.smtp.events import Span
from smtp_tui.wire.events import Sent


@dataclass(frozen=True, slots=True)
class SentLine:
    """One line without its line end; ``secrets`` are spans of it, ``label`` names their kind."""

    at: float
    line: bytes = field(repr=False)
    secrets: tuple[Span, ...] = ()
    label: str = ""


class SentLines:
    """Takes ``Sent`` events and gives whole lines; ``rest`` gives what never got a line end."""

    __slots__ = ("_at", "_data", "_label", "_secrets")

    def __init__(self) -> None:
        self._at = 0.0
        self._data = bytearray()
        self._secrets: list[Span] = []
        self._label = ""

    def take(self, event: Sent) -> list[SentLine]:
        """The lines that this event ends, each given once, even if the caller is interrupted."""
        lines: list[SentLine] = []
        shift = len(self._data)
        self._at = event.at
        self._data += event.data
        self._secrets += [(start + shift, end + shift) for start, end in event.secrets]
        self._label = event.label or self._label
        position = 0
        while (end := self._data.find(b"\n", position)) >= 0:
            lines.append(self._cut(position, end))
            position = end + 1
        del self._data[:position]
        self._secrets = [
            (max(start - position, 0), end - position)
            for start, end in self._secrets
            if end > position
        ]
        return lines

    def rest(self) -> list[SentLine]:
        """What is left of an unfinished line; afterwards nothing is."""
        if not self._data:
            return []
        line = self._cut(0, len(self._data))
        self._data.clear()
        self._secrets.clear()
        return [line]

    def _cut(self, start: int, end: int) -> SentLine:
        line = bytes(self._data[start:end]).removesuffix(b"\r")
        stop = start + len(line)
        secrets = tuple(
            (max(first, start) - start, min(last, stop) - start)
            for first, last in self._secrets
            if first < stop and last > start
        )
        return SentLine(self._at, line, secrets, self._label if secrets else "")
