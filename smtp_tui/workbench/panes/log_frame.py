"""What stands in the frame of the log: how many lines, what hides others, where it is."""

from __future__ import annotations

from collections.abc import Iterator

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.log_view import LogView

_LONGEST = 24
_STEPS = 8


def frame_words(view: LogView) -> Iterator[str]:
    """The parts of the line, to be joined."""
    lines, lens = view.transcript, view.lens
    total = len(lines)
    if view.said:
        yield view.said
    if lens.filter is not None:
        yield f"filter: {_short(lens.filter.source)}"
        yield f"{view.shown:,} of {counted(total, 'line')}"
    else:
        if lens.sought is not None:
            yield f"find: {_short(lens.sought.source)}"
        if lines.end:
            yield counted(total, "line")
    looking = lens.filter is not None and view.progress < 1
    if looking:
        yield f"{_bar(view.progress)} escape stops"
    if lines.dropped:
        yield f"{lines.dropped:,} older dropped"
    if lens.filter is None and lens.folding:
        yield "folded"
    if not view.wrap:
        yield "no wrap"
    if lines.end and not looking:  # there is no room for both
        yield "following" if view.following else "paused"


def _short(source: str) -> str:
    words = visible(source)
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _bar(part: float) -> str:
    full = int(part * _STEPS)
    return f"{'▰' * full}{'▱' * (_STEPS - full)} {part:4.0%}"
