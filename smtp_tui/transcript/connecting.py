"""Connecting, step by step, as lines for the log: what is tried, how it went, what would help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from smtp_tui.transcript import wording
from smtp_tui.transcript.record import Kind
from smtp_tui.transcript.ways import BY_DEFAULT, Ways
from smtp_tui.wire import events as wire


@dataclass(frozen=True, slots=True)
class Words:
    """One line to come: our words, and whether it gives way to the next as it tells of a wait."""

    kind: Kind
    note: str
    elapsed: float | None = None
    protection: wire.Protection | None = None
    under_way: bool = False


class Connecting:
    """Remembers, for one connection, when each step began."""

    __slots__ = ("_connected", "_failed", "_resolving", "_trying", "_ways")

    def __init__(self, ways: Ways = BY_DEFAULT) -> None:
        self._ways = ways
        self._resolving = 0.0
        self._trying: dict[str, float] = {}
        self._connected = False
        self._failed = False

    def lines(self, event: wire.Event) -> Iterator[Words]:
        """What to say of an event; nothing for events of the dialogue."""
        match event:
            case wire.Resolving(host=host):
                self._resolving = event.at
                yield Words(Kind.NOTE, f"looking up {host} …", under_way=True)
            case wire.Resolved():
                took = event.at - self._resolving
                yield Words(Kind.NOTE, wording.resolved(event), took)
            case wire.Trying(address=address):
                self._trying[address] = event.at
                yield self._waiting()
            case wire.Unreachable(address=address, reason=reason):
                took = event.at - self._trying.pop(address, event.at)
                yield Words(Kind.NOTE, f"{address}: {reason}", took)
                if self._trying:
                    yield self._waiting()
            case wire.Connected(address=address):
                took = event.at - self._trying.get(address, event.at - event.elapsed)
                self._trying.clear()
                self._connected = True
                yield Words(Kind.NOTE, f"connected to {address}", took)
            case wire.TlsStarted():
                yield Words(Kind.NOTE, "TLS handshake …", under_way=True)
            case wire.TlsEstablished(facts=facts):
                words = wording.established(facts, datetime.now(UTC))
                yield Words(Kind.NOTE, words, facts.elapsed, facts.protection)
            case wire.Failed():
                self._failed = True
                yield Words(Kind.ALARM, event.text)
                if event.facts is not None and (
                    words := wording.certificate(event.facts, datetime.now(UTC))
                ):
                    yield Words(Kind.NOTE, words)
                yield from self.hint(event.remedy)

    def ending(self, event: wire.Gone, said: str) -> Iterator[Words]:
        """What to say of the end; ``said`` is the last alarm, which need not be said again."""
        if self._failed and not self._connected:
            return
        if not event.text or same(event.text, said):
            yield Words(Kind.NOTE, "The connection is closed.")
        else:
            bad = not event.clean and not self._failed
            yield Words(Kind.ALARM if bad else Kind.NOTE, event.text)

    def hint(self, remedy: wire.Remedy | None) -> Iterator[Words]:
        """Which key helps, where one does."""
        if remedy is not None and (key := self._ways.other_way):
            yield Words(Kind.HINT, f"{key} {wording.REMEDIES[remedy]}")

    def _waiting(self) -> Words:
        return Words(Kind.NOTE, f"connecting to {' and '.join(self._trying)} …", under_way=True)


def same(sentence: str, reason: str) -> bool:
    """Whether two say the same but for the capital and the full stop."""
    return sentence.rstrip(".").casefold() == reason.rstrip(".").casefold()
