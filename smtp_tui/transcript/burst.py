"""Bursts: lines of a script that go out together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smtp_tui.transcript.script import ClientLine, ExpectedReply, Kind, Remark, Script


@dataclass(frozen=True, slots=True)
class Burst:
    """Lines to send without waiting in between; never empty.

    Message text begins a burst of its own, because it waits for the 354.
    """

    lines: tuple[ClientLine, ...]

    @property
    def number(self) -> int:
        """The number of the first line."""
        return self.lines[0].number

    @property
    def is_message(self) -> bool:
        """Whether it begins with message text."""
        return self.lines[0].kind is Kind.MESSAGE


def bursts(script: Script) -> Iterator[Burst | ExpectedReply]:
    """What to send and what to wait for, in turn."""
    lines: list[ClientLine] = []
    for step in script.steps:
        match step:
            case ClientLine():
                if lines and lines[-1].kind is not step.kind is Kind.MESSAGE:
                    yield Burst(tuple(lines))
                    lines.clear()
                lines.append(step)
            case ExpectedReply():
                if lines:
                    yield Burst(tuple(lines))
                    lines.clear()
                yield step
            case Remark():
                pass
    if lines:
        yield Burst(tuple(lines))
