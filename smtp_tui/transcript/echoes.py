"""Echoes: secrets that were sent, found again wherever they come back."""

from __future__ import annotations

from collections.abc import Iterable

from smtp_tui.smtp.events import Span

_SHORTEST = 4
"""Shorter octets stand in every other line by chance; only their known place is covered."""
_MOST = 64


class Echoes:
    """The last secrets sent, and where they stand in other octets."""

    __slots__ = ("_labels",)

    def __init__(self) -> None:
        self._labels: dict[bytes, str] = {}

    def __repr__(self) -> str:
        return f"Echoes({len(self._labels)} secrets)"

    def __bool__(self) -> bool:
        return bool(self._labels)

    def learn(self, secret: bytes, label: str) -> None:
        """Find these octets from now on; of many only the newest are kept."""
        if len(secret) < _SHORTEST:
            return
        self._labels.pop(secret, None)
        self._labels[secret] = label
        if len(self._labels) > _MOST:
            del self._labels[next(iter(self._labels))]

    def find(self, raw: bytes) -> tuple[tuple[Span, ...], str]:
        """Spans of known secrets in ``raw``, in order and apart, and the label of one of them."""
        spans: list[Span] = []
        found = ""
        for secret, label in self._labels.items():
            start = raw.find(secret)
            while start >= 0:
                spans.append((start, start + len(secret)))
                found = label
                start = raw.find(secret, start + 1)
        return (merged(spans), found) if spans else ((), "")


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that touch or overlap as one; empty ones left out."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
