"""An excerpt: lines of a session as an export gets them, without their secrets."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from smtp_tui.smtp.amounts import counted
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.redaction import Redaction


@dataclass(frozen=True, slots=True)
class Excerpt:
    """``hidden`` octets of secrets were covered; ``missing`` older lines were no longer kept."""

    records: tuple[Record, ...]
    hidden: int
    missing: int
    began: Mapping[int, float]

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
    kept = tuple(redaction.record(each) for each in records if each.kind is not Kind.HINT)
    began: dict[int, float] = {}
    for record in kept:
        began.setdefault(record.connection, record.at)
    return Excerpt(kept, redaction.hidden, missing, began)


def moment(wall: float) -> str:
    """Seconds since the epoch as ``2026-01-31 12:00:00 UTC``; "" for no time there is."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(wall))
    except (OverflowError, ValueError, OSError):
        return ""
