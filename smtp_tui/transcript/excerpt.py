"""An excerpt: lines of a session as an export gets them, without their secrets."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from smtp_tui.smtp.amounts import counted
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.redaction import Redaction


@dataclass(frozen=True, slots=True)
class Excerpt:
    """``missing`` older lines were no longer kept.

    Of each connection ``began`` is when it was first heard of, and ``covered`` how many octets of
    secrets it had.
    """

    records: tuple[Record, ...]
    missing: int
    began: Mapping[int, float]
    covered: Mapping[int, int]

    @property
    def hidden(self) -> int:
        """How many octets of secrets were covered."""
        return sum(self.covered.values())

    def of(self, connection: int) -> Excerpt:
        """One connection alone."""
        kept = tuple(each for each in self.records if each.connection == connection)
        return replace(self, records=kept, covered={connection: self.covered.get(connection, 0)})

    def seconds(self, record: Record) -> float:
        """When it was, in seconds since the first line of its connection."""
        return record.at - self.began[record.connection]

    @property
    def heading(self) -> str:
        """What made this, and when the session was."""
        wall = self.records[0].wall if self.records else 0.0
        when = f", {moment(wall)}" if wall > 0 else ""
        return f"A session written by smtp-tui{when}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader has to know: what was left out."""
        hidden = f"{counted(self.hidden, 'octet')} of secrets" if self.hidden else "No secret"
        words = [f"{hidden} {'is' if self.hidden <= 1 else 'are'} hidden in this file."]
        if self.missing:
            words.append(f"{counted(self.missing, 'older line')} had gone from memory.")
        return tuple(words)


def excerpt(records: Iterable[Record], missing: int = 0) -> Excerpt:
    """Take the secrets out of records; hints for the window's keys are left out, too."""
    redaction = Redaction()
    kept: list[Record] = []
    began: dict[int, float] = {}
    covered: Counter[int] = Counter()
    for record in records:
        if record.kind is Kind.HINT:
            continue
        before = redaction.hidden
        kept.append(redaction.record(record))
        began.setdefault(record.connection, record.at)
        covered[record.connection] += redaction.hidden - before
    return Excerpt(tuple(kept), missing, began, covered)


def moment(wall: float) -> str:
    """Seconds since the epoch as ``2026-01-31 12:00:00 UTC``; "" for no time there is."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(wall))
    except (OverflowError, ValueError, OSError):
        return ""
