"""The field at the bottom of the log: what to look for, and at once how often it is there."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from smtp_tui.smtp.amounts import counted
from smtp_tui.transcript.query import SYNTAX, Query, QueryError, query
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.panes.fields import Field


class FindBar(Horizontal):
    """One line; the log shows what is typed while it is typed.

    With ``hiding`` it filters, else it marks and goes from one to the next.
    """

    DEFAULT_CSS = """
    FindBar {
        dock: bottom;
        height: 1;
        background: $surface;
        #find-label { width: auto; padding: 0 1; background: $accent; color: $background; }
        #find-input { width: 1fr; }
        #find-count { width: auto; max-width: 60%; padding: 0 1; color: $text-muted; }
        #find-count.-wrong { color: $warning; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
    ]

    class Done(Message):
        """The person has finished."""

        def __init__(self, bar: FindBar) -> None:
            super().__init__()
            self.bar = bar

    def __init__(self, view: LogView, *, hiding: bool) -> None:
        super().__init__()
        self._view = view
        self._hiding = hiding
        self._before = view.lens.filter, view.lens.sought
        self._problem = ""
        known = self._before[1]
        source = known.source if known is not None else ""
        self._count = Static(id="find-count")
        self.field = Field(source, placeholder=SYNTAX, id="find-input")

    def compose(self) -> ComposeResult:
        """Label, field and count."""
        yield Static(Content("filter" if self._hiding else "find"), id="find-label")
        yield self.field
        yield self._count

    def on_mount(self) -> None:
        """Take the keys."""
        self.field.focus()

    def report(self) -> None:
        """Say how many there are, or what is wrong."""
        count, view = self._count, self._view
        words = self._problem
        if not words and self._hiding and view.lens.filter is not None:
            words = f"{view.shown:,} of {counted(len(view.transcript), 'line')}"
        count.set_class(bool(self._problem), "-wrong")
        count.update(Content(words))

    @on(Input.Changed)
    def _look(self, event: Input.Changed) -> None:
        event.stop()
        try:
            wanted = query(event.value)
        except QueryError as error:
            self._problem = str(error)
        else:
            self._problem = ""
            self._show(wanted)
        self.report()

    @on(Input.Submitted)
    def _accept(self, event: Input.Submitted) -> None:
        event.stop()
        if self._problem:
            return
        if not self._hiding and self._view.lens.sought is not None:
            self._view.action_match(1)
        self.post_message(self.Done(self))

    def action_step(self, step: int) -> None:
        """To the next, while typing."""
        if self._view.lens.sought is not None:
            self._view.action_match(step)

    def action_give_up(self) -> None:
        """Leave all as it was before."""
        hidden, sought = self._before
        self._view.look_for(sought, hiding=hidden is not None)
        self.post_message(self.Done(self))

    def _show(self, wanted: Query | None) -> None:
        self._view.look_for(wanted, hiding=self._hiding)
