"""Server: what it can do, in words, and who it proved to be."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Static

from smtp_tui.smtp.extensions import Extension
from smtp_tui.workbench.panes.capabilities import Row, rows
from smtp_tui.workbench.panes.tls_summary import TlsSummary
from smtp_tui.workbench.scroll_bar import width_beside_bar
from smtp_tui.workbench.session import SessionView


class CapabilityList(Static):
    """The capabilities as text, one row of them lit."""

    ALLOW_SELECT = False

    class Clicked(Message):
        """This line of the text was clicked."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line

    def on_click(self, event: events.Click) -> None:
        """Tell which line it was."""
        event.stop()
        self.post_message(self.Clicked(event.y))


class ServerPane(VerticalScroll):
    """Capabilities and the TLS summary; up and down choose a capability, enter opens its card."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", show=False),
        Binding("down,j", "cursor(1)", show=False),
        Binding("enter,space", "open", show=False),
    ]

    class Opened(Message):
        """The person wants to know more: of one capability, or with None of all stages."""

        def __init__(self, extension: Extension | None) -> None:
            super().__init__()
            self.extension = extension

    def __init__(self) -> None:
        super().__init__(id="server")
        self._view = SessionView()
        self._rows: tuple[Row, ...] = ()
        self._cursor = 0
        self.border_title = Content("Server")

    def compose(self) -> ComposeResult:
        yield CapabilityList(id="server-text")
        yield TlsSummary()

    def on_mount(self) -> None:
        """Say what will be here."""
        self._lay_out()

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._lay_out()

    def show(self, view: SessionView) -> None:
        """Draw this state of the session, when what is shown here changed."""
        before, self._view = self._view, view
        if _shown(before) != _shown(view):
            self._lay_out()
        self.query_one(TlsSummary).show(view.tls)

    def on_focus(self) -> None:
        """Light the chosen row."""
        self._draw()

    def on_blur(self) -> None:
        """The row is not lit while keys go elsewhere."""
        self._draw()

    def action_cursor(self, by: int) -> None:
        """Choose the row before or after; behind the last one, scroll on."""
        leading = [place for place, row in enumerate(self._rows) if row.leads]
        here = leading.index(self._cursor) if self._cursor in leading else -1
        if not leading or not 0 <= here + by < len(leading):
            self.scroll_relative(y=by, animate=False)
            return
        self._cursor = leading[here + by]
        self._draw(layout=False)
        self._bring_into_sight()

    def action_open(self) -> None:
        """Open what the chosen row stands for."""
        if self._cursor < len(self._rows) and self._rows[self._cursor].leads:
            self.post_message(self.Opened(self._rows[self._cursor].opens))

    @on(CapabilityList.Clicked)
    def _clicked(self, event: CapabilityList.Clicked) -> None:
        event.stop()
        top = 0
        for place, row in enumerate(self._rows):
            if top <= event.line < top + len(row.lines) and row.leads:
                self._cursor = place
                self._draw()
                self.action_open()
            top += len(row.lines)

    def _lay_out(self) -> None:
        width = max(20, width_beside_bar(self))
        self._rows = tuple(rows(self._view, width))
        if self._cursor >= len(self._rows):
            self._cursor = 0
        self._draw()

    def _draw(self, *, layout: bool = True) -> None:
        width = max(20, width_beside_bar(self))
        lines = [
            _lit(line, width) if place == self._cursor and row.leads and self.has_focus else line
            for place, row in enumerate(self._rows)
            for line in row.lines
        ]
        self.query_one(CapabilityList).update(Content("\n").join(lines), layout=layout)
        several = any(row.leads for row in self._rows)
        hint = "enter opens · ↑ ↓" if several and self.has_focus else ""
        self.border_subtitle = Content(hint)

    def _bring_into_sight(self) -> None:
        top = sum(len(row.lines) for row in self._rows[: self._cursor])
        region = Region(0, top, 1, len(self._rows[self._cursor].lines))
        self.scroll_to_region(region, animate=False)


def _lit(line: Content, width: int) -> Content:
    padded = line.pad_right(max(0, width - line.cell_length))
    return padded.stylize("on $panel")


def _shown(view: SessionView) -> tuple[object, ...]:
    return (view.state.extensions, view.state.hello, view.stages, view.link)
