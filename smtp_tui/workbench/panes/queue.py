"""The queue as it is seen: the lines that wait and what became of the others; sends by keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from smtp_tui.smtp import pipelining
from smtp_tui.smtp.doubts.doubt import Severity
from smtp_tui.smtp.events import Span
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.panes import hints
from smtp_tui.workbench.queue import Fate, Item
from smtp_tui.workbench.queueing import Pace

if TYPE_CHECKING:
    from smtp_tui.workbench.queueing import Queueing

_MOST_ROWS = 9
_MARKS = {
    Fate.WAITING: ("·", "$quiet"),
    Fate.SENT: ("▸", "$accent"),
    Fate.ACCEPTED: ("✓", "$success"),
    Fate.MORE: ("✓", "$success"),
    Fate.REFUSED: ("✗", "$error"),
    Fate.UNANSWERED: ("?", "$warning"),
}
_PLACEHOLDER = re.compile(rb"\{[A-Za-z0-9_.-]*\}")
_JUDGED = 500
"""Lines that are looked at for what is doubtful about them."""
_SHOWN = 300
"""Octets of a line that are looked at to draw it."""


class QueuePane(Widget, can_focus=True):
    """One row a line; out of sight while there is none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", show=False),
        Binding("down,j", "cursor(1)", show=False),
        Binding("home", "cursor(-10000)", show=False),
        Binding("end", "cursor(10000)", show=False),
        Binding("ctrl+up,K", "move(-1)", show=False),
        Binding("ctrl+down,J", "move(1)", show=False),
        Binding("e,enter", "edit", show=False),
        Binding("d,delete", "remove", show=False),
        Binding("o", "run('LINE')", show=False),
        Binding("g", "run('GROUP')", show=False),
        Binding("w", "run('WHOLE')", show=False),
        Binding("r", "going_on", show=False),
        Binding("escape", "leave", show=False),
    ]
    ALLOW_SELECT = False

    def __init__(self, queueing: Queueing) -> None:
        super().__init__(id="queue")
        self._queueing = queueing
        self._queue = queueing.queue
        self._queue.changed = self._changed
        self._cursor = 0
        self._lit = False

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row for each line, a few in sight, and one for a doubt."""
        return min(_MOST_ROWS, len(self._queue.items)) + (self._doubt() is not None)

    def render(self) -> Content:
        """The lines around the cursor."""
        items = self._queue.items
        doubt = self._doubt()
        rows = max(1, self.size.height - (doubt is not None))
        top = max(0, min(self._cursor - rows // 2, len(items) - rows))
        shown = items[top : top + rows]
        lines = list(self._rows(shown, top))
        if doubt is not None:
            where = f"line {self._queue.first + doubt.line + 1}"
            words = hints.quiet([doubt.advice.rfc, where])
            lines.append(Content.assemble(hints.doubt(doubt.advice), words))
        width = self.size.width
        return Content("\n").join(line.truncate(width, ellipsis=True) for line in lines)

    def action_cursor(self, by: int) -> None:
        """Another line; nothing is sent."""
        self._cursor = max(0, min(len(self._queue.items) - 1, self._cursor + by))
        self.refresh()

    def action_move(self, by: int) -> None:
        """Let the line change places."""
        if self._queue.move(self._cursor, by):
            self.action_cursor(by)

    def action_edit(self) -> None:
        """Take the line to the command line."""
        self._queueing.edit(self._cursor)

    def action_remove(self) -> None:
        """Take the line out."""
        self._queue.take(self._cursor)

    def action_run(self, pace: str) -> None:
        """Send."""
        self._queueing.run(Pace[pace])

    def action_going_on(self) -> None:
        """Stop at a refusal or not."""
        self._queueing.going_on = not self._queueing.going_on
        self._changed()

    def action_leave(self) -> None:
        """Stop sending, close what is done with, else go back to the command line."""
        if self._queueing.stop():
            return
        if not self._queue.waiting:
            self._queue.drop()
        self.screen.query_one("#composer-input").focus()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row."""
        top = max(0, min(self._cursor - self.size.height // 2, len(self._queue.items)))
        self._cursor = min(len(self._queue.items) - 1, top + event.y)
        self.refresh()

    def on_focus(self) -> None:
        """Say which keys there are."""
        self._lit = True
        self._changed()

    def on_blur(self) -> None:
        """Leave the keys to others."""
        self._lit = False
        self._changed()

    def _changed(self) -> None:
        items = self._queue.items
        if not items and self._lit:
            self.screen.query_one("#composer-input").focus()
        self.set_class(bool(items), "-some")
        self.screen.set_class(bool(items), "-queue")
        self._cursor = max(0, min(len(items) - 1, max(self._cursor, self._queue.first)))
        self.border_title = self._title()
        self.border_subtitle = self._keys()
        self.refresh(layout=True)

    def _title(self) -> Content:
        queueing, waiting = self._queueing, len(self._queue.waiting)
        words = "1 line waits" if waiting == 1 else f"{waiting:,} lines wait"
        if queueing.running:
            words = f"sending, {words}"
        elif self._queue.said:
            words = f"{self._queue.said} {words}." if waiting else self._queue.said
        return Content(f"Queue ─ {words}")

    def _keys(self) -> Content:
        if not self._queue.waiting and not self._queueing.running:
            return Content("escape closes")
        if not self._lit:
            return Content("")
        if self._queueing.running:
            return Content("escape stops")
        refusal = "stop" if self._queueing.going_on else "go on"
        return Content(
            f"o each · g groups · w one write · e edit · d drop · J K · r {refusal} at ✗"
        )

    def _doubt(self) -> pipelining.Doubt | None:
        """The gravest thing that is doubtful about all lines as one write."""
        lines = [line[:_SHOWN] for line in self._queueing.texts(_JUDGED)]
        found = pipelining.doubts(lines, self._queueing.state)
        return max(found, key=lambda each: each.advice.severity is Severity.DANGER, default=None)

    def _rows(self, items: Sequence[Item], top: int) -> Iterator[Content]:
        hidden = self._hidden(top + len(items))
        digits = len(str(len(self._queue.items)))
        for number, item in enumerate(items, top):
            mark, style = _MARKS[item.fate]
            lit = "reverse" if number == self._cursor and self._lit else ""
            codes = " ".join(map(str, item.codes[:8]))
            more = f" … {len(item.text):,} characters" if len(item.text) > _SHOWN else ""
            room = max(10, self.size.width - digits - len(codes) - len(more) - 6)
            shown = Content(_masked(_octets(item), hidden.get(number, item.hidden)))
            shown = shown.truncate(room, ellipsis=not more).stylize(lit)
            yield Content.assemble(
                (f"{mark} ", style),
                (f"{number + 1:>{digits}} ", "$quiet"),
                shown if item.text else Content.styled("(an empty line)", lit or "$quiet"),
                (more, "$quiet"),
                (f"  {codes}", style),
            )

    def _hidden(self, end: int) -> dict[int, tuple[Span, ...]]:
        """Which octets of the lines that wait before ``end`` are credentials."""
        first = self._queue.first
        lines = [_octets(item) for item in self._queue.items[first:end]]
        return dict(enumerate(pipelining.hidden(lines, self._queueing.state), first))


def _octets(item: Item) -> bytes:
    return item.text[:_SHOWN].encode("utf-8", "replace")


def _masked(line: bytes, spans: Sequence[Span]) -> str:
    """The line with dots for credentials, harmless for a terminal."""
    shown, end = "", 0
    for start, stop in spans:
        word = line[start:stop]
        dots = visible(word) if _PLACEHOLDER.fullmatch(word.strip()) else "•" * 8
        shown += visible(line[end:start]) + dots
        end = stop
    return shown + visible(line[end:])
