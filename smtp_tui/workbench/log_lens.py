"""What the log shows of its transcript: all but what a filter or folded exchanges hide."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.events import Span
from smtp_tui.transcript.expression import TooSlow
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.records import Transcript
from smtp_tui.transcript.runs import GAP, text

if TYPE_CHECKING:
    from smtp_tui.transcript.query import Query

_LOOKED_AT = 200
_MOST_CODES = 4


class Lens:
    """Decides for every line whether it is shown, and as what.

    A ``filter`` shows the lines it takes, folded or not. Without one, of a folded exchange only
    its first line is shown, with what was answered. ``sought`` is what ``n`` looks for: it is
    marked in the lines. After any change the log has to be laid out anew.
    """

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.filter: Query | None = None
        self.sought: Query | None = None
        self.folding = False
        """Whether exchanges are folded unless the person unfolded them, or the other way round."""
        self._turned: set[int] = set()  # the first lines of those that are the other way

    @property
    def whole(self) -> bool:
        """Whether every line is shown."""
        return self.filter is None and not self.folding and not self._turned

    # Folding

    def fold(self, line: int, *, folded: bool | None = None) -> None:
        """Fold the exchange of a line, or unfold it; the other way round if nothing is said."""
        head = self.transcript.exchange(line).start
        if folded is None or folded != self._folded(head):
            self._turned ^= {head}

    def fold_all(self) -> None:
        """Fold every exchange, now and to come, or unfold them all."""
        self.folding = not (self.folding or self._turned)
        self._turned.clear()

    def forget(self) -> None:
        """What was dropped from the transcript is not folded any more."""
        first = self.transcript.first
        self._turned = {head for head in self._turned if head >= first}

    def folds(self, line: int) -> bool:
        """Whether this line stands for a whole exchange."""
        if self.whole or self.filter is not None:
            return False
        return self._folded(line)

    def _folded(self, head: int) -> bool:
        known = self.transcript.begins_exchange(head)
        return known and self.folding != (head in self._turned)

    # Lines

    def hides(self, line: int) -> bool:
        """Whether nothing is seen of it; raises ``TooSlow`` for an expression that is."""
        if self.filter is not None:
            return not self.filter.takes(self.transcript[line])
        if self.whole:
            return False
        head = self.transcript.exchange(line).start
        return line != head and self._folded(head)

    def record(self, line: int, room: int) -> Record:
        """The line as it is shown, on one row of so many cells if it stands for an exchange."""
        record = self.transcript[line]
        if record.kind is Kind.HINT and line > self.transcript.first:
            # it belongs to the line above, whose bar at the left goes on
            return replace(record, protection=self.transcript[line - 1].protection)
        return self._summary(record, line, room) if self.folds(line) else record

    def spans(self, words: str) -> list[Span]:
        """Where on a line stands what is sought."""
        if self.sought is None:
            return []
        try:
            return self.sought.spans(words)
        except TooSlow:
            return []

    def _summary(self, record: Record, line: int, room: int) -> Record:
        lines = self.transcript.exchange(line)
        rest = lines[1:]
        replies = self._replies(rest)
        codes = " ".join(dict.fromkeys(_marked(code) for code, _ in replies))
        hidden = counted(len(rest), "line")
        note = f"▸ {codes} … {hidden}" if codes else f"▸ … {hidden}"
        note = note if rest else ""
        words = text(record)
        left = max(8, room - cell_len(note) - len(GAP))
        if cell_len(words) > left:
            words = set_cell_size(words, left - 1) + "…"
        elapsed = next((took for _, took in replies if took is not None), record.elapsed)
        raw, note = (words.encode(), note) if record.content else (b"", words + GAP + note)
        return Record(
            record.kind, record.at, record.connection, record.protection, raw,
            elapsed=elapsed, note=note,
        )  # fmt: skip

    def _replies(self, lines: range) -> list[tuple[str, float | None]]:
        """The first few replies among the lines: code, and how long it took."""
        replies: list[tuple[str, float | None]] = []
        started: float | None = None
        for number in islice(_ends(lines), _LOOKED_AT):
            record = self.transcript[number]
            if record.kind is not Kind.SERVER:
                continue
            started = record.elapsed if record.elapsed is not None else started
            if record.raw[3:4] != b"-":
                replies.append((record.raw[:3].decode("latin-1"), started))
                started = None
                if len(replies) == _MOST_CODES:
                    break
        return replies


def _ends(lines: range) -> list[int]:
    """Lines near both ends, where replies are; between them stands a long message or reply."""
    half = _LOOKED_AT // 2
    return [*lines] if len(lines) <= _LOOKED_AT else [*lines[:half], *lines[-half:]]


def _marked(code: str) -> str:
    return f"✗ {code}" if code[:1] in ("4", "5") else code
