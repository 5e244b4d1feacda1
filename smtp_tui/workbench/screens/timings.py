"""Where the time goes: a waterfall of the session, drawn anew while something is waited for."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.timings import Outcome, Span, Step, Timings
from smtp_tui.transcript.waterfall import Bar, draw, duration
from smtp_tui.workbench.screens.dialog import Dialog
from smtp_tui.workbench.scroll_bar import width_beside_bar
from smtp_tui.workbench.session import SessionView

_NAME = 13
_DURATION = 9
_REFRESH = 0.1
"""Seconds between two drawings."""

_MARKS = {
    Outcome.BUSY: ("▤", "$accent"),
    Outcome.DONE: ("■", "$success"),
    Outcome.REFUSED: ("✗", "$error"),
    Outcome.FAILED: ("✗", "$error"),
    Outcome.DROPPED: ("□", "$quiet"),
}
_BARS = {
    Step.LOOKUP: "$secondary",
    Step.CONNECT: "$secondary",
    Step.HANDSHAKE: "$success",
    Step.GREETING: "$primary",
    Step.COMMAND: "$primary",
}


class TimingsScreen(Dialog[None]):
    """One row a step; ``look`` gives the session as it is now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,shift+f1,q,enter", "close", show=False)
    ]

    def __init__(
        self, look: Callable[[], SessionView], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._look = look
        self._clock = clock
        self._drawn: tuple[Timings, int] | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="timings") as scroll:
            scroll.border_title = Content("Timings")
            scroll.border_subtitle = Content("↑ ↓ scroll · escape closes")
            yield Static(id="timings-text")

    def on_mount(self) -> None:
        """Let the arrow keys scroll, and follow what happens."""
        self.query_one("#timings").focus()
        self.set_interval(_REFRESH, self._draw)

    def on_resize(self) -> None:
        """Stretch the axis to the new width."""
        self.call_after_refresh(self._draw)

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)

    def _draw(self) -> None:
        view = self._look()
        scroll = self.query_one("#timings", VerticalScroll)
        width = width_beside_bar(scroll)
        if (view.timings, width) == self._drawn and not view.timings.busy:
            return
        self._drawn = view.timings, width
        if view.target is not None:
            scroll.border_title = Content(f"Timings · {visible(view.target.place)}")
        text = timings_text(view.timings, self._clock(), max(40, width))
        self.query_one("#timings-text", Static).update(text)


def timings_text(timings: Timings, now: float, width: int) -> Content:
    """The whole waterfall for a width in cells, at ``now`` on the wire's clock."""
    if not timings.spans:
        return _quiet("Nothing has been waited for yet: every step of a connection is timed here.")
    room = width - _NAME - _DURATION - 3
    cells = room // 2
    fall = draw(timings, now, cells)
    lines = [_quiet(" " * (_NAME + 2) + fall.axis)]
    for bar in fall.bars:
        lines += _rows(bar, now, cells, room - cells - 2)
    if timings.more:
        lines.append(_quiet(f"… and {timings.more:,} more steps, which are not kept"))
    lines.append(Content(""))
    lines += [_quiet(line) for line in textwrap.wrap(_total(fall.waited, fall.idle), width)]
    return Content("\n").join(lines)


def _rows(bar: Bar, now: float, cells: int, room: int) -> Iterator[Content]:
    """One step: mark, name, bar, duration, and what came of it beside or below."""
    span = bar.span
    mark, style = _MARKS[span.outcome]
    dropped = span.outcome is Outcome.DROPPED
    failed = span.outcome in (Outcome.FAILED, Outcome.REFUSED)
    colour = "$error" if failed else "$quiet" if dropped else _BARS[span.step]
    drawn = f"{' ' * bar.indent}{bar.blocks}"
    beside, below = _words(span, room)
    yield Content.assemble(
        (f"{mark} ", style),
        (span.name.ljust(_NAME), "$quiet" if dropped else ""),
        (drawn.ljust(cells), colour),
        (duration(span.seconds(now)).rjust(_DURATION + 1), "bold"),
        (f"  {beside}", "$error" if failed else "$quiet"),
    )
    left = " " * (_NAME + 2)
    width = cells + _DURATION + room
    for line in textwrap.wrap(below, width, max_lines=3, placeholder=" …"):
        yield Content.styled(left + line, "$error" if failed else "$quiet")
    if remark := span.remark(now):
        yield Content.styled(f"{left}{remark}", "$warning")


def _words(span: Span, room: int) -> tuple[str, str]:
    """What is said of a step: beside its bar, and below it what does not fit there."""
    subject, text = visible(span.subject), visible(span.text)
    if span.step is Step.CONNECT and span.outcome in (Outcome.BUSY, Outcome.DONE):
        text = ""  # the mark says it
    if span.step is Step.LOOKUP and text:
        subject = ""
    whole = "  ".join(word for word in (subject, text) if word)
    if len(whole) <= room:
        return whole, ""
    if subject and len(subject) <= room:
        return subject, text
    return "", whole


def _total(waited: float, idle: float) -> str:
    words = f"{duration(waited)} of waiting in all."
    if idle >= waited / 100 and idle >= 0.001:
        words += f" The axis leaves out {duration(idle)} in which nothing was waited for."
    return words


def _quiet(text: str) -> Content:
    return Content.styled(text, "$quiet")
