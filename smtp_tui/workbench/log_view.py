"""The session log: every line of the transcript, of which only those in sight are drawn."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from smtp_tui.transcript.records import Transcript
from smtp_tui.transcript.runs import said
from smtp_tui.workbench import log_style
from smtp_tui.workbench.log_layout import Layout
from smtp_tui.workbench.log_paint import STYLES, Painter
from smtp_tui.workbench.log_rows import Rows
from smtp_tui.workbench.log_strips import Strips, selected_text

_PAUSE = 0.02
"""Seconds between two slices of laying out old lines."""


class LogView(ScrollView, can_focus=True):
    """Draws a transcript; call ``update`` after it changed."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {*STYLES, "log--cursor", "log--empty", "log--key"}
    DEFAULT_CSS = log_style.CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", "Line up", show=False, id="log-up"),
        Binding("down,j", "cursor(1)", "Line down", show=False, id="log-down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="log-page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="log-page-down"),
        Binding("home,g", "top", "First line", show=False, id="log-top"),
        Binding("end,G", "follow", "Follow", show=False, id="log-follow"),
        Binding("w", "wrap", "Wrap", show=False, id="log-wrap"),
        Binding("y", "copy", "Copy line", show=False, id="log-copy"),
        Binding("ctrl+l", "clear", "Clear", show=False, id="log-clear"),
    ]

    class CopyRequested(Message):
        """The person wants this text, secrets masked, on the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Moved(Message):
        """What is in sight, or whether the end is followed, may have changed."""

        def can_replace(self, message: Message) -> bool:
            """One is as good as many."""
            return isinstance(message, LogView.Moved)

    def __init__(self, transcript: Transcript, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.transcript = transcript
        self.following = True
        self.wrap = True
        self._cursor: int | None = None  # None: the newest line, whichever it is
        self._styles: dict[str, Style] = {}
        self._layout = Layout(transcript, Painter(self._component, 0, wrap=True))
        self._sought: int | None = None  # the line to show once it is laid out
        self._filler: Timer | None = None
        self._strips = Strips(transcript)
        self._steering = False

    # What others ask

    @property
    def below(self) -> int:
        """How many lines stand below the last row in sight."""
        last = self._place + self._height - 1
        if last >= self._rows.bottom:
            return 0
        return self._rows.end - 1 - self._rows.at(last)[0]

    @property
    def cursor(self) -> int:
        """The number of the line that ``y`` copies; -1 where there is none."""
        newest = self.transcript.end - 1
        if not len(self.transcript):
            return -1
        return newest if self._cursor is None else min(max(self._cursor, self._rows.first), newest)

    def update(self, start: int) -> None:
        """Lines from ``start`` on are new or were replaced, and old ones may have been dropped."""
        if not self._layout.painter.width:
            return  # the first layout will see them
        place = self._place
        self._strips.forget(self._layout.update(max(start, self.transcript.first)))
        self._settle(place)

    @property
    def _rows(self) -> Rows:
        return self._layout.rows

    @property
    def _height(self) -> int:
        """How many rows are in sight."""
        return self.scrollable_content_region.height

    @property
    def _place(self) -> int:
        """The first row in sight."""
        return self._rows.top + self.scroll_offset.y

    def _settle(self, place: int) -> None:
        """Take the rows' new extent; stay at the end, or with ``place`` as the first in sight."""
        rows, painter = self._rows, self._layout.painter
        width = painter.width
        if not self.wrap:
            width += max(0, self._layout.longest - painter.most)
        self._steering = True  # what follows is no scrolling by the person
        self.virtual_size = Size(width, rows.bottom - rows.top)
        y = self.max_scroll_y if self.following else place - rows.top
        self.scroll_to(y=y, animate=False, force=True)
        self._steering = False
        self.refresh()
        self.post_message(self.Moved())

    # Layout

    def on_resize(self) -> None:
        """Wrap for the new width."""
        width = self.scrollable_content_region.width
        if width and width != self._layout.painter.width:
            self._lay_out()
        elif self.following:
            self._settle(0)

    def _lay_out(self) -> None:
        """Lay all lines out anew: the newest at once, up to those in sight, others later."""
        rows = self._rows
        if self._sought is None and len(rows) and not self.following:
            self._sought = rows.at(self._place)[0]
        width = self.scrollable_content_region.width
        self._layout.begin(Painter(self._component, width, wrap=self.wrap))
        self._strips.forget()
        if self.text_selection is not None:
            self.screen.clear_selection()  # it was made of rows that are no more
        self._fill(rows.end if self._sought is None else self._sought)

    def _fill(self, line: int) -> None:
        """Lay out older lines, and what is left of them a moment later."""
        place = self._place
        self._layout.fill(line)
        if self._sought is not None:
            place = self._rows.row(self._sought)
        if self._layout.complete or self._rows.first <= line:
            self._sought = None
        self._settle(place)
        if not self._layout.complete and self._filler is None:
            self._filler = self.set_timer(_PAUSE, self._fill_more)

    def _fill_more(self) -> None:
        self._filler = None
        self._fill(self._rows.first if self._sought is None else self._sought)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """At the end the log follows; whoever scrolls up stays there."""
        super().watch_scroll_y(old_value, new_value)
        if not self._steering:
            self._sought = None
            self.following = round(new_value) >= self.max_scroll_y
            self.post_message(self.Moved())

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Other columns of the text come into sight."""
        self._strips.forget()
        super().watch_scroll_x(old_value, new_value)

    # Drawing

    def notify_style_update(self) -> None:
        """Colours may have changed."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.forget()

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw what is selected."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of what is in sight."""
        width, base = self.size.width, self.rich_style
        row = self._place + y
        if row >= self._rows.bottom:
            return self._blank(y, width, base)
        line, part = self._rows.at(row)
        first = row - part
        drawn = self._strips.line(line, first, self._layout.painter, self.scroll_offset.x)[part]
        strip = drawn.strip
        if (selection := self.text_selection) is not None:
            style = self.screen.get_component_rich_style("screen--selection")
            strip = drawn.selected(selection, row, style)
        if self.has_focus and line == self.cursor:
            cursor = self._component("log--cursor")
            base = base + Style(bgcolor=cursor.bgcolor, underline=cursor.underline)
        return strip.extend_cell_length(width).apply_style(base).crop(0, width)

    def _blank(self, y: int, width: int, base: Style) -> Strip:
        if len(self.transcript):
            return Strip.blank(width, base)
        styles = self._component("log--empty"), self._component("log--key")
        return log_style.empty(y, self.size, bool(self.transcript.end), *styles).apply_style(base)

    def _component(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            full = self.get_component_rich_style(name)
            own = self.get_component_rich_style(name, partial=True)
            style = self._styles[name] = Style(
                color=full.color,
                bgcolor=full.bgcolor if own.bgcolor is not None else None,
                bold=full.bold,
                dim=full.dim,
                italic=full.italic,
                underline=full.underline,
                reverse=full.reverse,
            )
        return style

    # Selecting and copying

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it is written; rows that were only wrapped are joined."""
        text = selected_text(self.transcript, self._rows, self._layout.painter, selection)
        return None if text is None else (text, "\n")

    def action_copy(self) -> None:
        """Ask for the selection, else the line of the cursor, to be copied."""
        selection = self.text_selection
        selected = self.get_selection(selection) if selection is not None else None
        if selected is not None:
            self.post_message(self.CopyRequested(selected[0]))
        elif self.cursor >= 0:
            self.post_message(self.CopyRequested(said(self.transcript[self.cursor])))

    # Moving

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor; who leaves the end in sight wants to see what comes."""
        if self.scroll_offset.y >= self.max_scroll_y:
            self.following = True
            self.post_message(self.Moved())
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line."""
        row = self._place + event.y
        if row < self._rows.bottom:
            self._cursor = self._rows.at(row)[0]
            self.refresh()

    def action_cursor(self, step: int) -> None:
        """One line up or down; down from the newest follows the end."""
        if self.cursor >= 0:
            self._go_to(self.cursor + step, follow=step > 0)

    def action_page(self, step: int) -> None:
        """A screenful up or down, and the cursor with it."""
        if self.cursor < 0:
            return
        rows, rest = self._rows, self.max_scroll_y
        by = step * max(1, self._height - 1)
        place = min(max(0, self.scroll_offset.y + by), rest)
        if step > 0 and place == rest:
            self.action_follow()
            return
        row = min(max(rows.top, rows.row(self.cursor) + by), rows.bottom - 1)
        self._cursor = rows.at(row)[0]
        self._leave_end(rows.top + place)

    def action_top(self) -> None:
        """To the oldest line."""
        if self.cursor >= 0:
            self._fill(self.transcript.first)
            self._go_to(self._rows.first, follow=False)

    def action_follow(self) -> None:
        """To the end, and stay there."""
        self._cursor = self._sought = None
        self.following = True
        self._settle(0)

    def action_wrap(self) -> None:
        """Wrap long lines, or let them run out to the right."""
        self.wrap = not self.wrap
        self.scroll_to(x=0, animate=False, force=True)
        self._lay_out()

    def action_clear(self) -> None:
        """Forget all lines."""
        self.transcript.clear()
        self._layout.begin(self._layout.painter)
        self._strips.forget()
        self.action_follow()

    def _go_to(self, line: int, *, follow: bool) -> None:
        newest = self.transcript.end - 1
        if line >= newest and follow:
            self.action_follow()
            return
        self._cursor = line = min(max(line, self._rows.first), newest)
        first, last = self._rows.row(line), self._rows.row(line + 1)
        self._leave_end(min(max(self._place, last - self._height), first))

    def _leave_end(self, place: int) -> None:
        self._sought = None
        self.following = False
        self._settle(place)
