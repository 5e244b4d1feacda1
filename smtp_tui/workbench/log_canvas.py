"""The surface of the session log: of all lines only those in sight are drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from smtp_tui.transcript.expression import TooSlow
from smtp_tui.transcript.records import Transcript
from smtp_tui.workbench import log_style
from smtp_tui.workbench.log_layout import Layout
from smtp_tui.workbench.log_lens import Lens
from smtp_tui.workbench.log_paint import STYLES, Painter
from smtp_tui.workbench.log_rows import Rows
from smtp_tui.workbench.log_strips import Strips

_PAUSE = 0.005
"""Seconds between two slices of laying out old lines."""
_FRAME = 1 / 8
"""Seconds between two pictures of lines that come faster than anybody reads them."""
_GRACE = 0.03
"""Seconds for which such a picture is left to the next lines, which wait where a key goes first."""
_FLOOD = 1000
"""So many lines in one second are such."""


class LogCanvas(ScrollView, can_focus=True):
    """Draws a transcript through a lens; call ``update`` after it changed.

    ``moved`` is called when what is in sight, or whether the end is followed, may have changed.
    """

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {*STYLES, "log--cursor", "log--empty", "log--key"}
    DEFAULT_CSS = log_style.CSS

    def __init__(self, transcript: Transcript, moved: Callable[[], None]) -> None:
        super().__init__()
        self.transcript = transcript
        self.moved = moved
        self.lens = Lens(transcript)
        self.following = True
        self.wrap = True
        self._cursor: int | None = None  # None: the newest line, whichever it is
        self._styles: dict[str, Style] = {}
        self._layout = Layout(self.lens, Painter(self._component, 0, wrap=True))
        # the line to show once it is laid out, and on which row in sight
        self._sought: tuple[int, int] | None = None
        self._filler: Timer | None = None
        self._top = 0  # the first row of all when the extent was last taken
        self._settled_at = 0.0
        self._second, self._lines = 0.0, 0  # how many lines came since when
        self._flooded = False  # whether the second before was full of lines
        self._settler: Timer | None = None
        self._strips = Strips(self.lens)
        self._steering = False
        self._pointing = False  # whether the cursor is shown without the focus, too
        self._painting = False

    # What others ask

    @property
    def shown(self) -> int:
        """How many lines neither filter nor folds hide, of those looked at so far."""
        return self._rows.shown

    @property
    def progress(self) -> float:
        """Which part of the lines was looked at, 0 to 1."""
        return self._layout.progress

    @property
    def below(self) -> int:
        """How many lines stand below the last row in sight."""
        last = self._place + self._height - 1
        if last >= self._rows.bottom:
            return 0
        return self._rows.shown_after(self._rows.at(last)[0])

    @property
    def cursor(self) -> int:
        """The number of the line where the cursor is; -1 where there is none."""
        rows = self._rows
        return rows.nearest(rows.end - 1 if self._cursor is None else max(self._cursor, rows.first))

    def point(self, pointing: bool) -> None:
        """Show the cursor even without the focus, or not."""
        self._pointing = pointing
        self.refresh()

    def update(self, start: int) -> None:
        """Lines from ``start`` on are new or were replaced, and old ones may have been dropped.

        In a flood they are laid out now and shown a moment later.
        """
        if not self._layout.painter.width:
            return  # the first layout will see them
        place = self._place
        start = max(start, self.transcript.first)
        with self._bearing():
            self._strips.forget(self._layout.update(start))
            if not self.lens.whole:
                self.lens.forget()
                head = self.transcript.exchange(start).start
                self._strips.forget(range(head, head + 1))
        self._show_soon(place, self.transcript.end - start)
        self._fill_later()

    def _show_soon(self, place: int, lines: int) -> None:
        """Show what changed: at once, or in a flood with what comes until the next picture."""
        now = time.monotonic()
        if (passed := now - self._second) > 1:
            self._flooded = passed < 2 and self._lines >= _FLOOD
            self._second, self._lines = now, 0
        self._lines += lines
        wait = self._settled_at + _FRAME - now
        if wait <= 0 or (self._lines < _FLOOD and not self._flooded):
            self._settle(place)
        elif self._settler is None:
            self._settler = self.set_timer(wait + _GRACE, lambda: self._settle(self._place))

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
        return max(self._rows.top, self._top + self.scroll_offset.y)

    def _settle(self, place: int) -> None:
        """Take the rows' new extent; stay at the end, or with ``place`` as the first in sight."""
        if self._settler is not None:
            self._settler.stop()
            self._settler = None
        self._settled_at = time.monotonic()
        rows, painter = self._rows, self._layout.painter
        self._top = rows.top
        width = painter.width
        if not self.wrap:
            width += max(0, self._layout.longest - painter.most)
        self._steering = True  # what follows is no scrolling by the person
        self._extend(Size(width, rows.bottom - rows.top))
        y = self.max_scroll_y if self.following else place - rows.top
        self.scroll_to(y=y, animate=False, force=True)
        self._steering = False
        self.refresh()
        self.moved()

    def _extend(self, size: Size) -> None:
        """Take a new extent; if only the scroll bar moves, the screen is not laid out anew."""
        before = self.virtual_size
        least = min(size.height, before.height)
        if self.show_vertical_scrollbar and size.width == before.width and least > self._height:
            self.set_reactive(Widget.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

    # Layout

    def on_resize(self) -> None:
        """Wrap for the new width."""
        width = self.scrollable_content_region.width
        if width and width != self._layout.painter.width:
            self._lay_out()
        elif self.following:
            self._settle(0)

    def _lay_out(self, anchor: int | None = None) -> None:
        """Lay all lines out anew: the newest at once, up to those in sight, others later.

        Unless the end is followed, the line ``anchor``, else the first in sight, stays in place.
        """
        rows = self._rows
        if self.following:
            self._sought = None
        elif anchor is not None and anchor >= 0:
            offset = rows.row(anchor) - self._place
            self._sought = anchor, offset if 0 <= offset < self._height else self._height // 3
        elif self._sought is None and rows.shown:
            self._sought = rows.at(min(self._place, rows.bottom - 1))[0], 0
        width = self.scrollable_content_region.width
        self._layout.begin(Painter(self._component, width, wrap=self.wrap))
        self._strips.forget()
        if self.text_selection is not None:
            self.screen.clear_selection()  # it was made of rows that are no more
        self._fill(rows.end if self._sought is None else self._sought[0])

    def _fill(self, line: int) -> None:
        """Lay out older lines, and what is left of them a moment later."""
        place = self._place
        with self._bearing():
            self._layout.fill(line)
        if self._sought is not None:
            place = self._rows.row(self._sought[0]) - self._sought[1]
        if self._layout.complete or self._rows.first <= line:
            self._sought = None
        self._settle(place)
        self._fill_later()

    def _fill_later(self) -> None:
        if not self._layout.complete and self._filler is None:
            self._filler = self.set_timer(_PAUSE, self._fill_more)

    def _fill_more(self) -> None:
        self._filler = None
        self._fill(self._rows.first if self._sought is None else self._sought[0])

    @contextmanager
    def _bearing(self) -> Iterator[None]:
        """Lift the filter when its expression takes too long, and say so."""
        try:
            yield
        except TooSlow as error:
            self.lens.filter = self.lens.sought = None
            self._lay_out()
            words = str(error)
            sentence = f"{words[0].upper()}{words[1:]}. All lines are shown again."
            self.notify(sentence, severity="warning", markup=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """At the end the log follows; whoever scrolls up stays there."""
        super().watch_scroll_y(old_value, new_value)
        if not self._steering:
            self._sought = None
            self.following = round(new_value) >= self.max_scroll_y
            self.moved()

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

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint; only the mouse, which asks for a row by itself, must know where characters are."""
        if self.scrollable_content_region.width != self._layout.painter.width:
            # of a size that was asked for before it was laid out Textual tells nobody
            self.call_next(self.on_resize)
        self._painting = True
        strips = super().render_lines(crop)
        self._painting = False
        return strips

    def render_line(self, y: int) -> Strip:
        """One row of what is in sight."""
        width, base = self.size.width, self.rich_style
        row = self._place + y
        if row >= self._rows.bottom:
            return self._blank(y, width, base)
        line, part = self._rows.at(row)
        drawn = self._strips.line(line, self._layout.painter, self.scroll_offset.x)[part]
        if not self._painting:
            return drawn.placed(row)
        strip = drawn.strip
        if (selection := self.text_selection) is not None:
            style = self.screen.get_component_rich_style("screen--selection")
            strip = drawn.selected(selection, row, style)
        if (self.has_focus or self._pointing) and line == self.cursor:
            cursor = self._component("log--cursor")
            base = base + Style(bgcolor=cursor.bgcolor, underline=cursor.underline)
        return strip.extend_cell_length(width).apply_style(base).crop(0, width)

    def _blank(self, y: int, width: int, base: Style) -> Strip:
        if self._rows.shown or not self._layout.complete:
            return Strip.blank(width, base)
        styles = self._component("log--empty"), self._component("log--key")
        return log_style.empty(y, self.size, self.transcript, *styles).apply_style(base)

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
