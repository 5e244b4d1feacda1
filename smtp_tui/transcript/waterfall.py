"""The waterfall: each step of a session as a bar on one axis of time, in half cells.

The axis is the time spent waiting: while nobody waited for the server it stands still, so that a
person who thinks for a minute does not press the handshake into a dot.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from smtp_tui.transcript.timings import Span, Timings

_FULL, _LEFT, _RIGHT = "█", "▌", "▐"
_TICKS_APART = 12
_NOTHING = 1e-9
"""Seconds too few to be told from none."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A span drawn: so many empty cells, then the blocks."""

    span: Span
    indent: int
    blocks: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Bars in the order of the spans; ``axis`` is the scale above them.

    ``waited`` is how many seconds the axis stands for, ``idle`` how many were left out of it.
    """

    bars: tuple[Bar, ...]
    axis: str
    waited: float
    idle: float


def draw(timings: Timings, now: float, width: int) -> Waterfall:
    """The waterfall as it is at ``now`` on the wire's clock, ``width`` cells wide."""
    clock = _Waited(timings, now)
    scale = 2 * width / clock.total if clock.total > _NOTHING else 0.0
    bars = tuple(_bar(span, clock, scale, now, width) for span in timings.spans)
    last = max((_end(span, now) for span in timings.spans), default=timings.began)
    idle = max(0.0, last - timings.began - clock.total)
    return Waterfall(bars, _axis(clock.total, width), clock.total, idle)


def duration(seconds: float) -> str:
    """A duration for a person, three digits where they mean something: ``0.41 ms``, ``2.30 s``."""
    milliseconds = seconds * 1000
    if milliseconds < 10:
        return f"{milliseconds:.2f} ms"
    if milliseconds < 100:
        return f"{milliseconds:.1f} ms"
    if seconds < 1:
        return f"{milliseconds:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds:.0f} s"


class _Waited:
    """How much had been waited for at a moment: the union of all spans, laid end to end."""

    def __init__(self, timings: Timings, now: float) -> None:
        self._stretches: list[tuple[float, float, float]] = []
        total = 0.0
        begun = ended = -math.inf
        for start, end in sorted((span.begun, _end(span, now)) for span in timings.spans):
            if start > ended:
                if ended > begun:
                    self._stretches.append((begun, ended, total))
                    total += ended - begun
                begun, ended = start, end
            else:
                ended = max(ended, end)
        if ended > begun:
            self._stretches.append((begun, ended, total))
            total += ended - begun
        self.total = total

    def at(self, moment: float) -> float:
        waited = 0.0
        for begun, ended, before in self._stretches:
            if moment < begun:
                break
            waited = before + min(moment, ended) - begun
        return waited


def _end(span: Span, now: float) -> float:
    return max(span.begun, now if span.ended is None else span.ended)


def _bar(span: Span, clock: _Waited, scale: float, now: float, width: int) -> Bar:
    start = min(round(clock.at(span.begun) * scale), 2 * width - 1)
    end = min(max(round(clock.at(_end(span, now)) * scale), start + 1), 2 * width)
    first, last = start // 2, math.ceil(end / 2)
    blocks = [_FULL] * (last - first)
    if start % 2:
        blocks[0] = _RIGHT
    if end % 2:
        blocks[-1] = _LEFT
    return Bar(span, first, "".join(blocks))


def _axis(total: float, width: int) -> str:
    """The scale: round moments at their places, as ``0    50 ms    100 ms``."""
    line = [" "] * width
    for label, place in _ticks(total, width):
        if place + len(label) <= width:
            line[place : place + len(label)] = label
    return "".join(line).rstrip()


def _ticks(total: float, width: int) -> Iterator[tuple[str, int]]:
    yield "0", 0
    if total <= _NOTHING:
        return
    least = total * _TICKS_APART / width
    unit = 10.0 ** math.floor(math.log10(least))
    apart = next(unit * by for by in (1, 2, 5, 10) if unit * by >= least)
    for number in range(1, int(total / apart) + 1):
        moment = number * apart
        yield _moment(moment), int(moment / total * width)


def _moment(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"
