"""Rows of two dialogues side by side, or one above the other where there is little room."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.comparison import GREETING, UNASKED, Exchange, Pair, Verdict
from smtp_tui.transcript.side import Side

_MOST_LINES = 4
_LONGEST = 1024
_NAMES = {GREETING: "(the greeting)", UNASKED: "(not asked for)"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an exchange; ``client`` says whose it is."""

    text: str
    client: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What stands on one row: a line of each side; ``first`` is the first row of its pair.

    Where one stands above the other, ``right`` tells of a ``left`` None that it is the second's.
    """

    pair: Pair
    left: Line | None
    right: Line | None
    first: bool


class PairRows:
    """The rows of ``pairs``, counted once and made when they are drawn."""

    def __init__(self, pairs: Sequence[Pair], *, stacked: bool) -> None:
        self.pairs = pairs
        self.stacked = stacked
        self._ends = array("q")
        end = 0
        for pair in pairs:
            end += len(_stacked(pair) if stacked else _beside(pair))
            self._ends.append(end)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def at(self, row: int) -> Row:
        """That row."""
        index = bisect_right(self._ends, row)
        part = row - self.start(index)
        pair = self.pairs[index]
        left, right = (_stacked(pair) if self.stacked else _beside(pair))[part]
        return Row(pair, left, right, part == 0)

    def pair_at(self, row: int) -> int:
        """The number of the pair on a row."""
        return min(bisect_right(self._ends, row), max(0, len(self.pairs) - 1))

    def start(self, pair: int) -> int:
        """The first row of a pair."""
        return self._ends[pair - 1] if pair else 0

    def end(self, pair: int) -> int:
        """The row after the last of a pair."""
        return self._ends[pair]


def _beside(pair: Pair) -> list[tuple[Line | None, Line | None]]:
    left, right = _lines(pair.left), _lines(pair.right)
    most = max(len(left), len(right))
    left += [None] * (most - len(left))
    right += [None] * (most - len(right))
    return list(zip(left, right, strict=True))


def _stacked(pair: Pair) -> list[tuple[Line | None, Line | None]]:
    """What was said once, and of the replies one where they are the same."""
    if pair.left is None or pair.right is None:
        return _beside(pair)
    rows: list[tuple[Line | None, Line | None]] = [(line, line) for line in _said(pair.left)]
    left, right = _replies(pair.left), _replies(pair.right)
    if pair.verdict is Verdict.SAME:
        words = any(any(reply.texts) for reply in pair.left.replies)
        return rows + [(line, line) for line in (left if words else right)]
    return rows + [(line, None) for line in left] + [(None, line) for line in right]


def _lines(exchange: Exchange | None) -> list[Line | None]:
    return [*_said(exchange), *_replies(exchange)] if exchange is not None else []


def _said(exchange: Exchange) -> list[Line]:
    said = exchange.said
    if said and said[0] in _NAMES:
        return [Line(_NAMES[said[0]], True)]
    lines = [Line(f"C: {visible(line[:_LONGEST])}", True) for line in said[:_MOST_LINES]]
    if len(said) > _MOST_LINES:
        lines.append(Line(f"   … and {counted(len(said) - _MOST_LINES, 'line')} more", True))
    return lines


def _replies(exchange: Exchange) -> list[Line]:
    lines: list[Line] = []
    for reply in exchange.replies:
        for text in reply.texts[:-1]:
            lines.append(Line(f"S: {reply.pattern}-{visible(text[:_LONGEST])}", False))
        lines.append(Line(f"S: {reply.pattern} {visible(reply.texts[-1][:_LONGEST])}", False))
    return lines or [Line("   (no reply)", False)]


def delta(left: Side, right: Side, pair: Pair) -> str:
    """How much longer the second took, or how long the one took that is known."""
    one, other = left.seconds(pair.left), right.seconds(pair.right)
    if one is not None and other is not None:
        return f"{_milliseconds(other - one, sign='+')}"
    known = one if one is not None else other
    return _milliseconds(known) if known is not None else ""


def _milliseconds(seconds: float, sign: str = "-") -> str:
    if abs(seconds) < 9.9995:
        return f"{round(seconds * 1000):{sign}} ms"  # a whole number: there is no -0
    return f"{seconds:{sign}.1f} s"
