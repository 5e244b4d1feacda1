"""The history as a list: type to narrow it, enter puts the line on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList

from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.panes.fields import Field
from smtp_tui.workbench.screens.dialog import Dialog

_MOST = 200
"""Lines that are listed; typing finds the others."""


class HistoryScreen(Dialog[str | None]):
    """Gives the line that was taken, None for none; ``lines`` are the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("up", "cursor(-1)", show=False, priority=True),
        Binding("down", "cursor(1)", show=False, priority=True),
    ]
    AUTO_FOCUS = "#history-find"

    def __init__(self, lines: Sequence[str], place: str) -> None:
        super().__init__()
        self._lines = lines
        self._place = place
        self._found: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="history") as dialog:
            dialog.border_title = Content(f"History ─ {self._place}" if self._place else "History")
            dialog.border_subtitle = Content("enter takes the line, nothing is sent · escape")
            yield Field(placeholder="type to narrow the list", id="history-find")
            yield OptionList(compact=True)

    def on_mount(self) -> None:
        """List all."""
        self._list("")

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        index = self.query_one(OptionList).highlighted
        if index is not None:
            self.dismiss(self._found[index])

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._found[event.option_index])

    def action_cursor(self, by: int) -> None:
        """Another line."""
        menu = self.query_one(OptionList)
        if self._found:
            menu.highlighted = max(0, min(len(self._found) - 1, (menu.highlighted or 0) + by))

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)

    def _list(self, typed: str) -> None:
        words = typed.casefold().split()
        fitting = (line for line in self._lines if all(word in line.casefold() for word in words))
        self._found = [line for line, _ in zip(fitting, range(_MOST), strict=False)]
        menu = self.query_one(OptionList)
        menu.clear_options()
        menu.add_options([Content(visible(line)) for line in self._found])
        menu.highlighted = 0 if self._found else None
