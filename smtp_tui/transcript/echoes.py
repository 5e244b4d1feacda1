"""Echoes: secrets that were sent, found again wherever they come back."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from smtp_tui.smtp.events import Span
from smtp_tui.smtp.tokens import decoded

_SHORTEST = 4
"""Shorter octets stand in every other line by chance; only their known place is covered."""
_MOST = 64
_BEARER = b"auth=Bearer "

BARE = "password"
"""The label of a password as it is, not put into anything."""


class Echoes:
    """The last secrets sent, and where they stand in other octets."""

    __slots__ = ("_labels",)

    def __init__(self) -> None:
        self._labels: dict[bytes, str] = {}

    def __repr__(self) -> str:
        return f"Echoes({len(self._labels)} secrets)"

    def __bool__(self) -> bool:
        return bool(self._labels)

    def learn(self, secret: bytes, label: str, name: str = "") -> None:
        """Find these octets from now on, and the password or token that they hold, also in Base64.

        ``name`` is the placeholder of the secret where that says more than the label. Of many only
        the newest are kept.
        """
        self._keep(secret, label)
        for plain in _meant(secret, name or label):
            self._keep(plain, label)
            self._keep(base64.b64encode(plain).rstrip(b"="), label)

    def _keep(self, octets: bytes, label: str) -> None:
        if len(octets) < _SHORTEST:
            return
        self._labels.pop(octets, None)
        self._labels[octets] = label
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


def _meant(secret: bytes, name: str) -> Iterator[bytes]:
    """The password or token that is in a secret, or is one."""
    if name == BARE:
        yield secret
        return
    octets = decoded(secret)
    if octets is None:
        return
    if _BEARER in octets:
        yield octets.partition(_BEARER)[2].partition(b"\1")[0]
    elif name == "LOGIN.password":
        yield octets
    elif octets.count(b"\0") == 2:
        yield octets.rpartition(b"\0")[2]


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
